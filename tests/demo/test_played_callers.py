"""Calls without any PBX: they ring, are talked and end, and both sides say the same."""

import threading
from collections import Counter
from random import Random

import pytest
from django.db import connection
from django.utils import timezone

from fanal.channels.models import ChannelAccount, ChannelKind
from fanal.demo.playing.pretending import pretending
from fanal.interactions.models import EndReason, Interaction, Leg, Segment, SegmentKind
from fanal.routing import acd, actions
from fanal.routing.models import Offer, OfferState
from fanal.running.postgres import NotPossible
from tests.routing_world import agent, queue
from tests.servers import until

pytestmark = [pytest.mark.timeout(120), pytest.mark.django_db(transaction=True)]


def match(stop: threading.Event) -> None:
    try:
        acd.run(stop)
    finally:
        connection.close()


def test_a_played_call_rings_is_talked_when_it_is_accepted_and_ends_when_they_have_said_all() -> None:
    line = queue("calls", wrap_up_seconds=30, ring_seconds=60)
    ChannelAccount.objects.create(
        kind=ChannelKind.VOICE, code="phone", name="Phone", address="+4780012345", settings={"queue": line.code}
    )
    robin = agent(capacity={"voice": 1}, available_at=timezone.now())
    stop = threading.Event()
    matching = threading.Thread(target=match, args=(stop,))
    matching.start()
    try:
        with pretending(rate=0.5, rng=Random(1), tally=Counter(), talks=(3, 3)) as played:
            until(lambda: Offer.objects.filter(state=OfferState.OPEN).exists(), seconds=60)
            until(played.rings, seconds=60)
            assert not Segment.objects.filter(kind=SegmentKind.AGENT).exists()
            actions.accept(offer_id=Offer.objects.get().pk, agent=robin, now=timezone.now())
            call = Interaction.objects.get()
            until(lambda: played.talks(call.thread), seconds=60)
            until(lambda: Interaction.objects.get(pk=call.pk).ended_at, seconds=60)
            until(lambda: not Leg.objects.filter(interaction=call, ended_at=None).exists(), seconds=60)
            until(lambda: not [line for line in played.lines if line.startswith("a-")], seconds=60)
    finally:
        stop.set()
        matching.join(20)
    assert Interaction.objects.get(pk=call.pk).end_reason == EndReason.CUSTOMER
    assert Segment.objects.filter(interaction=call, kind=SegmentKind.AGENT, ended_at__isnull=False).count() == 1
    assert not Interaction.objects.filter(ended_at=None).exists()


def test_without_a_number_it_says_what_to_do() -> None:
    with (
        pytest.raises(NotPossible, match="Administration, Channels"),
        pretending(rate=1, rng=Random(1), tally=Counter()),
    ):
        pass

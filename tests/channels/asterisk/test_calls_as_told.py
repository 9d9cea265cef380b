"""What the real Asterisk tells of a call: the same as it told when the calls were recorded that other tests play.

`FANAL_RECORD_CALLS=1 python -m pytest -n 0 tests/channels/asterisk/test_calls_as_told.py` records them anew.
"""

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from fanal.channels.asterisk import ari
from fanal.channels.asterisk.ari import Address
from fanal.channels.models import ChannelAccount
from fanal.interactions.models import Interaction, Leg, LegKind
from fanal.routing.models import EntryState, Offer, OfferState, QueueEntry
from tests import recorded_calls
from tests.channels.asterisk.phones import Caller, Telephone
from tests.channels.asterisk.test_room import (  # noqa: F401
    OURS,
    THEIRS,
    nobody_calls_yet,
    number,
    room_for,
    telephone,
    until,
)
from tests.routing_world import agent

pytestmark = [pytest.mark.timeout(240), pytest.mark.django_db(transaction=True)]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """All that the room is told, as it comes."""
    heard: list[dict[str, Any]] = []

    class Recorded(ari.Events):
        def __iter__(self) -> Iterator[dict[str, Any]]:
            for event in super().__iter__():
                heard.append(event)
                yield event

    monkeypatch.setattr(ari, "Events", Recorded)
    return heard


@pytest.mark.parametrize("ends", ["caller", "agent", "abandoned"])
def test_a_call_is_told_as_it_was_recorded(
    ends: str,
    told: list[dict[str, Any]],
    address: Address,
    number: ChannelAccount,  # noqa: F811
    caller: Caller,
    telephone: Telephone,  # noqa: F811
) -> None:
    with room_for(address, telephone):
        if ends == "abandoned":
            with caller.calls(OURS, of=THEIRS, seconds=3):
                until(lambda: QueueEntry.objects.filter(state=EntryState.ABANDONED).exists())
        else:
            with (
                telephone.there(ends=ends == "agent"),
                caller.calls(OURS, of=THEIRS, seconds=4 if ends == "caller" else 20),
            ):
                until(lambda: QueueEntry.objects.filter(state=EntryState.WAITING).exists())
                agent(capacity={"voice": 1}, available_at=timezone.now())
                until(lambda: Offer.objects.filter(state=OfferState.ACCEPTED).exists())
                until(lambda: Interaction.objects.filter(ended_at__isnull=False).exists())
        until(lambda: not Leg.objects.filter(ended_at=None).exists())
        until(lambda: gone(told) == set(Leg.objects.values_list("line", flat=True)))
        until(lambda: ends == "abandoned" or any(event["type"] == "BridgeDestroyed" for event in told))
    fresh = recorded_calls.written(told, names=names())
    if os.environ.get("FANAL_RECORD_CALLS"):
        (recorded_calls.FOLDER / f"{ends}.json").write_text(fresh)
    assert recorded_calls.shape(json.loads(fresh)) == recorded_calls.shape(recorded_calls.of(ends))


def gone(told: list[dict[str, Any]]) -> set[str]:
    return {event["channel"]["id"] for event in told if event["type"] == "ChannelDestroyed"}


def names() -> dict[str, str]:
    """What the recorded call calls its lines and bridges."""
    call, leg_of = Interaction.objects.get(), {leg.kind: leg.line for leg in Leg.objects.all()}
    return {
        leg_of[LegKind.CUSTOMER]: recorded_calls.CALLER,
        leg_of.get(LegKind.AGENT, "nobody"): recorded_calls.AGENT,
        f"t-{call.pk}": recorded_calls.TALK,
        f"w-{QueueEntry.objects.get().queue_id}": recorded_calls.MUSIC,
    }

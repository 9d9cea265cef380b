"""What is committed about a call is told at once, also while an older transaction goes on; that one is not missed."""

import json
import threading
import uuid
from collections.abc import Collection, Iterator
from functools import partial

import pytest
from django.utils import timezone

from fanal.channels.models import ChannelAccount
from fanal.events.actions import APPEND, publish
from fanal.intake.voice.changes import follow_changes
from fanal.intake.voice.work import Urgency
from fanal.interactions import actions as interactions
from fanal.interactions.models import Interaction
from fanal.running.connections import own_connection
from tests import servers

pytestmark = pytest.mark.django_db(transaction=True)
until = partial(servers.until, seconds=10)


class Heard:
    def __init__(self) -> None:
        self.calls: list[int] = []
        self.awaited: list[int] = []

    def call_changed(self, interaction: int, *, by: Collection[int], urgency: Urgency) -> None:
        self.calls.append(interaction)
        if urgency == Urgency.IS_AWAITED:
            self.awaited.append(interaction)

    def phones_changed(self) -> None: ...
    def people_changed(self) -> None: ...


@pytest.fixture
def heard() -> Iterator[Heard]:
    told, stop = Heard(), threading.Event()
    thread = threading.Thread(target=follow_changes, args=(told, stop), daemon=True)
    thread.start()
    yield told
    stop.set()
    thread.join(10)


def a_call() -> Interaction:
    account, _ = ChannelAccount.objects.get_or_create(kind="voice", code="phone", name="Phone")
    return interactions.start(account=account, source="+4791234567", thread=uuid.uuid4().hex, now=timezone.now())


def test_an_older_transaction_holds_nothing_up_and_is_heard_when_it_ends(heard: Heard) -> None:
    first, second = a_call(), a_call()
    now = timezone.now()

    def changed() -> None:
        publish(kind="queue.entered", data={"interaction": first.pk}, now=timezone.now())

    def is_heard() -> bool:
        changed()
        return first.pk in heard.calls

    until(is_heard)  # it listens
    with own_connection() as older, older.transaction():
        older.execute(APPEND, ["queue.entered", now, None, json.dumps({"interaction": second.pk}), []])
        heard.calls.clear()
        changed()
        until(lambda: first.pk in heard.calls)
        assert second.pk not in heard.calls
    until(lambda: second.pk in heard.calls)


def test_a_phone_that_is_to_ring_is_told_as_something_that_somebody_waits_for(heard: Heard) -> None:
    rings, ends = a_call(), a_call()

    def is_heard() -> bool:
        publish(kind="offer.made", data={"interaction": rings.pk}, now=timezone.now())
        publish(kind="leg.ended", data={"interaction": ends.pk}, now=timezone.now())
        return {rings.pk, ends.pk} <= set(heard.calls)

    until(is_heard)
    assert rings.pk in heard.awaited
    assert ends.pk not in heard.awaited

"""The contract of an exchange, second part: keys, what is said to who waits, and a queue that is closed.

How it is kept stands in `test_contract_of_calls.py`.
"""

from collections.abc import Callable

import pytest
from django.apps import apps
from django.utils import timezone

from fanal.agents.models import Presence
from fanal.channels.models import ChannelAccount
from fanal.hours.models import Calendar
from fanal.intake.voice.room import Room
from fanal.interactions.models import EndReason, Leg, SegmentKind
from fanal.routing import actions
from fanal.routing.models import EntryState, Queue, QueueEntry
from fanal.scenarios.models import FlowEnd, FlowRun
from tests.channels.asterisk.test_room import (
    OURS,
    THEIRS,
    Heard,
    a_flow,
    call,
    lines,
    nobody_calls_yet,
    number,
    room,
    voice,
    waits_in,
)
from tests.channels.asterisk.two_exchanges import (
    Callers,
    Telephones,
    address,
    agree,
    caller,
    played,
    telephone,
    until,
)
from tests.flows.shapes import ask, bye, menu
from tests.routing_world import agent, queue

__all__ = ["address", "agree", "caller", "lines", "nobody_calls_yet", "number", "played", "room", "telephone", "voice"]
pytestmark = [pytest.mark.timeout(240), pytest.mark.django_db(transaction=True)]
CARD = "4111111111111111"


def test_what_a_caller_keys_leads_through_the_flow_and_arrives_with_the_call(
    number: ChannelAccount, room: Room, caller: Callers, telephone: Telephones, agree: Callable[[], None]
) -> None:
    second = queue("orders")
    a_flow(
        number,
        menu=menu(keys={"1": "order", "2": "people"}),
        order=ask(next="specialists", shortest=4, longest=4),
        specialists={"kind": "queue", "queue": second.code, "prompt": "I connect you."},
    )
    with caller.calls(OURS, of=THEIRS, seconds=1, keys="1 4711") as calling:
        assert calling.wait(30) == 0, caller.errors()
    entry = QueueEntry.objects.get(interaction=call())
    assert (entry.queue, call().given["order"]) == (second, "4711")
    assert FlowRun.objects.get().how == FlowEnd.QUEUE
    assert list(call().segments.values_list("kind", flat=True)) == [SegmentKind.BOT, SegmentKind.QUEUE]
    agree()


def test_who_is_served_by_the_flow_is_said_goodbye_to_and_no_agent_is_asked(
    number: ChannelAccount, room: Room, caller: Callers, lines: Callable[[], dict[str, str]], agree: Callable[[], None]
) -> None:
    a_flow(number, menu=menu(), bye=bye())
    with caller.calls(OURS, of=THEIRS, seconds=20, keys="1"):
        until(lambda: call().end_reason == EndReason.SERVED)
        until(lambda: not lines())
    assert not QueueEntry.objects.exists()
    agree()


def test_a_secret_that_is_keyed_stands_nowhere(
    number: ChannelAccount, room: Room, caller: Callers, agree: Callable[[], None]
) -> None:
    a_flow(number, ask=ask(gives="card", secret=True, shortest=16, longest=16, next="people"))
    with caller.calls(OURS, of=THEIRS, seconds=1, keys=CARD) as calling:
        assert calling.wait(60) == 0, caller.errors()
    until(lambda: call().ended_at)
    assert call().given["card_last_four"] == CARD[-4:]
    everything = [list(model._default_manager.values()) for model in apps.get_models()]
    assert CARD not in str(everything)
    assert "4111111" not in str(everything)
    agree()


def test_who_waits_hears_their_place_beside_the_music_and_a_key_lets_them_be_called(
    number: ChannelAccount,
    room: Room,
    voice: Heard,
    caller: Callers,
    lines: Callable[[], dict[str, str]],
    agree: Callable[[], None],
) -> None:
    Queue.objects.update(announce_after_seconds=1, callback_key="1")
    busy = agent(capacity={"voice": 1}, available_at=None)
    actions.set_presence(agent=busy, state=Presence.BREAK, by=busy, now=timezone.now())
    with caller.calls(OURS, of=THEIRS, seconds=30, keys="         1"):
        until(lambda: "You are next." in voice.said)
        waited = call()
        assert waited.thread in room.exchange.seen().bridges[f"w-{waits_in(waited).pk}"]
        until(lambda: call().end_reason == EndReason.CALLBACK)
        until(lambda: not lines())
    assert voice.said[-1].startswith("Thank you. We will call you.")
    assert QueueEntry.objects.get(interaction=waited).state == EntryState.WITHDRAWN
    assert QueueEntry.objects.filter(case__isnull=False).exists()
    agree()


def test_who_calls_a_closed_queue_hears_that_before_the_line_ends(
    number: ChannelAccount,
    room: Room,
    voice: Heard,
    caller: Callers,
    lines: Callable[[], dict[str, str]],
    agree: Callable[[], None],
) -> None:
    Queue.objects.update(calendar=Calendar.objects.create(code="never", name="Never", zone="UTC"))
    with caller.calls(OURS, of=THEIRS, seconds=30):
        until(lambda: call().end_reason == EndReason.CLOSED)
        until(lambda: not lines())
    assert voice.said[0] == "We are closed now."
    until(lambda: Leg.objects.get(interaction=call()).ended_at)
    agree()

"""Callbacks: who keeps a place, is called in turn, called again, and not called twice."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from fanal.agents.models import Agent
from fanal.cases.models import Case
from fanal.channels.models import ChannelAccount, ChannelKind
from fanal.customers.models import Customer
from fanal.hours.models import Calendar
from fanal.intake import flowing
from fanal.interactions import actions as interactions
from fanal.interactions.models import Dial, Direction, EndReason, Interaction, Leg, LegKind, SegmentKind
from fanal.routing import actions as routing
from fanal.routing.models import Callback, CallbackEnd, EntryState, Queue, QueueEntry
from fanal.scenarios.rules.flows import WantsCallback
from tests.routing_world import NOON, after, agent, match, queue

pytestmark = pytest.mark.django_db(transaction=True)
THEIRS = "+4722334455"


@pytest.fixture
def line() -> Queue:
    return queue("calls", ring_seconds=20)


@pytest.fixture
def account(line: Queue) -> ChannelAccount:
    return ChannelAccount.objects.create(
        kind=ChannelKind.VOICE, code="phone", name="Phone", address="+4780012345",
        settings={"region": "NO", "queue": line.code, "dialling": {"trunk": "carrier", "countries": ["NO"]}},
    )  # fmt: skip


def calls(account: ChannelAccount, line: Queue, *, of: str = THEIRS, now: datetime = NOON) -> Interaction:
    """Somebody calls and waits."""
    contact = interactions.start(account=account, source=of, thread=f"in-{of}-{now.timestamp()}", now=now)
    routing.enqueue(interaction=contact, queue=line, now=now)
    return contact


def someone(**more: Any) -> Agent:
    return agent(capacity={"voice": 1}, **more)


def comes_to_nothing(callback: Callback, reason: str, *, now: datetime) -> None:
    """An agent took it, they were called, and this is what came of it."""
    callback.refresh_from_db()
    assert callback.contact
    offer = match(now)[-1]
    routing.accept(offer_id=offer.pk, agent=offer.agent, now=now)
    dial = Dial.objects.get(interaction=callback.contact, refused="")
    lifted = now if reason in ("voicemail", "customer") else None
    Leg.objects.create(
        interaction=callback.contact, kind=LegKind.CUSTOMER, line=callback.contact.thread, dial=dial, began_at=now,
        answered_at=lifted, ended_at=now,
    )  # fmt: skip
    segment = routing.finish_talk(interaction=callback.contact, by=None, reason=reason, now=now)
    assert segment
    routing.complete_wrap_up(segment_id=segment.pk, by=offer.agent, now=now)
    routing.look_after_callbacks(now=now)
    callback.refresh_from_db()


def test_who_wants_to_be_called_keeps_their_place_and_is_offered_like_a_caller(
    account: ChannelAccount, line: Queue
) -> None:
    first = calls(account, line)
    later = calls(account, line, of="+4722334466", now=after(10))
    callback = routing.wish_callback(interaction=first, queue=line, now=after(60))
    first.refresh_from_db()
    assert first.end_reason == EndReason.CALLBACK
    assert first.queue_entries.get().state == EntryState.WITHDRAWN
    entry = QueueEntry.objects.get(interaction=callback.contact)
    assert (entry.entered_at, entry.channel, entry.state) == (NOON, "voice", EntryState.WAITING)
    assert callback.contact.direction == Direction.OUTBOUND
    robin = someone(available_at=after(70))
    (offer,) = match(after(70))
    assert (offer.entry, offer.agent) == (entry, robin), "who held the line came later"
    assert not Dial.objects.exists(), "nobody is called before somebody has taken it"
    routing.accept(offer_id=offer.pk, agent=robin, now=after(72))
    dial = Dial.objects.get()
    assert (dial.interaction, dial.by, dial.number, dial.refused) == (callback.contact, robin, THEIRS, "")
    assert dial.clearance
    assert dial.clearance.purpose == "reply"
    assert QueueEntry.objects.get(interaction=later).state == EntryState.WAITING


def test_several_wishes_of_one_person_are_one(account: ChannelAccount, line: Queue) -> None:
    kari = Customer.objects.create(name="Kari")
    first = routing.wish_callback(interaction=calls(account, line), queue=line, now=NOON)
    again = routing.wish_callback(interaction=calls(account, line, now=after(5)), queue=line, now=after(6))
    assert first == again
    assert Interaction.objects.filter(direction=Direction.OUTBOUND).count() == 1
    tomorrow = after(24 * 3600)
    named = routing.wish_callback(number="+4722334400", customer=kari, queue=line, at=tomorrow, now=NOON)
    other = routing.wish_callback(number="+4722334411", customer=kari, queue=line, at=after(25 * 3600), now=NOON)
    assert named == other
    assert other.due_at == after(25 * 3600), "the later wish says when"


def test_what_cannot_be_called_is_not_promised(account: ChannelAccount, line: Queue) -> None:
    waits = calls(account, line)
    for number, code in (("112", "emergency"), ("+33142685300", "country"), ("+4782000000", "premium")):
        with pytest.raises(routing.NotCalledBack) as refusal:
            routing.wish_callback(interaction=waits, number=number, queue=line, now=NOON)
        assert refusal.value.code == code
    assert QueueEntry.objects.get(interaction=waits).state == EntryState.WAITING


def test_a_named_time_is_kept_to_the_minute_by_their_clock_and_within_their_day(
    account: ChannelAccount, line: Queue
) -> None:
    """Noon of the tests is one o'clock in Norway."""
    at = datetime(2026, 3, 10, 14, 35, tzinfo=UTC)
    callback = routing.wish_callback(number=THEIRS, queue=line, at=at, by=someone(), now=NOON)
    assert (callback.due_at, callback.contact) == (at, None)
    assert routing.look_after_callbacks(now=at - timedelta(seconds=1)) == 0
    assert routing.look_after_callbacks(now=at) == 1
    callback.refresh_from_db()
    assert callback.contact
    assert QueueEntry.objects.get(interaction=callback.contact).position_at == at
    night = datetime(2026, 3, 10, 23, 0, tzinfo=UTC)
    moved = routing.wish_callback(number="+4722334477", queue=line, at=night, now=NOON)
    assert moved.due_at == datetime(2026, 3, 11, 7, 0, tzinfo=UTC)


def test_a_named_agent_is_asked_first(account: ChannelAccount, line: Queue) -> None:
    someone()
    robin = someone()
    routing.wish_callback(number=THEIRS, queue=line, agent=robin, now=NOON)
    (offer,) = match(after(1))
    assert offer.agent == robin


@pytest.mark.parametrize("reason", ["busy", "no_answer", "voicemail"])
def test_who_is_not_reached_is_called_again_after_a_pause_and_in_the_end_there_is_a_case(
    reason: str, account: ChannelAccount, line: Queue
) -> None:
    robin = someone()
    callback = routing.wish_callback(number=THEIRS, queue=line, now=NOON)
    now, tried = NOON, 0
    while callback.ended_at is None:
        assert tried < 10, "for ever"
        comes_to_nothing(callback, reason, now=now)
        tried += 1
        assert callback.tries == tried
        if callback.ended_at is None:
            assert callback.due_at > now
            now = callback.due_at
            routing.set_presence(agent=robin, state="available", by=robin, now=now)
            routing.look_after_callbacks(now=now)
    assert tried == 4
    assert (callback.how, callback.why) == (CallbackEnd.GIVEN_UP, reason)
    assert Case.objects.filter(topics__interaction__source=THEIRS).exists()


def test_who_is_reached_is_called_no_more(account: ChannelAccount, line: Queue) -> None:
    someone()
    callback = routing.wish_callback(number=THEIRS, queue=line, now=NOON)
    comes_to_nothing(callback, "customer", now=after(1))
    assert callback.how == CallbackEnd.REACHED


def test_who_is_served_otherwise_is_not_called(account: ChannelAccount, line: Queue) -> None:
    kari = Customer.objects.create(name="Kari")
    robin = someone(available_at=None)
    callback = routing.wish_callback(number=THEIRS, customer=kari, queue=line, now=NOON)
    chat = ChannelAccount.objects.create(kind=ChannelKind.WEBCHAT, code="shop", name="Shop")
    wrote = interactions.start(account=chat, source="visitor", now=after(60))
    interactions.identify(interaction=wrote, customer=kari, assurance=2, why="picked", by=robin, now=after(60))
    assert routing.look_after_callbacks(now=after(61)) == 0, "they wait there, too"
    interactions.give_to_agent(interaction=wrote, agent=robin, now=after(70))
    assert routing.look_after_callbacks(now=after(71)) == 1
    callback.refresh_from_db()
    assert callback.how == CallbackEnd.SERVED
    assert not QueueEntry.objects.filter(interaction__source=THEIRS, left_at=None).exists()


def test_what_the_gate_refuses_at_the_last_moment_is_not_called_and_kept_as_a_case(
    account: ChannelAccount, line: Queue
) -> None:
    robin = someone()
    callback = routing.wish_callback(number=THEIRS, queue=line, now=NOON)
    account.settings["dialling"]["calls"] = 0
    account.save()
    (offer,) = match(after(1))
    routing.accept(offer_id=offer.pk, agent=robin, now=after(2))
    routing.look_after_callbacks(now=after(3))
    callback.refresh_from_db()
    assert (callback.how, callback.why) == (CallbackEnd.REFUSED, "calls")
    assert callback.contact
    callback.contact.refresh_from_db()
    assert callback.contact.end_reason == EndReason.FAILED
    assert Case.objects.exists()


def test_one_that_was_withdrawn_waits_no_more(account: ChannelAccount, line: Queue) -> None:
    robin = someone(available_at=None)
    callback = routing.wish_callback(number=THEIRS, queue=line, now=NOON)
    assert routing.withdraw_callback(callback=callback, by=robin, now=after(1))
    assert not routing.withdraw_callback(callback=callback, by=robin, now=after(2))
    assert not QueueEntry.objects.filter(left_at=None).exists()


def test_a_flow_that_ends_with_a_callback_promises_what_can_be_kept(account: ChannelAccount, line: Queue) -> None:
    """They still hear the goodbye, so they are not called in that moment; what cannot be called is kept as a case."""
    for number, promised in (("", True), ("112", False)):
        caller = interactions.start(
            account=account, source=THEIRS, thread=f"in-{number}", owner=SegmentKind.BOT, now=NOON
        )
        flowing.follow(interaction=caller, outcome=WantsCallback(queue=line.code, number=number), now=NOON)
        assert Callback.objects.filter(wished_in=caller).exists() == promised
        assert Case.objects.filter(topics__interaction=caller).exists() != promised
    callback = Callback.objects.get()
    assert callback.contact is None
    assert routing.look_after_callbacks(now=after(14)) == 0
    assert routing.look_after_callbacks(now=after(15)) == 1


def test_a_callback_in_a_closed_queue_waits_for_its_opening(account: ChannelAccount, line: Queue) -> None:
    line.calendar = Calendar.objects.create(code="day", name="Day", zone="UTC")
    line.save()
    for weekday in range(7):
        line.calendar.periods.create(weekday=weekday, opens_at=time(14), closes_at=time(18))
    callback = routing.wish_callback(number=THEIRS, queue=line, now=NOON)
    assert (callback.contact, callback.due_at) == (None, after(2 * 3600))
    assert routing.look_after_callbacks(now=after(2 * 3600)) == 1
    callback.refresh_from_db()
    assert callback.contact

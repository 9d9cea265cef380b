"""Nobody is called back without a right: a keyed number proves nothing, and no wish passes «do not contact»."""

from datetime import UTC, datetime, timedelta

import pytest

from fanal.agents.models import Agent
from fanal.cases.models import Case
from fanal.channels.models import ChannelAccount, ChannelKind
from fanal.consent.models import Suppression
from fanal.intake import flowing, waiting
from fanal.interactions import actions as interactions
from fanal.interactions.models import Dial, DialFor, EndReason, Interaction, SegmentKind
from fanal.routing import actions as routing
from fanal.routing.models import Callback, CallbackEnd, EntryState, Queue, QueueEntry
from fanal.scenarios.rules.flows import WantsCallback
from tests.routing_world import NOON, after, agent, match, queue

pytestmark = pytest.mark.django_db(transaction=True)
THEIRS, VICTIM = "+4722334455", "+4722334499"
NIGHT = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)  # two o'clock in Norway
MORNING = datetime(2026, 3, 10, 7, 0, tzinfo=UTC)


@pytest.fixture
def line() -> Queue:
    return queue("calls", ring_seconds=20)


@pytest.fixture
def account(line: Queue) -> ChannelAccount:
    return ChannelAccount.objects.create(
        kind=ChannelKind.VOICE, code="phone", name="Phone", address="+4780012345",
        settings={
            "region": "NO", "queue": line.code,
            "dialling": {"trunk": "carrier", "countries": ["NO"], "callbacks_to_number": 3},
        },
    )  # fmt: skip


def calls(account: ChannelAccount, line: Queue, *, of: str = THEIRS, now: datetime = NOON) -> Interaction:
    contact = interactions.start(account=account, source=of, thread=f"in-{of}-{now.timestamp()}", now=now)
    routing.enqueue(interaction=contact, queue=line, now=now)
    return contact


def leave_alone(number: str, purpose: str = "") -> None:
    Suppression.objects.create(kind="phone", value=number, purpose=purpose, since=NOON, evidence="asked in a call")


def taken(callback: Callback, *, now: datetime) -> Dial:
    callback.refresh_from_db()
    offer = match(now)[-1]
    routing.accept(offer_id=offer.pk, agent=offer.agent, now=now)
    return Dial.objects.get(interaction=callback.contact)


def reached(callback: Callback, robin: Agent, *, now: datetime) -> None:
    """They were called, and it is over."""
    assert taken(callback, now=now).refused == ""
    assert callback.contact
    segment = routing.finish_talk(interaction=callback.contact, by=None, reason="voicemail", now=now)
    assert segment
    routing.complete_wrap_up(segment_id=segment.pk, by=robin, now=now)
    callback.refresh_from_db()
    routing.withdraw_callback(callback=callback, by=robin, now=now)


@pytest.mark.parametrize("number", ["", VICTIM], ids=["their own", "keyed in"])
def test_no_wish_passes_do_not_contact(number: str, account: ChannelAccount, line: Queue) -> None:
    waits = calls(account, line)
    leave_alone(number or THEIRS)
    with pytest.raises(routing.NotCalledBack) as refusal:
        routing.wish_callback(interaction=waits, number=number, queue=line, now=NOON)
    assert refusal.value.code == "suppressed"
    assert QueueEntry.objects.get(interaction=waits).state == EntryState.WAITING, "they keep their place"


@pytest.mark.parametrize("number", ["", VICTIM], ids=["their own", "keyed in"])
def test_who_asks_to_be_left_alone_meanwhile_is_not_called(number: str, account: ChannelAccount, line: Queue) -> None:
    agent(capacity={"voice": 1})
    callback = routing.wish_callback(interaction=calls(account, line), number=number, queue=line, now=NOON)
    leave_alone(number or THEIRS)
    assert taken(callback, now=after(1)).refused == "suppressed"


def test_who_wants_no_news_is_called_where_they_ask_for_it_and_not_where_somebody_keyed_their_number(
    account: ChannelAccount, line: Queue
) -> None:
    for number in (THEIRS, VICTIM):
        leave_alone(number, "service")
    assert routing.wish_callback(interaction=calls(account, line), queue=line, now=NOON)
    with pytest.raises(routing.NotCalledBack):
        routing.wish_callback(interaction=calls(account, line, now=after(1)), number=VICTIM, queue=line, now=after(1))


def test_by_night_only_the_number_they_call_from_is_called(account: ChannelAccount, line: Queue) -> None:
    agent(capacity={"voice": 1}, available_at=NIGHT)
    keyed = routing.wish_callback(interaction=calls(account, line, now=NIGHT), number=VICTIM, queue=line, now=NIGHT)
    assert (keyed.due_at, keyed.contact) == (MORNING, None)
    assert routing.look_after_callbacks(now=MORNING - timedelta(seconds=1)) == 0
    soon = NIGHT + timedelta(seconds=1)
    own = routing.wish_callback(interaction=calls(account, line, now=soon), queue=line, now=soon)
    assert own.contact, "they wait for it"
    dial = taken(own, now=soon)
    assert (dial.refused, dial.clearance and dial.clearance.basis) == ("", "asked_for_it")


def test_their_own_number_written_otherwise_is_their_own(account: ChannelAccount, line: Queue) -> None:
    own = routing.wish_callback(
        interaction=calls(account, line, now=NIGHT), number="22 33 44 55", queue=line, now=NIGHT
    )
    assert own.contact


def test_who_asked_hours_ago_sleeps_by_now_and_is_called_in_the_morning(account: ChannelAccount, line: Queue) -> None:
    evening = datetime(2026, 3, 10, 18, 30, tzinfo=UTC)
    callback = routing.wish_callback(interaction=calls(account, line, now=evening), queue=line, now=evening)
    late = evening + timedelta(hours=3)
    agent(capacity={"voice": 1}, available_at=late)
    assert taken(callback, now=late).refused == "hour"
    routing.look_after_callbacks(now=late + timedelta(seconds=1))
    callback.refresh_from_db()
    assert (callback.ended_at, callback.contact) == (None, None)
    assert callback.due_at == MORNING + timedelta(days=1)


def test_what_an_agent_wishes_goes_through_the_whole_gate(account: ChannelAccount, line: Queue) -> None:
    robin = agent(capacity={"voice": 1})
    leave_alone(VICTIM, "service")
    with pytest.raises(routing.NotCalledBack) as refusal:
        routing.wish_callback(number=VICTIM, queue=line, at=after(3600), by=robin, now=NOON)
    assert refusal.value.code == "suppressed"
    callback = routing.wish_callback(number=THEIRS, queue=line, at=after(3600), by=robin, now=NOON)
    routing.look_after_callbacks(now=after(3600))
    dial = taken(callback, now=after(3601))
    assert dial.clearance
    assert (dial.clearance.purpose, dial.clearance.basis) == ("service", "contract")


def test_a_wish_of_a_page_that_looks_like_a_number_is_none(account: ChannelAccount, line: Queue) -> None:
    page = calls(account, line, of="web:22334455")
    with pytest.raises(routing.NotCalledBack):
        routing.wish_callback(interaction=page, queue=line, now=NOON)


def test_nobody_is_called_back_more_often_than_the_cap_says(account: ChannelAccount, line: Queue) -> None:
    robin = agent(capacity={"voice": 1})
    for n in range(3):
        now = after(600 * n)
        routing.set_presence(agent=robin, state="available", by=robin, now=now)
        callback = routing.wish_callback(interaction=calls(account, line, now=now), queue=line, now=now)
        reached(callback, robin, now=now)
    waits = calls(account, line, now=after(3000))
    with pytest.raises(routing.NotCalledBack) as refusal:
        routing.wish_callback(interaction=waits, queue=line, now=after(3000))
    assert (refusal.value.code, refusal.value.value) == ("callbacks_to_number", "3")
    assert Dial.objects.filter(number=THEIRS, what_for=DialFor.CALLBACK, refused="").count() == 3
    tomorrow = after(25 * 3600)
    assert routing.wish_callback(interaction=waits, queue=line, now=tomorrow)


def test_the_cap_holds_when_the_call_is_made_and_counts_no_ordinary_call(account: ChannelAccount, line: Queue) -> None:
    robin = agent(capacity={"voice": 1})
    for _ in range(4):
        assert not interactions.dial(account=account, number=THEIRS, what_for=DialFor.CALL, by=robin, now=NOON).refused
    callback = routing.wish_callback(interaction=calls(account, line), queue=line, now=NOON)
    for _ in range(3):
        interactions.dial(account=account, number=THEIRS, what_for=DialFor.CALLBACK, by=robin, now=NOON)
    assert taken(callback, now=after(1)).refused == "callbacks_to_number"
    routing.look_after_callbacks(now=after(2))
    callback.refresh_from_db()
    assert (callback.how, callback.why) == (CallbackEnd.REFUSED, "callbacks_to_number")


def test_one_caller_keys_in_no_more_numbers_than_the_cap_says(account: ChannelAccount, line: Queue) -> None:
    for n in range(3):
        waits = calls(account, line, now=after(n))
        routing.wish_callback(interaction=waits, number=f"+472233446{n}", queue=line, now=after(n))
    waits = calls(account, line, now=after(9))
    with pytest.raises(routing.NotCalledBack):
        routing.wish_callback(interaction=waits, number="+4722334469", queue=line, now=after(9))
    assert routing.wish_callback(interaction=waits, queue=line, now=after(9)), "their own number is no prank"


@pytest.mark.parametrize(
    ("of", "most"), [("", 4), ("web:visitor", 3)], ids=["all who withhold their number", "one page"]
)
def test_who_shows_no_number_has_not_the_whole_town_rung(
    of: str, most: int, account: ChannelAccount, line: Queue
) -> None:
    account.settings["dialling"]["calls_of_agent"] = 4
    account.save()
    for n in range(most):
        waits = calls(account, line, of=of, now=after(n))
        routing.wish_callback(interaction=waits, number=f"+472233446{n}", queue=line, now=after(n))
    waits = calls(account, line, of=of, now=after(9))
    with pytest.raises(routing.NotCalledBack) as refusal:
        routing.wish_callback(interaction=waits, number="+4722334469", queue=line, now=after(9))
    assert (refusal.value.code, refusal.value.value) == ("wishes_of_caller", str(most))
    assert QueueEntry.objects.get(interaction=waits).state == EntryState.WAITING, "they keep their place"


def test_whose_wish_a_flow_cannot_keep_hears_that_and_not_a_promise(account: ChannelAccount, line: Queue) -> None:
    leave_alone(VICTIM)
    caller = interactions.start(account=account, source=THEIRS, thread="in-flow", owner=SegmentKind.BOT, now=NOON)
    kept = flowing.follow(interaction=caller, outcome=WantsCallback(queue=line.code, number=VICTIM), now=NOON)
    assert not kept
    assert not Callback.objects.exists()
    assert Case.objects.filter(topics__interaction=caller).exists()


def test_who_cannot_be_called_is_not_offered_it_while_they_wait(account: ChannelAccount, line: Queue) -> None:
    line.callback_key = "1"
    line.save()
    waits = calls(account, line)
    assert waiting.key_of(waits.pk, now=NOON) == "1"
    leave_alone(THEIRS)
    assert waiting.key_of(waits.pk, now=NOON) == ""
    nobody = calls(account, line, of="anonymous")
    assert waiting.key_of(nobody.pk, now=NOON) == ""


def test_whom_we_called_and_lost_with_the_exchange_did_not_ask_to_be_called(
    account: ChannelAccount, line: Queue
) -> None:
    robin = agent(capacity={"voice": 1})
    out = routing.call_out(number=VICTIM, by=robin, now=NOON).contact
    assert out
    leave_alone(VICTIM, "service")
    with pytest.raises(routing.NotCalledBack):
        routing.wish_callback(interaction=out, queue=line, now=after(5))
    out.refresh_from_db()
    assert out.end_reason != EndReason.CALLBACK

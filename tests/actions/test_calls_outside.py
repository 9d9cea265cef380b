"""What nobody of ours hears any more does not go on for ever, nor do any number of calls go out at once."""

from collections.abc import Sequence
from typing import Any

import pytest

from fanal.agents.models import Agent
from fanal.channels.asterisk.rules import Order, Wanted
from fanal.channels.models import ChannelAccount, ChannelKind
from fanal.intake.voice.parting import Parting
from fanal.interactions import actions as interactions
from fanal.interactions.models import Dial, DialFor, EndReason, Interaction, Leg, LegKind, Participation
from fanal.routing import actions
from fanal.routing.models import Queue
from fanal.scenarios.rules.flows import Said
from tests.routing_world import after, agent, match, queue, ringing

pytestmark = pytest.mark.django_db(transaction=True)
OUTSIDE = "+33142278186"


@pytest.fixture
def line() -> Queue:
    return queue("first")


def number(code: str = "voice", **told: Any) -> ChannelAccount:
    open_all_day = {"trunk": "carrier", "countries": ["FR"], "opens": "00:00", "closes": "23:59"}
    return ChannelAccount.objects.create(
        kind=ChannelKind.VOICE, code=code, name="Phone", address="+33199005678",
        settings={"dialling": open_all_day | told},
    )  # fmt: skip


@pytest.fixture
def ann() -> Agent:
    return agent("Ann", capacity={"voice": 1})


def away(account: ChannelAccount, line: Queue, ann: Agent) -> Interaction:
    """A caller was sent to a number outside, and talks there since the tenth second."""
    caller = interactions.start(account=account, source="+33199000001", now=after(0))
    actions.enqueue(interaction=caller, queue=line, now=after(0))
    match(after(1))
    actions.accept(offer_id=ringing(ann).pk, agent=ann, now=after(2))
    actions.send_outside(interaction=caller, number=OUTSIDE, by=ann, now=after(10))
    part = Participation.objects.get(interaction=caller)
    Leg.objects.create(
        interaction=caller, kind=LegKind.OUTSIDE, line="o-1", dial=part.dial, participation=part, began_at=after(10),
        answered_at=after(10),
    )  # fmt: skip
    interactions.has_answered(part, now=after(10))
    return caller


def ended(call: Interaction) -> str:
    call.refresh_from_db()
    return call.end_reason


def test_two_outside_talk_no_longer_than_is_allowed(line: Queue, ann: Agent) -> None:
    call = away(number(minutes_without_agent=30), line, ann)
    assert actions.end_calls_outside(now=after(10 + 30 * 60 - 1)) == 0
    assert actions.seconds_left_outside(call.pk, now=after(10 + 29 * 60)) == 60
    assert actions.end_calls_outside(now=after(10 + 30 * 60)) == 1
    assert ended(call) == EndReason.TOO_LONG
    assert not Participation.objects.filter(ended_at=None).exists()
    assert actions.end_calls_outside(now=after(10 + 31 * 60)) == 0


def test_they_hear_it_a_minute_before_and_once(line: Queue, ann: Agent) -> None:
    call = away(number(minutes_without_agent=30), line, ann)
    orders: list[Order] = []
    told: list[str] = []

    def order(one: Order) -> bool:
        orders.append(one)
        return True

    def speak(says: Sequence[Said]) -> list[str]:
        told.extend(one.text for one in says)
        return ["sound:x"]

    parting, talks = Parting(order=order, speak=speak), Wanted(caller=call.thread, talks_in=f"t-{call.pk}")
    for minute, heard in ((28, 0), (29.5, 1), (29.6, 1)):
        parting.look(call.pk, talks, now=after(10 + 60 * minute))
        assert len(orders) == heard
    assert told == ["This call ends in one minute."]
    assert orders[0].path == ("bridges", f"t-{call.pk}", "play")


def test_the_minutes_of_all_end_them_too(line: Queue, ann: Agent) -> None:
    call = away(number(minutes=10), line, ann)
    assert actions.end_calls_outside(now=after(10 + 9 * 60)) == 0
    assert actions.end_calls_outside(now=after(10 + 10 * 60)) == 1
    assert ended(call) == EndReason.TOO_LONG


def test_a_talk_with_an_agent_is_left_alone(line: Queue, ann: Agent) -> None:
    caller = interactions.start(account=number(minutes_without_agent=1), source="+33199000001", now=after(0))
    actions.enqueue(interaction=caller, queue=line, now=after(0))
    match(after(1))
    actions.accept(offer_id=ringing(ann).pk, agent=ann, now=after(2))
    assert actions.end_calls_outside(now=after(7200)) == 0
    assert actions.seconds_left_outside(caller.pk, now=after(7200)) is None


def goes_out(account: ChannelAccount, by: Agent, n: int, **more: Any) -> Dial:
    contact = interactions.start(account=account, source=f"+3314227818{n}", thread=f"d-{n}", now=after(n))
    return interactions.dial(
        account=account, number=f"+3314227818{n}", what_for=DialFor.CALL, by=by, interaction=contact, now=after(n),
        **more,
    )  # fmt: skip


def lifted(dial: Dial, n: int) -> Leg:
    assert dial.interaction
    return Leg.objects.create(
        interaction=dial.interaction, kind=LegKind.CUSTOMER, line=f"d-{n}", dial=dial, began_at=after(n)
    )


def test_no_more_calls_run_at_once_than_one_agent_and_all_together_may_have(ann: Agent) -> None:
    account, other = number(at_once_of_agent=2, at_once=3), number("other", at_once_of_agent=2, at_once=3)
    bob = agent("Bob")
    first = goes_out(account, ann, 1)
    leg = lifted(first, 1)
    assert goes_out(other, ann, 2).refused == "", "it rings, and counts"
    assert goes_out(account, ann, 3).refused == "at_once_of_agent"
    assert goes_out(other, bob, 4).refused == ""
    assert goes_out(account, bob, 5).refused == "at_once", "whatever number of ours they go out from"
    leg.ended_at = after(6)
    leg.save()
    assert goes_out(account, bob, 7).refused == ""


def test_a_wish_that_came_to_nothing_holds_no_place(ann: Agent) -> None:
    account = number(at_once_of_agent=1)
    first = goes_out(account, ann, 1)
    assert first.interaction
    interactions.end_talk(interaction=first.interaction, reason=EndReason.NOT_LIFTED, now=after(2))
    assert goes_out(account, ann, 3).refused == ""

"""A warm transfer, counted by hand: each part, with its wrap-up, counts for the queue whose work it was.

Ann answers a call of «first» at 2 s, asks «second» at 10 s, Bob joins at 12 s and has the caller from 20 s on. He talks
until 80 s. Ann wraps up from 20 s to 25 s, Bob from 80 s to 91 s.
"""

from datetime import timedelta

import pytest

from fanal.agents.models import Agent, Permission, Role
from fanal.events.models import Event
from fanal.interactions import actions as interactions
from fanal.interactions.models import Interaction, Segment
from fanal.kpis import actions as kpis
from fanal.kpis.actions.figures import Filters
from fanal.kpis.periods import Period
from fanal.routing import actions
from fanal.routing.models import Queue
from tests.actions.test_in_calls import account, ann, call, first
from tests.day import absorb_all
from tests.routing_world import after, agent, match, queue, ringing

__all__ = ["account", "ann", "call", "first"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def second() -> Queue:
    return queue("second", skills={"network": 1}, wrap_up_seconds=11)


@pytest.fixture
def sue() -> Agent:
    sue = agent("Sue")
    sue.role = Role.objects.create(name="supervision", permissions=[Permission.SUPERVISE])
    sue.save()
    return sue


def handled(kpi: str, by: Agent, queue: Queue) -> tuple[float, float | None]:
    whole = Period(start=after(0) - timedelta(days=2), end=after(0) + timedelta(days=2))
    found = kpis.figures(
        kpi_ids=[kpi], period=whole, by=None, filters=Filters(queues=(queue.pk,)), viewer=by,
        now=after(0) + timedelta(days=1),
    )[0]  # fmt: skip
    return found.numerator, found.denominator


def passed_to_bob(call: Interaction, ann: Agent, second: Queue) -> Agent:
    bob = agent("Bob", skills={"network": 3}, capacity={"voice": 1}, available_at=after(3))
    part = actions.ask(interaction=call, to_queue=second, why="No dial tone.", by=ann, now=after(10))
    match(after(11))
    actions.accept(offer_id=ringing(bob).pk, agent=bob, now=after(12))
    part.refresh_from_db()
    actions.hand_to(participation=part, summary="No dial tone.", by=ann, now=after(20))
    return bob


def test_talk_and_wrap_up_of_who_was_asked_by_a_queue_are_the_work_of_that_queue(
    call: Interaction, ann: Agent, first: Queue, second: Queue, sue: Agent
) -> None:
    bob = passed_to_bob(call, ann, second)
    actions.complete_wrap_up(segment_id=Segment.objects.get(agent=ann).pk, by=ann, now=after(25))
    actions.finish_talk(interaction=call, by=bob, now=after(80))
    theirs = Segment.objects.get(agent=bob)
    assert theirs.wrap_up_due_at == after(91), "as long as the second queue gives"
    actions.expire_wrap_ups(now=after(91))
    said = Event.objects.filter(kind__in=("segment.started", "segment.ended", "wrap_up.ended"))
    assert {event.data["queue"] for event in said if event.data["segment"] == theirs.pk} == {second.pk}
    absorb_all()
    assert handled("average_wrap_up_of_handled", sue, first) == (5, 1)
    assert handled("average_wrap_up_of_handled", sue, second) == (11, 1)
    assert handled("average_handling_time_of_handled", sue, first) == (18 + 5, 1)
    assert handled("average_handling_time_of_handled", sue, second) == (60 + 11, 1)
    assert handled("transfer_rate_of_handled", sue, first) == (1, 1)
    assert handled("transfer_rate_of_handled", sue, second) == (0, 1)


def test_a_colleague_who_was_asked_by_name_does_the_work_of_the_queue_that_asked(
    call: Interaction, ann: Agent, first: Queue, second: Queue
) -> None:
    bob = passed_to_bob(call, ann, second)
    cara = agent("Cara", capacity={"voice": 1}, available_at=after(3))
    part = actions.ask(interaction=call, to_agent=cara, now=after(30), by=bob)
    interactions.has_answered(part, now=after(32))
    part.refresh_from_db()
    actions.hand_to(participation=part, by=bob, now=after(40))
    actions.finish_talk(interaction=call, by=cara, now=after(60))
    said = Event.objects.filter(kind="segment.ended", data__agent=cara.pk)
    assert [event.data["queue"] for event in said] == [second.pk]

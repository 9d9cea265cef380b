"""What the clocks tell: at risk once, then missed; and how they follow what was committed."""

from datetime import timedelta

import pytest

from fanal.cases import actions as cases
from fanal.cases.models import Case, Notice
from fanal.clocks import actions as clocks
from fanal.clocks.models import Clock, Target
from fanal.desk.cases.history import history_page
from fanal.escalation.actions import acting
from fanal.events import following
from fanal.events.actions import publish
from fanal.events.models import Event
from fanal.routing import actions as routing
from tests.clocks.following import caught_up, followed, of

HOUR = 3600


def opened(shop, clock, **more) -> Case:
    given = {"type": shop.enquiry, "subject": "Wet box", "customer": shop.customer, "by": shop.agent}
    return cases.open(**given | {"now": clock.after(1)} | more)


def test_what_is_at_risk_is_told_once_and_then_that_it_is_missed(shop, clock, target):
    case = opened(shop, clock, owner=shop.agent)
    routing.enqueue_case(case=case, queue=shop.queue, by=shop.agent, now=clock.now)
    followed()
    assert clocks.next_moment() == case.opened_at + timedelta(minutes=45)
    assert clocks.foresee(now=case.opened_at + timedelta(minutes=44)) == 0
    assert clocks.foresee(now=case.opened_at + timedelta(minutes=45)) == 1
    assert clocks.foresee(now=case.opened_at + timedelta(minutes=46)) == 0
    assert [notice.kind for notice in Notice.objects.filter(agent=shop.agent, read_at=None)] == ["at_risk"]
    told = Event.objects.get(kind="clock.at_risk")
    assert told.data["promise"] == "first_response"
    assert {"supervision", f"agent:{shop.agent.pk}", f"queue:{shop.queue.pk}", "cases"} <= set(told.audience)
    assert clocks.next_moment() == case.opened_at + timedelta(hours=1)
    assert clocks.foresee(now=case.opened_at + timedelta(minutes=61)) == 1
    assert Event.objects.get(kind="clock.missed").data["case"] == case.pk
    said = [entry.title for entry in history_page(case, agent=shop.agent).entries]
    assert said[-2:] == ["At risk: First response", "Missed: First response"]


def test_what_was_slept_through_is_told_as_missed_alone(shop, clock, target):
    case = opened(shop, clock)
    followed()
    assert clocks.foresee(now=case.opened_at + timedelta(hours=2)) == 1
    assert not Event.objects.filter(kind="clock.at_risk").exists()


def test_a_warning_comes_again_when_the_due_time_has_moved(shop, clock, target):
    case = opened(shop, clock)
    followed()
    clocks.foresee(now=case.opened_at + timedelta(hours=7))
    cases.wait_for_customer(case=case, waiting=True, now=case.opened_at + timedelta(hours=7), by=shop.agent)
    followed()
    assert of(case, "resolution").left_seconds == HOUR
    cases.wait_for_customer(case=case, waiting=False, now=case.opened_at + timedelta(hours=70), by=shop.agent)
    assert of(case, "resolution").at_risk_told_at is not None  # six of eight hours are over: it stays at risk
    Target.objects.create(code="calm", name="Calm", priority=1, resolution_minutes=60 * 48)
    cases.change(case=case, priority=1, now=case.opened_at + timedelta(hours=71), by=shop.agent)
    assert of(case, "resolution").at_risk_told_at is None


def test_that_a_clock_is_missed_is_told_again_when_it_was_given_more_time_and_that_is_over_too(shop, clock, target):
    case = opened(shop, clock)
    followed()
    clocks.foresee(now=case.opened_at + timedelta(hours=9))
    Target.objects.create(code="calm", name="Calm", priority=1, resolution_minutes=60 * 48)
    cases.change(case=case, priority=1, now=case.opened_at + timedelta(hours=10), by=shop.agent)
    assert of(case, "resolution").missed_told_at is None
    clocks.foresee(now=case.opened_at + timedelta(hours=49))
    told = Event.objects.filter(kind="clock.missed", data__promise="resolution")
    assert told.count() == 2


@pytest.mark.django_db(transaction=True)
def test_the_worker_follows_what_was_committed_and_only_once(shop, clock, target):
    case = opened(shop, clock)
    caught_up()
    assert set(Clock.objects.filter(case=case).values_list("kind", flat=True)) == {"first_response", "resolution"}
    assert clocks.follow() == 0
    assert Clock.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_an_event_that_cannot_be_followed_holds_up_no_other(shop, clock, target):
    first = opened(shop, clock)
    publish(kind="case.changed", data={"case": first.pk, "changes": "nonsense"}, now=clock.now)
    second = opened(shop, clock)
    caught_up()
    assert set(Clock.objects.values_list("case", flat=True)) == {first.pk, second.pk}
    assert clocks.follow() == 0


@pytest.mark.django_db(transaction=True)
def test_what_happened_before_the_first_target_starts_no_clock(shop, clock):
    opened(shop, clock)
    caught_up()
    Target.objects.create(code="late", name="Late", resolution_minutes=60)
    later = opened(shop, clock)
    caught_up()
    assert list(Clock.objects.values_list("case", flat=True)) == [later.pk]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_told_while_much_is_still_to_be_followed(shop, clock, target, monkeypatch):
    """After a long pause of the worker, what looks late may have been settled long ago."""
    case = opened(shop, clock)
    caught_up()
    cases.settle(case=case, note="Sent again", now=clock.after(HOUR / 2), by=shop.agent)
    monkeypatch.setattr(following, "AT_ONCE", 0)
    late = clock.after(240 * HOUR)
    assert clocks.foresee(now=late) == acting.act_on_due(now=late) == 0
    assert not Notice.objects.exists()
    assert not Clock.objects.filter(missed_told_at__isnull=False).exists()
    monkeypatch.undo()
    caught_up()
    assert clocks.foresee(now=late) == 0
    assert not Notice.objects.exists()

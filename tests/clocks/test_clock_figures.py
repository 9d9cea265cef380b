"""What the clocks add to the figures, and what `fanal verify` finds when they are not as they must be."""

from datetime import timedelta

import pytest
from django.utils import timezone

from fanal.cases import actions as cases
from fanal.cases.models import Case
from fanal.clocks import keeping
from fanal.clocks.models import Clock, Pause, Target
from fanal.events.models import Event
from fanal.kpis import actions as kpis
from fanal.kpis.actions.fold import absorb
from fanal.kpis.periods import named
from fanal.kpis.rules import Happening
from fanal.running.verify import verify
from tests.clocks.following import caught_up, followed, of

HOUR = 3600
OURS = {
    *("one_clock_of_a_kind_runs", "clock_pauses_are_in_order", "open_case_has_its_clock"),
    "case_is_due_with_its_first_clock",
}


@pytest.fixture
def target(shop) -> Target:
    return Target.objects.create(code="all", name="Everybody", first_response_minutes=60, resolution_minutes=480)


def opened(shop, now, **more) -> Case:
    given = {"type": shop.enquiry, "subject": "Wet box", "customer": shop.customer, "by": shop.agent}
    return cases.open(**given | {"now": now} | more)


def counted() -> None:
    followed()
    happened = Event.objects.order_by("pk")
    absorb(happenings=[Happening(id=e.pk, kind=e.kind, at=e.at, by=e.by, data=e.data) for e in happened])


def figure(shop, kpi: str, **more):
    found = kpis.figures(
        kpi_ids=[kpi], period=named("7days", timezone.now()), viewer=shop.supervisor, now=timezone.now(), **more
    )
    return [(row.key, row.numerator, row.denominator) for row in found]


def test_resolutions_in_time_are_counted_of_those_that_ended_by_type_with_their_rows(shop, target):
    begin = timezone.now() - timedelta(days=1)
    for hours, kind in ((1, shop.enquiry), (2, shop.enquiry), (9, shop.complaint)):
        case = opened(shop, begin, type=kind)
        cases.settle(case=case, now=begin + timedelta(hours=hours), by=shop.agent)
    opened(shop, begin)
    counted()
    assert figure(shop, "sla_resolution_met_of_ended") == [(None, 2, 3)]
    by_type = figure(shop, "sla_resolution_met_of_ended", by="type")
    assert {(above, below) for _, above, below in by_type} == {(2, 2), (0, 1)}
    rows = kpis.rows(
        kpi_id="sla_resolution_met_of_ended", period=named("7days", timezone.now()), viewer=shop.supervisor
    )
    assert [(row.outcome, row.in_numerator) for row in rows] == [("met", 1), ("met", 1), ("missed", 0)]
    assert figure(shop, "sla_first_response_met_of_ended") == [(None, 0, 0)]  # dropped ones are in no figure


def test_what_was_taken_back_counts_in_no_figure(shop, target):
    begin = timezone.now() - timedelta(days=1)
    case = opened(shop, begin, origin="rule")
    cases.settle(case=case, now=begin + timedelta(hours=1), by=shop.agent)
    cases.reopen(case=case, reason="Again", now=begin + timedelta(hours=2), by=None)
    cases.withdraw(case=case, now=begin + timedelta(hours=2), by=shop.agent)
    counted()
    assert figure(shop, "sla_resolution_met_of_ended") == [(None, 0, 0)]


def broken() -> set[str]:
    return {verdict.invariant.name for verdict in verify() if not verdict.holds} & OURS


@pytest.mark.django_db(transaction=True)
def test_verify_finds_a_case_without_its_clock_and_a_wrong_due_time(shop, target):
    case = opened(shop, timezone.now())
    assert broken() == set()  # not followed yet
    caught_up()
    assert broken() == set()
    Case.objects.filter(pk=case.pk).update(due_at=None)
    assert broken() == {"case_is_due_with_its_first_clock"}
    Clock.objects.filter(case=case).delete()
    caught_up()
    assert broken() == {"open_case_has_its_clock"}


@pytest.mark.django_db(transaction=True)
def test_verify_finds_a_pause_outside_its_clock(shop, target):
    case = opened(shop, timezone.now())
    caught_up()
    resolution = Clock.objects.get(case=case, kind="resolution")
    before = resolution.started_at - timedelta(hours=2)
    Pause.objects.create(clock=resolution, started_at=before, ended_at=before + timedelta(hours=1), reason="waiting")
    assert broken() == {"clock_pauses_are_in_order"}


@pytest.mark.django_db(transaction=True)
def test_the_keeper_wakes_at_the_moment_when_a_clock_is_missed(shop, target):
    """Two and a half seconds of a real clock: 45 minutes at risk, an hour due, both about to pass."""
    import threading

    case = opened(shop, timezone.now() - timedelta(seconds=3599))
    stop = threading.Event()
    keeper = threading.Thread(target=keeping.keep, args=[stop], kwargs={"every": 20.0})
    caught_up()
    keeper.start()
    try:
        for _ in range(100):
            if Event.objects.filter(kind="clock.missed").exists():
                break
            stop.wait(0.1)
    finally:
        stop.set()
        keeper.join(timeout=10)
    told = Event.objects.get(kind="clock.missed")
    due = Clock.objects.get(case=case, kind="first_response").due_at
    assert timedelta() <= told.at - due < timedelta(seconds=8)
    assert Event.objects.get(kind="clock.at_risk").at < due


def test_the_history_of_a_case_is_not_filled_with_due_times(shop, target):
    from django.apps import apps

    case = opened(shop, timezone.now())
    versions = apps.get_model("cases", "CaseEvent")._default_manager.filter(pgh_obj=case)
    before = versions.count()
    assert of(case, "resolution").due_at is not None
    assert versions.count() == before


@pytest.mark.django_db(transaction=True)
def test_the_doctor_says_when_clocks_fall_behind(shop, target):
    from fanal.running.doctor import State, database

    opened(shop, timezone.now() - timedelta(minutes=5))
    assert [finding.state for finding in database.clocks()] == [State.WARN]
    caught_up()
    assert [finding.state for finding in database.clocks()] == [State.OK]

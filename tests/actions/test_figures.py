"""The figures: folded from events, the same everywhere, and down to the rows."""

import random
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fanal.agents.models import Agent, Permission, Presence
from fanal.cases.models import CaseOrigin, CaseType
from fanal.events.models import Event
from fanal.kpis import actions
from fanal.kpis.actions.figures import Filters
from fanal.kpis.actions.rows import time_rows
from fanal.kpis.catalogue import KPIS
from fanal.kpis.counters import FACTS
from fanal.kpis.models import Cell, Cursor
from fanal.kpis.periods import named
from fanal.kpis.rules import Happening
from fanal.routing.actions import set_presence
from tests.day import MORNING, Contact, absorb_all, after, agent, fold_all, present, queue

pytestmark = pytest.mark.django_db
EVENING = MORNING + timedelta(hours=10)
TODAY = named("today", EVENING)


class Centre:
    """Two queues, two agents, a supervisor, and a morning's work."""

    def __init__(self, wrap_up: float = 20) -> None:
        self.orders = queue("orders", answer_within_seconds=20)
        self.cards = queue("cards", answer_within_seconds=60)
        self.amal = agent("amal", Permission.HANDLE)
        self.boris = agent("boris", Permission.HANDLE)
        self.supervisor = agent("simone", Permission.SUPERVISE)
        self.enquiry = CaseType.objects.create(code="enquiry", name="Enquiry")
        for person in (self.amal, self.boris):
            present(person, "available", 0)
        quick = Contact(self.orders, 10).answered(self.amal, 20).replied(self.amal, 25)
        quick.case(self.enquiry, self.amal, 30)
        quick.finished(self.amal, 120, wrap_up)
        slow = Contact(self.orders, 60).declined(self.boris, 61, 65).answered(self.amal, 110)
        slow.replied(self.amal, 111).transferred(self.amal, 400).finished(self.amal, 400, wrap_up)
        Contact(self.orders, 100).abandoned(103)
        Contact(self.orders, 100).abandoned(160)
        Contact(self.orders, 1000).left(1200, "overflowed")
        self.waiting = Contact(self.orders, 2000)
        card = Contact(self.cards, 500).answered(self.boris, 550)
        card.case(self.enquiry, self.boris, 600, origin=CaseOrigin.AGENT, settled=False)
        card.finished(self.boris, 900, wrap_up)
        present(self.boris, "break", 1800)
        present(self.boris, "offline", 3600)

    def figure(self, kpi: str, viewer: Agent | None = None, **filters: Any) -> Any:
        found = actions.figures(
            kpi_ids=[kpi], period=TODAY, filters=Filters(**filters), viewer=viewer or self.supervisor, now=EVENING
        )
        return found[0]


def stored() -> dict[str, list[Any]]:
    """Everything the fold has written, in a fixed order."""
    found = {name: sorted(map(str, model._default_manager.values_list())) for name, model in FACTS.items()}
    columns = [f.name for f in Cell._meta.concrete_fields if f.name != "id"]
    return found | {"cells": sorted(map(str, Cell.objects.values_list(*columns)))}


def forget() -> None:
    for model in [*FACTS.values(), Cell]:
        model._default_manager.all().delete()


def test_a_morning_gives_the_figures_that_one_counts_by_hand() -> None:
    centre = Centre()
    absorb_all()
    orders = {"queues": (centre.orders.pk,)}
    assert centre.figure("offered", **orders).value == 6
    assert centre.figure("answered", **orders).value == 2
    assert centre.figure("abandoned", **orders).value == 2
    assert centre.figure("overflowed", **orders).value == 1
    assert centre.figure("still_waiting", **orders).value == 1
    level = centre.figure("service_level_of_answered_and_abandoned", **orders)
    assert (level.numerator, level.denominator) == (1, 3)
    assert centre.figure("average_wait_of_answered", **orders).value == 30
    assert centre.figure("abandonment_rate_of_offered", **orders).value == 1 / 5
    handling = centre.figure("average_handling_time_of_handled", **orders)
    assert (handling.numerator, handling.denominator) == (100 + 20 + 290 + 20, 2)
    active = centre.figure("average_active_time_of_handled", **orders)
    assert active.numerator == 120 + 310 - 30  # both in hand from 110 to 140
    assert centre.figure("transfer_rate_of_handled", **orders).value == 1 / 2
    assert centre.figure("decline_rate_of_rung", **orders).value == 1 / 3
    assert centre.figure("average_first_reply_of_replied", **orders).value == (15 + 51) / 2
    assert centre.figure("cases_opened").value == 2
    assert centre.figure("self_made_share_of_opened").value == 1 / 2
    assert centre.figure("settled_share_of_opened").value == 1 / 2
    boris = centre.figure("occupancy_of_busy_and_idle", agents=(centre.boris.pk,))
    assert (boris.numerator, boris.denominator) == (370, 1800)
    assert centre.figure("signed_in_time", agents=(centre.boris.pk,)).value == 3600
    assert centre.figure("signed_in_time", agents=(centre.amal.pk,)).value == 36000  # still there


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), pieces=st.integers(1, 9), twice=st.booleans())
def test_neither_order_nor_repetition_of_the_events_changes_a_counter(
    db: None, seed: int, pieces: int, twice: bool
) -> None:
    if not Event.objects.exists():
        Centre()
    forget()
    absorb_all()
    once = stored()
    forget()
    events = [Happening(id=e.pk, kind=e.kind, at=e.at, by=e.by, data=e.data) for e in Event.objects.all()] * (1 + twice)
    random.Random(seed).shuffle(events)
    for piece in range(pieces):
        actions.absorb(happenings=events[piece::pieces])
    assert stored() == once


def test_a_report_without_any_wrap_up_is_the_same_but_for_the_wrap_up_time() -> None:
    def everything(wrap_up: float) -> dict[str, Any]:
        centre = Centre(wrap_up)
        absorb_all()
        leaving = ("average_wrap_up_of_handled", "average_handling_time_of_handled", "average_active_time_of_handled")
        found = {k: (centre.figure(k).numerator, centre.figure(k).denominator) for k in KPIS if k not in leaving}
        found.pop("occupancy_of_busy_and_idle")
        found["talk"] = centre.figure("average_handling_time_of_handled").numerator - wrap_up * 3
        return found

    from django.db import transaction

    with transaction.atomic():
        full = everything(30)
        transaction.set_rollback(True)
    assert everything(0) == full


@pytest.mark.parametrize("kpi", list(KPIS))
def test_every_figure_opens_rows_that_add_up_to_it(kpi: str) -> None:
    centre = Centre()
    absorb_all()
    figure = centre.figure(kpi)
    if KPIS[kpi].source == "time":
        rows = list(time_rows(kpi_id=kpi, period=TODAY, viewer=centre.supervisor, now=EVENING))
    else:
        rows = list(actions.rows(kpi_id=kpi, period=TODAY, viewer=centre.supervisor))
    top, bottom = sum(row.in_numerator for row in rows), sum(row.in_denominator for row in rows)
    thousand = 1000 if any(name.endswith("_ms") for name in KPIS[kpi].numerator) else 1
    below = 1000 if any(name.endswith("_ms") for name in KPIS[kpi].denominator) else 1
    assert rows or figure.numerator == 0
    assert (top / thousand, bottom / below) == (figure.numerator, figure.denominator or 0)
    if KPIS[kpi].unit == "count":
        assert len(rows) == figure.value


@pytest.mark.parametrize("kpi", list(KPIS))
def test_the_parts_by_every_dimension_add_up_to_the_whole(kpi: str) -> None:
    centre = Centre()
    absorb_all()
    whole = centre.figure(kpi)
    for by in KPIS[kpi].by:
        parts = actions.figures(kpi_ids=[kpi], period=TODAY, by=by, viewer=centre.supervisor, now=EVENING)
        if KPIS[kpi].share is None:
            assert round(sum(p.numerator for p in parts), 3) == round(whole.numerator, 3), by
        assert round(sum(p.denominator or 0 for p in parts), 3) == round(whole.denominator or 0, 3), by


def test_what_is_offered_is_answered_or_left_or_still_waiting() -> None:
    Centre()
    absorb_all()
    for cell in Cell.objects.filter(source="stay"):
        ways = (cell.answered, cell.abandoned, cell.overflowed, cell.closed, cell.withdrawn, cell.still_waiting)
        assert cell.offered == sum(way or 0 for way in ways)


def test_practice_is_in_no_figure() -> None:
    centre = Centre()
    absorb_all()
    before = {kpi: centre.figure(kpi).numerator for kpi in KPIS}
    played = Contact(centre.orders, 50, practice=True).answered(centre.amal, 60).replied(centre.amal, 70)
    played.case(centre.enquiry, centre.amal, 80)
    played.finished(centre.amal, 100)
    absorb_all()
    assert {kpi: centre.figure(kpi).numerator for kpi in KPIS} == before


def test_a_withdrawn_case_leaves_the_figures() -> None:
    centre = Centre()
    contact = Contact(centre.orders, 3000).answered(centre.amal, 3010)
    case = contact.case(centre.enquiry, centre.amal, 3020)
    absorb_all()
    assert centre.figure("cases_opened").value == 3
    contact.say("case.withdrawn", 3030, by=centre.amal.pk, case=case.pk)
    absorb_all()
    assert centre.figure("cases_opened").value == 2
    assert centre.figure("settlings").value == 1


def test_a_further_contact_within_a_week_means_it_was_not_settled_at_first_contact() -> None:
    centre = Centre()
    contact = Contact(centre.orders, 3000).answered(centre.amal, 3010)
    case = contact.case(centre.enquiry, centre.amal, 3020)
    absorb_all()
    assert centre.figure("first_contact_settlement_of_opened").numerator == 2
    again = Contact(centre.orders, 90000)
    again.say("topic.added", 90010, by=centre.amal.pk, topic=1, case=case.pk)
    absorb_all()
    assert centre.figure("first_contact_settlement_of_opened").numerator == 1


def test_a_queue_manager_sees_the_own_queues_only_and_an_agent_none() -> None:
    centre = Centre()
    manager = agent("marie", Permission.SUPERVISE_OWN_QUEUES)
    centre.cards.managers.add(manager)
    absorb_all()
    assert centre.figure("offered", viewer=manager).value == 1
    assert centre.figure("offered", viewer=manager, queues=(centre.orders.pk,)).value == 0
    assert centre.figure("signed_in_time", viewer=manager).value == 3600  # Boris alone works for it
    assert [row.queue_id for row in actions.rows(kpi_id="offered", period=TODAY, viewer=manager)] == [centre.cards.pk]
    with pytest.raises(PermissionDenied):
        centre.figure("offered", viewer=centre.amal)


def test_the_target_time_of_a_stay_is_the_one_of_its_day() -> None:
    centre = Centre()
    absorb_all()
    centre.orders.answer_within_seconds = 600
    centre.orders.save()
    absorb_all()
    level = centre.figure("service_level_of_answered_and_abandoned", queues=(centre.orders.pk,))
    assert (level.numerator, level.denominator) == (1, 3)


def test_computing_a_day_again_finds_what_was_spoilt_and_mends_it() -> None:
    centre = Centre()
    absorb_all()
    assert actions.recompute(day=MORNING, now=EVENING) == []
    Cell.objects.filter(source="stay", grain="d").update(answered=99)
    FACTS["handling"]._default_manager.filter(agent=centre.boris).delete()
    assert actions.recompute(day=MORNING, mend=True, now=EVENING)
    assert Event.objects.filter(kind="kpis.drifted").count() == 1
    assert actions.recompute(day=MORNING, now=EVENING) == []
    assert centre.figure("answered").value == 3
    assert centre.figure("handled").value == 3


def test_an_event_that_names_nothing_does_not_stop_the_fold() -> None:
    Event.objects.create(kind="queue.entered", at=after(0), data={})
    Event.objects.create(kind="queue.left", at=after(0), data={"entry": "seven"})
    absorb_all()
    assert not Cell.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_fold_goes_on_where_it_stopped() -> None:
    centre = Centre()
    assert fold_all() == Event.objects.count()
    assert fold_all() == 0
    before = stored()
    centre.waiting.abandoned(2100)
    assert fold_all() == 2
    assert stored() != before
    assert centre.figure("abandoned").value == 3
    assert Cursor.objects.get().event == Event.objects.order_by("-id").values_list("id", flat=True)[0]


@pytest.mark.django_db(transaction=True)
def test_a_folded_day_keeps_every_promise_about_figures_and_a_spoilt_one_is_found() -> None:
    from fanal.running.verify import verify

    names = frozenset(
        {"figures_offered_adds_up", "figures_days_are_sums", "agent_time_adds_up", "presence_has_no_gaps"}
    )
    Centre()
    fold_all()
    assert [verdict.invariant.name for verdict in verify(names=names) if not verdict.holds] == []
    Cell.objects.filter(source="stay", grain="q").update(answered=99)
    Cell.objects.filter(source="handling", grain="n").update(handled=99)
    Cell.objects.filter(source="time").update(break_ms=10**9)
    broken = {verdict.invariant.name for verdict in verify(names=names) if not verdict.holds}
    assert broken == names - {"presence_has_no_gaps"}


def test_the_time_of_somebody_who_practises_is_in_no_figure() -> None:
    learner, real = agent("learner", Permission.HANDLE), agent("real", Permission.HANDLE)
    learner.practising = True
    learner.save(update_fields=["practising"])
    for person in (learner, real):
        set_presence(agent=person, state=Presence.AVAILABLE, by=person, now=after(0))
        set_presence(agent=person, state=Presence.OFFLINE, by=person, now=after(600))
    absorb_all()
    assert set(Cell.objects.filter(source="time").values_list("agent", flat=True)) == {real.pk}


@pytest.mark.django_db(transaction=True)
def test_folding_all_events_again_gives_the_stored_figures_and_a_spoilt_cell_is_found() -> None:
    from fanal.running.verify import verify

    def check() -> Any:
        (verdict,) = verify(names=frozenset({actions.FOLLOWS.name}), besides=[actions.FOLLOWS])
        return verdict

    centre = Centre()
    fold_all()
    centre.waiting.abandoned(2100)  # not folded yet: in neither
    centre.orders.answer_within_seconds = 600
    centre.orders.save()
    before = stored()
    assert check().holds
    fold_all()
    assert check().holds
    assert stored() != before
    kept = stored()
    Cell.objects.filter(source="stay", grain="q").order_by("at").first().delete()  # type: ignore[union-attr]
    spoilt = stored()
    assert (check().offending, check().first[0][0]) == (1, "folded again")
    assert stored() == spoilt != kept
    Cell.objects.filter(source="handling", grain="a").update(talk_ms=1)
    assert check().offending == 1 + 2 * Cell.objects.filter(source="handling", grain="a").count()

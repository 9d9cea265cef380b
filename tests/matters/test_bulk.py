"""Changing many cases at once: seen beforehand, done in batches, each with its own history, and taken back."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from fanal.cases import actions
from fanal.cases.history import history_of
from fanal.cases.models import BulkChange, BulkItem, Case, CaseField, Notice
from fanal.cases.rules import NotPossible
from fanal.events.models import Event
from fanal.routing import actions as routing
from fanal.routing.actions.bulk import AT_ONCE

BACKEND = "fanal.desk.accounts.backend.AgentBackend"


def opened(shop: Any, clock: Any, number: int, **more: Any) -> list[Case]:
    given = {"type": shop.enquiry, "owner": shop.agent, "by": shop.agent, "subject": "Wet box"}
    return [actions.open_case(**given | {"now": clock.after(1)} | more) for _ in range(number)]


def desk_of(agent: Any) -> Client:
    client = Client(headers={"HX-Request": "true"})
    client.force_login(agent, backend=BACKEND)
    return client


def done(bulk: BulkChange, clock: Any) -> BulkChange:
    while routing.go_on(bulk=bulk.pk, now=clock.after(1)):
        pass
    bulk.refresh_from_db()
    return bulk


def begun(cases: list[Case], clock: Any, by: Any, **more: Any) -> BulkChange:
    return routing.begin_bulk(case_ids=[case.pk for case in cases], now=clock.after(1), by=by, **more)


def values(cases: list[Case], *names: str) -> list[Any]:
    return list(Case.objects.filter(pk__in=[case.pk for case in cases]).order_by("pk").values_list(*names))


def test_the_preview_says_how_many_which_not_and_why_and_writes_nothing(shop: Any, clock: Any) -> None:
    cases = opened(shop, clock, 3)
    actions.change(case=cases[0], priority=4, now=clock.after(1), by=shop.agent)
    before = Event.objects.count()
    asked = {"case": [case.pk for case in cases], "step": "preview", "kind": "priority", "to": "4"}
    page = desk_of(shop.agent).post("/cases/bulk/", asked).content.decode()
    assert "Another priority: Urgent" in page
    assert "<b>2</b> cases will be changed." in page
    assert "Stands so already" in page
    assert str(cases[0].number) in page
    assert Event.objects.count() == before
    assert not BulkChange.objects.exists()


def test_it_is_done_in_batches_with_one_event_each_and_a_line_in_every_history(shop: Any, clock: Any) -> None:
    cases = opened(shop, clock, AT_ONCE + 5)
    bulk = begun(cases, clock, shop.agent, kind="priority", to=4)
    assert routing.go_on(bulk=bulk.pk, now=clock.after(1))
    bulk.refresh_from_db()
    assert (bulk.state, bulk.done) == ("running", AT_ONCE)
    done(bulk, clock)
    assert (bulk.state, bulk.done, bulk.refused) == ("done", AT_ONCE + 5, 0)
    assert set(values(cases, "priority")) == {(4,)}
    assert Event.objects.filter(kind="bulk.moved").count() == 3  # asked for, and two batches
    line = history_of(Case.objects.get(pk=cases[7].pk))[-1]
    assert (line.kind, line.by) == ("changed", shop.agent.pk)


def test_a_case_that_cannot_be_changed_holds_up_no_other_and_says_why(shop: Any, clock: Any) -> None:
    CaseField.objects.create(code="serial", name="Serial", case_type=shop.complaint, required="to_settle")
    cases = [*opened(shop, clock, 2), *opened(shop, clock, 1, type=shop.complaint)]
    bulk = done(begun(cases, clock, shop.agent, kind="settle", to=None, note="All done"), clock)
    assert values(cases, "state") == [("settled",), ("settled",), ("open",)]
    assert (bulk.done, bulk.refused) == (3, 1)
    item = BulkItem.objects.get(case=cases[2])
    assert (item.refused, item.names) == ("missing_to_settle", ["Serial"])
    assert cases[0].notes.get().text == "All done"
    page = desk_of(shop.agent).get(f"/cases/bulk/{bulk.pk}/").content.decode()
    assert "Before the case is settled it still needs: Serial." in page


def test_taken_back_every_case_has_what_it_had_but_for_what_was_changed_since(shop: Any, clock: Any) -> None:
    cases = opened(shop, clock, 3)
    actions.assign(case=cases[1], owner=None, team=None, now=clock.after(1), by=shop.agent)
    before = values(cases, "owner", "team")
    bulk = done(begun(cases, clock, shop.supervisor, kind="owner", to=shop.colleague.pk), clock)
    assert {owner for owner, _ in values(cases, "owner", "team")} == {shop.colleague.pk}
    actions.assign(case=cases[2], owner=shop.supervisor, now=clock.after(1), by=shop.supervisor)
    routing.undo_bulk(bulk=bulk, now=clock.after(1), by=shop.supervisor)
    done(bulk, clock)
    assert (bulk.state, bulk.undone) == ("undone", 2)
    after = values(cases, "owner", "team")
    assert after[:2] == before[:2]
    assert after[2][0] == shop.supervisor.pk


def test_on_the_desk_it_is_followed_and_taken_back_by_whoever_asked_for_it(shop: Any, clock: Any) -> None:
    bulk = done(begun(opened(shop, clock, 1), clock, shop.agent, kind="priority", to=4), clock)
    BulkChange.objects.update(ended_at=timezone.now())
    desk = desk_of(shop.agent)
    assert "Take all of it back" in desk.get(f"/cases/bulk/{bulk.pk}/").content.decode()
    assert desk_of(shop.colleague).post(f"/cases/bulk/{bulk.pk}/undoing/").status_code == 404
    assert desk.post(f"/cases/bulk/{bulk.pk}/undoing/").status_code == 302
    assert desk.post(f"/cases/bulk/{bulk.pk}/undoing/").status_code == 409


def test_whoever_gets_many_is_told_once_a_batch(shop: Any, clock: Any) -> None:
    done(begun(opened(shop, clock, 4), clock, shop.agent, kind="owner", to=shop.colleague.pk), clock)
    assert list(Notice.objects.filter(agent=shop.colleague).values_list("kind", flat=True)) == ["given_many"]


@pytest.mark.parametrize(
    ("kind", "column", "thing"),
    [("tier", "tier", "tier"), ("category", "category", "balance"), ("type", "type", "complaint")],
)
def test_line_category_and_type_are_set_and_taken_back(
    shop: Any, clock: Any, kind: str, column: str, thing: str
) -> None:
    cases, to = opened(shop, clock, 2), getattr(shop, thing).pk
    Case.objects.filter(pk__in=[case.pk for case in cases]).update(tier=None)
    before = values(cases, column)
    bulk = done(begun(cases, clock, shop.agent, kind=kind, to=to), clock)
    assert set(values(cases, column)) == {(to,)}
    routing.undo_bulk(bulk=bulk, now=clock.after(1), by=shop.agent)
    done(bulk, clock)
    assert values(cases, column) == before


def test_many_go_below_a_problem_or_into_a_queue(shop: Any, clock: Any) -> None:
    cases, problem = opened(shop, clock, 2), opened(shop, clock, 1)[0]
    bulk = done(begun([*cases, problem], clock, shop.agent, kind="problem", to=problem.pk), clock)
    assert set(values(cases, "parent")) == {(problem.pk,)}
    assert BulkItem.objects.get(case=problem).refused == "below_itself"
    routing.undo_bulk(bulk=bulk, now=clock.after(1), by=shop.agent)
    done(bulk, clock)
    assert set(values(cases, "parent")) == {(None,)}
    done(begun(cases, clock, shop.agent, kind="queue", to=shop.queue.pk, note="Please"), clock)
    assert all(routing.waiting_entry(case) for case in cases)
    assert cases[0].notes.get().text == "Please"


def test_all_that_fit_are_those_of_the_list_and_only_what_one_may_see(shop: Any, clock: Any) -> None:
    mine = opened(shop, clock, 2)
    opened(shop, clock, 1, type=shop.complaint)
    opened(shop, clock, 1, owner=shop.colleague)
    asked = {"all": "1", "query": f"state=open&type={shop.enquiry.pk}", "step": "do", "kind": "priority", "to": "4"}
    answer = desk_of(shop.agent).post("/cases/bulk/", asked)
    assert answer.status_code == 204
    assert set(BulkItem.objects.values_list("case", flat=True)) == {case.pk for case in mine}
    foreign = {"case": [Case.objects.get(owner=shop.colleague).pk], "step": "do", "kind": "priority", "to": "4"}
    assert desk_of(shop.agent).post("/cases/bulk/", foreign).status_code == 422


def test_what_one_may_no_longer_see_when_it_is_done_stays(shop: Any, clock: Any) -> None:
    cases = opened(shop, clock, 2)
    bulk = begun(cases, clock, shop.agent, kind="priority", to=4)
    Case.objects.filter(pk=cases[0].pk).update(owner=shop.colleague, team=None)
    done(bulk, clock)
    assert values(cases, "priority") == [(2,), (4,)]
    assert BulkItem.objects.get(case=cases[0]).refused == "not_seen"


def test_a_change_that_was_cut_off_goes_on(shop: Any, clock: Any) -> None:
    bulk = begun(opened(shop, clock, AT_ONCE + 1), clock, shop.agent, kind="priority", to=4)
    routing.go_on(bulk=bulk.pk, now=clock.after(1))
    assert routing.unfinished() == [bulk.pk]
    done(bulk, clock)
    assert routing.unfinished() == []
    assert not routing.go_on(bulk=bulk.pk, now=clock.after(1))


def test_none_and_too_many_are_refused(shop: Any, clock: Any) -> None:
    with pytest.raises(NotPossible, match="none_chosen"):
        begun([], clock, shop.agent, kind="priority", to=4)
    with pytest.raises(NotPossible, match="too_many_chosen"):
        routing.begin_bulk(kind="priority", to=4, case_ids=range(1, 5002), now=clock.now, by=shop.agent)


def test_the_dialog_asks_for_what_the_chosen_kind_needs(shop: Any, clock: Any) -> None:
    case = opened(shop, clock, 1)[0]
    desk = desk_of(shop.agent)
    assert "Change 1 case" in desk.post("/cases/bulk/", {"case": case.pk}).content.decode()
    asked = {"case": case.pk, "step": "ask", "kind": "problem"}
    assert "Number of the problem" in desk.post("/cases/bulk/", asked).content.decode()
    wrong = asked | {"step": "preview", "to": 1}
    assert desk.post("/cases/bulk/", wrong).status_code == 422
    assert desk_of(shop.reader).post("/cases/bulk/", {"case": case.pk}).status_code == 403


def test_settling_many_asks_for_what_their_types_need_and_fills_it_in_where_it_is_missing(
    shop: Any, clock: Any
) -> None:
    more = {"case_type": shop.complaint, "required": "to_settle"}
    CaseField.objects.create(code="outcome", name="Outcome", kind="choice", choices=["Repaired", "Refunded"], **more)
    CaseField.objects.create(code="cost", name="Cost", kind="number", position=1, **more)
    cases = [*opened(shop, clock, 1), *opened(shop, clock, 3, type=shop.complaint)]
    actions.set_values(case=cases[1], values={"outcome": "Refunded"}, now=clock.after(1), by=shop.agent)
    desk, asked = desk_of(shop.agent), {"case": [case.pk for case in cases], "kind": "settle", "note": "Done"}
    dialog = desk.post("/cases/bulk/", {**asked, "step": "ask"}).content.decode()
    assert "Complaint: 2 cases have nothing there yet." in dialog
    assert "Repaired" in dialog
    wrong = desk.post("/cases/bulk/", {**asked, "step": "preview", "value_cost": "much"})
    assert wrong.status_code == 422
    assert "“Cost” needs a number." in wrong.content.decode()
    half = desk.post("/cases/bulk/", {**asked, "step": "preview", "value_outcome": "Repaired"}).content.decode()
    assert "<b>1</b> case will be changed." in half
    assert "Before the case is settled it still needs: Cost." in half
    whole = {**asked, "value_outcome": "Repaired", "value_cost": "12"}
    seen = desk.post("/cases/bulk/", {**whole, "step": "preview"}).content.decode()
    assert "<b>4</b> cases will be changed." in seen
    assert "Outcome: Repaired" in seen
    assert desk.post("/cases/bulk/", {**whole, "step": "do"})["HX-Redirect"]
    bulk = done(BulkChange.objects.get(), clock)
    assert (bulk.refused, values(cases, "state")) == (0, [("settled",)] * 4)
    assert [found for (found,) in values(cases, "values")] == [
        {},
        {"outcome": "Refunded", "cost": "12"},
        {"outcome": "Repaired", "cost": "12"},
        {"outcome": "Repaired", "cost": "12"},
    ]
    lines = [line.kind for line in history_of(Case.objects.get(pk=cases[2].pk))]
    assert {"note", "changed", "settled"} <= set(lines)


def test_settling_one_asks_for_the_same(shop: Any, clock: Any) -> None:
    more = {"case_type": shop.complaint, "required": "to_settle"}
    CaseField.objects.create(code="outcome", name="Outcome", kind="choice", choices=["Repaired", "Refunded"], **more)
    (case,) = opened(shop, clock, 1, type=shop.complaint)
    desk = desk_of(shop.agent)
    assert "Repaired" in desk.get(f"/cases/{case.pk}/settlement/").content.decode()
    assert desk.post(f"/cases/{case.pk}/settlement/", {"note": ""}).status_code == 422
    settled = desk.post(f"/cases/{case.pk}/settlement/", {"note": "", "value_outcome": "Repaired"})
    assert settled.status_code == 200
    assert values([case], "state", "values") == [("settled", {"outcome": "Repaired"})]

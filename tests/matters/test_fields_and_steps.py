"""Types of cases with fields and steps: what must be known to open and to settle, and who did which step when."""

import re
from typing import Any

import pytest
from django.test import Client

from fanal.agents.models import FieldClass
from fanal.cases import actions
from fanal.cases.asking import lacking
from fanal.cases.history import history_of
from fanal.cases.models import Case, CaseField, CaseStep, TypeStep
from fanal.cases.rules import NotPossible
from fanal.events.models import Event
from fanal.routing import actions as routing
from fanal.scenarios import actions as scenarios

BACKEND = "fanal.desk.accounts.backend.AgentBackend"


@pytest.fixture
def asking(shop: Any) -> Any:
    """Complaints need a serial number to be opened, a date to be settled, and one of two steps."""
    kind = shop.complaint
    more: dict[str, Any] = {"case_type": kind}
    CaseField.objects.create(code="serial", name="Serial number", required="to_open", **more)
    CaseField.objects.create(code="bought", name="Bought on", kind="date", required="to_settle", position=1, **more)
    CaseField.objects.create(code="gone", name="Gone", required="to_open", active=False, **more)
    TypeStep.objects.create(code="measure", name="Measure the voltage", required=True, **more)
    TypeStep.objects.create(code="thank", name="Thank the customer", position=1, **more)
    TypeStep.objects.create(code="old", name="Not in use", active=False, **more)
    return kind


@pytest.fixture
def case(shop: Any, clock: Any, asking: Any) -> Case:
    given = {"serial": "A-7"}
    return actions.open_case(
        type=asking, subject="No light", owner=shop.agent, values=given, now=clock.now, by=shop.agent
    )


def desk_of(agent: Any) -> Client:
    client = Client(headers={"HX-Request": "true"})
    client.force_login(agent, backend=BACKEND)
    return client


def done(case: Case, text: str, shop: Any, clock: Any) -> None:
    actions.tick(step=case.steps.get(text=text), done=True, now=clock.after(1), by=shop.agent)


def test_a_case_is_not_opened_without_what_its_type_needs(shop: Any, clock: Any, asking: Any) -> None:
    with pytest.raises(NotPossible, match="missing_to_open") as refused:
        actions.open_case(type=asking, subject="No light", values={}, now=clock.now, by=shop.agent)
    assert refused.value.names == ("Serial number",)
    assert not Case.objects.exists()


def test_a_case_begins_with_the_steps_of_its_type(case: Case) -> None:
    assert [step.text for step in case.steps.all()] == ["Measure the voltage", "Thank the customer"]
    assert case.values == {"serial": "A-7"}


def test_settling_names_what_is_missing_and_goes_when_it_is_there(shop: Any, clock: Any, case: Case) -> None:
    with pytest.raises(NotPossible, match="missing_to_settle") as refused:
        actions.settle(case=case, now=clock.now, by=shop.agent)
    assert refused.value.names == ("Bought on", "Measure the voltage")
    actions.set_values(case=case, values={"bought": "2026-01-02"}, now=clock.after(1), by=shop.agent)
    done(case, "Measure the voltage", shop, clock)
    actions.settle(case=case, now=clock.after(1), by=shop.agent)
    case.refresh_from_db()
    assert case.state == "settled"


def test_the_desk_says_in_a_sentence_what_is_missing(shop: Any, case: Case) -> None:
    answer = desk_of(shop.agent).post(f"/cases/{case.pk}/settlement/", {"note": ""})
    assert answer.status_code == 422
    assert "Before the case is settled it still needs: Bought on, Measure the voltage." in answer.content.decode()


def test_a_problem_is_not_settled_over_a_case_below_that_lacks_something(shop: Any, clock: Any, case: Case) -> None:
    problem = actions.open_case(type=shop.enquiry, subject="Power", now=clock.now, by=shop.agent)
    actions.join(case=case, problem=problem, now=clock.now, by=shop.agent)
    with pytest.raises(NotPossible, match="missing_below") as refused:
        routing.settle_problem(problem=problem, children=[case], by=shop.agent, now=clock.after(1))
    assert refused.value.names == (f"{case.number} (Bought on, Measure the voltage)",)


def test_settling_a_problem_asks_for_what_the_cases_below_it_lack_and_fills_it_in_where_it_is_missing(
    shop: Any, clock: Any, asking: Any, case: Case
) -> None:
    known = actions.open_case(type=asking, subject="Known", now=clock.after(1), by=shop.agent, values={"serial": "B"})
    problem = actions.open_case(type=shop.enquiry, subject="Power", now=clock.now, by=shop.agent)
    for one in (case, known):
        actions.join(case=one, problem=problem, now=clock.now, by=shop.agent)
        done(one, "Measure the voltage", shop, clock)
    actions.set_values(case=known, values={"serial": "B", "bought": "2025-12-24"}, now=clock.after(1), by=shop.agent)
    desk, address = desk_of(shop.supervisor), f"/cases/{problem.pk}/settlement/"
    asked = desk.get(address).content.decode()
    assert "Bought on" in asked
    assert "1 case has nothing there yet" in asked
    given = {"note": "", "children": [case.pk, known.pk]}
    assert "still need something" in desk.post(address, given).content.decode()
    name = re.findall(r'name="([^"]*bought)"', asked)[0]
    assert desk.post(address, given | {name: "2026-01-02"}).status_code == 200
    rows = Case.objects.filter(pk__in=[case.pk, known.pk, problem.pk])
    assert set(rows.values_list("state", flat=True)) == {"settled"}
    bought = {one.pk: one.values.get("bought") for one in rows}
    assert bought == {case.pk: "2026-01-02", known.pk: "2025-12-24", problem.pk: None}


def test_what_settles_by_itself_is_never_held_up_and_says_what_is_missing(
    shop: Any, clock: Any, asking: Any, talk: Any
) -> None:
    shop.balance_rule.case_type = asking
    shop.balance_rule.save()
    interaction = talk(customer=shop.customer, agent=shop.agent)
    record = scenarios.perform(
        action="refresh_balance", target=shop.account, interaction=interaction, by=shop.agent, now=clock.after(1)
    )
    assert record.case.state == "settled"
    assert not record.case.steps.exists()
    assert "missing" in desk_of(shop.agent).get(f"/cases/{record.case.pk}/together/").content.decode()
    actions.reopen(case=record.case, reason="Again", now=clock.after(1), by=shop.agent)
    assert lacking(record.case) == ["Serial number", "Bought on", "Measure the voltage"]


def test_a_step_has_who_and_when_and_can_be_taken_back(shop: Any, clock: Any, case: Case) -> None:
    done(case, "Thank the customer", shop, clock)
    step = case.steps.get(text="Thank the customer")
    assert (step.done_by, step.done_at) == (shop.agent, clock.now)
    actions.tick(step=step, done=True, now=clock.after(1), by=shop.supervisor)
    step.refresh_from_db()
    assert step.done_by == shop.agent
    actions.tick(step=step, done=False, now=clock.after(1), by=shop.agent)
    assert CaseStep.objects.get(pk=step.pk).done_at is None
    kinds = list(Event.objects.filter(kind__startswith="case.step").order_by("id").values_list("kind", flat=True))
    assert kinds == ["case.step_done", "case.step_undone"]


def test_another_type_brings_its_steps_and_asks_no_more_for_those_of_the_first(
    shop: Any, clock: Any, case: Case
) -> None:
    TypeStep.objects.create(code="call", name="Call them", case_type=shop.enquiry, required=True)
    case = actions.change(case=case, type=shop.enquiry, now=clock.after(1), by=shop.agent)
    assert lacking(case) == ["Call them"]
    case = actions.change(case=case, type=shop.complaint, now=clock.after(1), by=shop.agent)
    assert lacking(case) == ["Bought on", "Measure the voltage"]
    assert case.steps.count() == 3


def test_what_was_filled_in_and_done_stands_in_the_history(shop: Any, clock: Any, case: Case) -> None:
    actions.set_values(case=case, values={"serial": "B-8"}, now=clock.after(1), by=shop.agent)
    done(case, "Thank the customer", shop, clock)
    changed = [line for line in history_of(case) if line.kind == "changed"]
    assert [(change.field, change.before, change.after) for change in changed[0].changes] == [
        ("value:serial", "A-7", "B-8")
    ]
    assert changed[0].by == shop.agent.pk
    page = desk_of(shop.agent).get(f"/cases/{case.pk}/history/").content.decode()
    assert "Serial number: <bdi>A-7</bdi> → <bdi>B-8</bdi>" in page
    assert "Done: Thank the customer" in page


def test_hidden_data_is_hidden_in_the_room_the_form_and_the_history(shop: Any, clock: Any, case: Case) -> None:
    CaseField.objects.filter(code="serial").update(field_class=FieldClass.PERSONAL)
    Case.objects.filter(pk=case.pk).update(owner=None)
    actions.set_values(case=case, values={"serial": "B-8"}, now=clock.after(1), by=shop.agent)
    desk = desk_of(shop.masked)
    for path in ("together", "history", "fields"):
        page = desk.get(f"/cases/{case.pk}/{path}/").content.decode()
        assert "B-8" not in page
        assert "A-7" not in page
    desk.post(f"/cases/{case.pk}/fields/", {"value_serial": "mine", "value_bought": "2026-01-02"})
    case.refresh_from_db()
    assert case.values == {"serial": "B-8", "bought": "2026-01-02"}


def test_the_dialog_for_a_new_case_asks_what_the_type_needs(shop: Any, asking: Any) -> None:
    desk = desk_of(shop.agent)
    assert desk.get("/cases/fields/?type=").content == b""
    asked = desk.get(f"/cases/fields/?type={asking.pk}").content.decode()
    assert "Serial number" in asked
    assert "Gone" not in asked
    given = {"subject": "No light", "type": asking.pk, "priority": 2, "value_bought": "2026-01-02"}
    answer = desk.post("/cases/", given)
    assert answer.status_code == 422
    assert "A case of this type needs: Serial number." in answer.content.decode()
    assert 'value="2026-01-02"' in answer.content.decode()
    assert desk.post("/cases/", given | {"value_serial": "A-7"}).status_code == 204
    assert Case.objects.get().values == {"serial": "A-7", "bought": "2026-01-02"}


def test_steps_on_the_page(shop: Any, case: Case) -> None:
    desk = desk_of(shop.agent)
    step = case.steps.get(text="Measure the voltage")
    assert "1/2" in desk.post(f"/cases/{case.pk}/steps/{step.pk}/").content.decode()
    assert "0/2" in desk.delete(f"/cases/{case.pk}/steps/{step.pk}/").content.decode()
    assert "Call the shop" in desk.post(f"/cases/{case.pk}/steps/", {"text": "Call  the shop"}).content.decode()
    assert desk.post(f"/cases/{case.pk}/steps/", {"text": " "}).status_code == 409
    assert desk_of(shop.reader).post(f"/cases/{case.pk}/steps/{step.pk}/").status_code == 403

"""What goes along when two cases become one: values, steps and followers; and how exactly that goes back."""

from typing import Any

import pytest
from django.test import Client

from fanal.agents.models import FieldClass
from fanal.cases import actions
from fanal.cases.asking import lacking
from fanal.cases.history import history_of
from fanal.cases.models import Case, CaseField, CaseFollower, CaseStep, TypeStep
from fanal.cases.rules.merging import Step, steps_to_carry, values_to_carry
from fanal.events.models import Event

BACKEND = "fanal.desk.accounts.backend.AgentBackend"


@pytest.fixture
def asking(shop: Any) -> Any:
    kind = shop.complaint
    for place, (code, name) in enumerate((("serial", "Serial number"), ("colour", "Colour"), ("room", "Room"))):
        CaseField.objects.create(code=code, name=name, case_type=kind, position=place)
    CaseField.objects.create(code="other", name="Of another type", case_type=shop.enquiry)
    TypeStep.objects.create(code="measure", name="Measure the voltage", required=True, case_type=kind)
    TypeStep.objects.create(code="thank", name="Thank the customer", position=1, case_type=kind)
    return kind


def opened(shop: Any, clock: Any, **more: Any) -> Case:
    given = {"type": shop.complaint, "customer": shop.customer, "owner": shop.agent, "by": shop.agent}
    return actions.open_case(**given | {"subject": "Wet box", "now": clock.after(1)} | more)


def page_of(agent: Any, address: str) -> str:
    client = Client(headers={"HX-Request": "true"})
    client.force_login(agent, backend=BACKEND)
    return str(client.get(address).content.decode())


def steps(case: Case) -> list[tuple[str, bool]]:
    rows = CaseStep.objects.filter(case=case).order_by("position", "pk")
    return [(step.text, step.done_at is not None) for step in rows]


def values(case: Case) -> dict[str, Any]:
    return dict(Case.objects.values_list("values", flat=True).get(pk=case.pk))


def tick(case: Case, text: str, clock: Any, by: Any) -> None:
    actions.tick(step=CaseStep.objects.get(case=case, text=text), done=True, now=clock.after(1), by=by)


def test_what_only_the_merged_case_knew_goes_along_and_what_differs_is_said(shop: Any, clock: Any, asking: Any) -> None:
    double = opened(shop, clock, values={"serial": "A-7", "colour": "red"})
    lasting = opened(shop, clock, values={"colour": "blue", "room": "Kitchen"})
    actions.merge(case=double, into=lasting, now=clock.after(1), by=shop.agent)
    assert values(lasting) == {"serial": "A-7", "colour": "blue", "room": "Kitchen"}
    page = page_of(shop.agent, f"/cases/{lasting.pk}/history/")
    assert "Serial number: <bdi>–</bdi> → <bdi>A-7</bdi>" in page
    assert "Colour: <bdi>blue</bdi> stays; the other case says <bdi>red</bdi>" in page
    told = Event.objects.get(kind="case.changed", data__merged=double.pk)
    assert told.data["differ"] == ["colour"]
    assert "red" not in str(list(Event.objects.values_list("data", flat=True)))


def test_a_value_that_a_role_may_not_read_is_hidden_in_what_differs_too(shop: Any, clock: Any, asking: Any) -> None:
    CaseField.objects.filter(code="colour").update(field_class=FieldClass.PERSONAL)
    double, lasting = opened(shop, clock, values={"colour": "red"}), opened(shop, clock, values={"colour": "blue"})
    actions.merge(case=double, into=lasting, now=clock.after(1), by=shop.agent)
    Case.objects.update(owner=shop.masked)
    page = page_of(shop.masked, f"/cases/{lasting.pk}/history/")
    assert "hidden for your role" in page
    assert "red" not in page
    assert "blue" not in page


def test_what_another_type_has_no_field_for_is_said(shop: Any, clock: Any, asking: Any) -> None:
    double = opened(shop, clock, type=shop.enquiry, values={"other": "Loud"})
    lasting = opened(shop, clock)
    actions.merge(case=double, into=lasting, now=clock.after(1), by=shop.agent)
    assert values(lasting) == {}
    page = page_of(shop.agent, f"/cases/{lasting.pk}/history/")
    assert "Of another type: the other case says <bdi>Loud</bdi>; this type has no such field" in page


def test_steps_go_along_done_or_open_and_the_same_step_is_one(shop: Any, clock: Any, asking: Any) -> None:
    double, lasting = opened(shop, clock), opened(shop, clock)
    actions.add_step(case=double, text="Call the carrier", now=clock.after(1), by=shop.agent)
    actions.add_step(case=double, text="Look at the photo", now=clock.after(1), by=shop.agent)
    tick(double, "Look at the photo", clock, shop.supervisor)
    tick(double, "Measure the voltage", clock, shop.supervisor)
    assert lacking(lasting) == ["Measure the voltage"]
    actions.merge(case=double, into=lasting, now=clock.after(1), by=shop.agent)
    assert steps(lasting) == [
        ("Measure the voltage", True),
        ("Thank the customer", False),
        ("Call the carrier", False),
        ("Look at the photo", True),
    ]
    assert lacking(Case.objects.get(pk=lasting.pk)) == []
    assert CaseStep.objects.get(case=lasting, text="Measure the voltage").done_by == shop.supervisor


def test_taken_back_exactly_that_goes_back_and_what_was_done_since_stays_done(
    shop: Any, clock: Any, asking: Any
) -> None:
    double = opened(shop, clock, values={"serial": "A-7", "room": "Cellar"})
    lasting = opened(shop, clock, values={"colour": "blue"})
    actions.follow(case=double, agent=shop.supervisor, now=clock.after(1), by=shop.supervisor)
    actions.add_step(case=double, text="Call the carrier", now=clock.after(1), by=shop.agent)
    tick(double, "Measure the voltage", clock, shop.agent)
    before = values(double), values(lasting), steps(double), steps(lasting)
    actions.merge(case=double, into=lasting, now=clock.after(1), by=shop.agent)
    assert CaseFollower.objects.filter(case=lasting, agent=shop.supervisor).exists()
    actions.unmerge(case=double, now=clock.after(1), by=shop.agent)
    assert (values(double), values(lasting), steps(double), steps(lasting)) == before
    assert not CaseFollower.objects.filter(case=lasting).exists()
    assert CaseFollower.objects.get().case == double

    actions.merge(case=double, into=lasting, now=clock.after(1), by=shop.agent)
    tick(lasting, "Call the carrier", clock, shop.agent)
    actions.set_values(case=lasting, values={"room": "Attic"}, now=clock.after(1), by=shop.agent)
    actions.unmerge(case=double, now=clock.after(1), by=shop.agent)
    assert values(lasting) == {"colour": "blue", "room": "Attic"}
    assert values(double) == {"serial": "A-7", "room": "Cellar"}
    assert dict(steps(double))["Call the carrier"]
    assert "Call the carrier" not in dict(steps(lasting))


def test_in_a_chain_each_takes_back_its_own(shop: Any, clock: Any, asking: Any) -> None:
    first, second, third = (
        opened(shop, clock, values=given) for given in ({"serial": "A-7"}, {"colour": "red"}, {"room": "Attic"})
    )
    actions.add_step(case=first, text="Call the carrier", now=clock.after(1), by=shop.agent)
    before = [(values(case), steps(case)) for case in (first, second, third)]
    actions.merge(case=first, into=second, now=clock.after(1), by=shop.agent)
    actions.merge(case=second, into=third, now=clock.after(1), by=shop.agent)
    assert values(third) == {"serial": "A-7", "colour": "red", "room": "Attic"}
    assert "Call the carrier" in dict(steps(third))
    actions.unmerge(case=first, now=clock.after(1), by=shop.agent)
    assert values(third) == {"colour": "red", "room": "Attic"}
    assert (values(first), steps(first)) == before[0]
    actions.unmerge(case=second, now=clock.after(1), by=shop.agent)
    assert [(values(case), steps(case)) for case in (first, second, third)] == before


def test_a_step_of_another_type_is_seen_and_never_stands_against_settling(shop: Any, clock: Any, asking: Any) -> None:
    double, lasting = opened(shop, clock), opened(shop, clock, type=shop.enquiry)
    actions.merge(case=double, into=lasting, now=clock.after(1), by=shop.agent)
    assert dict(steps(lasting)) == {"Measure the voltage": False, "Thank the customer": False}
    assert "Measure the voltage" in page_of(shop.agent, f"/cases/{lasting.pk}/together/")
    assert lacking(Case.objects.get(pk=lasting.pk)) == []
    actions.unmerge(case=double, now=clock.after(1), by=shop.agent)
    assert lacking(Case.objects.get(pk=double.pk)) == ["Measure the voltage"]


def test_the_history_of_both_names_who_did_it(shop: Any, clock: Any, asking: Any) -> None:
    double, lasting = opened(shop, clock, values={"serial": "A-7"}), opened(shop, clock)
    actions.merge(case=double, into=lasting, now=clock.after(1), by=shop.supervisor)
    lines = [(line.kind, line.by) for line in history_of(Case.objects.get(pk=lasting.pk)) if line.at == clock.now]
    assert set(lines) == {("changed", shop.supervisor.pk), ("absorbed", shop.supervisor.pk)}


def test_the_rules_of_what_goes_along() -> None:
    found = values_to_carry(own={"a": 1, "b": 2}, other={"a": 1, "b": 3, "c": 4, "d": 5}, asked={"a", "b", "c"})
    assert (found.taken, found.differ) == (["c"], ["b", "d"])
    own = [Step(id=1, text="Call", kind=7), Step(id=2, text="Write", done=True)]
    other = [Step(id=3, text="Phone", kind=7, done=True), Step(id=4, text="WRITE"), Step(id=5, text="Go", kind=9)]
    open_one, settled = (steps_to_carry(own=own, other=other, settled=settled) for settled in (False, True))
    assert (open_one.over, open_one.done) == ([5], [(3, 1)])
    assert (settled.over, settled.done) == ([], [(3, 1)])

"""A problem above the cases it causes: joined and left, settled with one answer, and taken back."""

import pytest
from django.db import IntegrityError, connection, transaction

from fanal.cases import actions as cases
from fanal.cases.history import history_of
from fanal.cases.models import Case
from fanal.cases.rules import NotPossible
from fanal.events.models import Event
from fanal.interactions.models import Message
from fanal.routing import actions as routing
from fanal.running.verify import invariants


def opened(shop, clock, subject="The router does not start", **more) -> Case:
    given = {"type": shop.enquiry, "subject": subject, "now": clock.after(60), "by": shop.agent}
    return cases.open(**given | more)


@pytest.fixture
def family(shop, clock):
    """A problem with two cases below it."""
    two = [opened(shop, clock), opened(shop, clock)]
    problem = cases.make_problem(subject="Bad firmware", cases=two, now=clock.after(1), by=shop.agent)
    return problem, two


@pytest.fixture
def desk(shop, client):
    client.force_login(shop.agent)
    return client


def code(do) -> str:
    with pytest.raises(NotPossible) as refused, transaction.atomic():
        do()
    return refused.value.code


def kinds(case) -> list[str]:
    return [line.kind for line in history_of(case)]


def test_joining_and_leaving_stand_in_the_history_of_both_and_are_events(shop, clock, family):
    problem, (first, _second) = family
    cases.leave(case=first, now=clock.after(1), by=shop.agent)
    assert kinds(first) == ["opened", "joined", "left"]
    assert kinds(problem) == ["opened", "gained", "gained", "lost"]
    events = Event.objects.filter(kind__in=["case.joined", "case.left"], data__case=first.pk).order_by("id")
    assert [event.data["problem"] for event in events] == [problem.pk, problem.pk]


def test_nothing_goes_round_in_a_circle(shop, clock, family):
    problem, (first, _second) = family
    other = opened(shop, clock)
    now = clock.after(1)
    assert code(lambda: cases.join(case=problem, problem=problem, now=now, by=shop.agent)) == "below_itself"
    assert code(lambda: cases.join(case=problem, problem=other, now=now, by=shop.agent)) == "is_a_problem"
    assert code(lambda: cases.join(case=other, problem=first, now=now, by=shop.agent)) == "problem_is_below"
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=other.pk).update(parent=other)


def test_a_case_has_one_problem_and_joining_it_twice_is_joining_it_once(shop, clock, family):
    problem, (first, _second) = family
    before = Event.objects.count()
    cases.join(case=first, problem=problem, now=clock.after(1), by=shop.agent)
    assert Event.objects.count() == before
    other = opened(shop, clock)
    refused = code(lambda: cases.join(case=first, problem=other, now=clock.after(1), by=shop.agent))
    assert refused == "has_a_problem"


def test_practice_and_real_cases_have_no_problem_in_common(shop, clock, family):
    problem, _two = family
    trained = opened(shop, clock, practice=True)
    refused = code(lambda: cases.join(case=trained, problem=problem, now=clock.after(1), by=shop.agent))
    assert refused == "problem_practises"


def test_one_answer_settles_a_problem_and_the_chosen_cases_each_with_its_own_entry(shop, clock, family):
    problem, (first, second) = family
    routing.enqueue_case(case=first, queue=shop.queue, by=shop.agent, now=clock.after(1))
    routing.settle_problem(problem=problem, children=[first], note="Update sent", by=shop.agent, now=clock.after(1))
    assert [Case.objects.get(pk=case.pk).state for case in (problem, first, second)] == ["settled", "settled", "open"]
    assert routing.waiting_entry(first) is None
    assert [note.text for note in first.notes.all()] == ["Update sent"]
    assert Event.objects.filter(kind="case.settled", data__case=first.pk).count() == 1
    assert not second.notes.exists()
    assert not Message.objects.exists()


def test_what_has_left_meanwhile_is_not_settled_with_the_problem(shop, clock, family):
    problem, (first, second) = family
    cases.leave(case=first, now=clock.after(1), by=shop.agent)
    routing.settle_problem(problem=problem, children=[first, second], by=shop.agent, now=clock.after(1))
    assert [Case.objects.get(pk=case.pk).state for case in (first, second)] == ["open", "settled"]


def test_reopening_a_problem_takes_the_settling_back_for_the_chosen_ones(shop, clock, family):
    problem, (first, second) = family
    routing.settle_problem(problem=problem, children=[first, second], by=shop.agent, now=clock.after(1))
    routing.reopen_problem(problem=problem, children=[second], reason="Still broken", by=shop.agent, now=clock.after(1))
    assert [Case.objects.get(pk=case.pk).state for case in (problem, first, second)] == ["open", "settled", "open"]
    assert Case.objects.get(pk=second.pk).reopened_count == 1


def test_the_desk_makes_a_problem_of_a_case_and_the_chosen_ones_that_are_like_it(shop, desk, clock):
    one, two, three = (opened(shop, clock) for _ in range(3))
    form = desk.get(f"/cases/{one.pk}/problem/").context["form"]
    assert set(form.fields["cases"].queryset) == {two, three}
    desk.post(f"/cases/{one.pk}/problem/", {"subject": "Bad firmware", "cases": [two.pk]})
    one.refresh_from_db()
    assert one.parent.subject == "Bad firmware"
    assert set(one.parent.children.all()) == {one, two}
    page = desk.get(f"/cases/{one.parent_id}/")
    assert [case.pk for case in page.context["below"]] == [one.pk, two.pk]
    assert desk.get(f"/cases/{two.pk}/").context["above"] == one.parent


def test_the_desk_previews_what_is_settled_with_a_problem(shop, desk, clock, family):
    problem, (first, second) = family
    form = desk.get(f"/cases/{problem.pk}/settlement/").context["form"]
    assert form["children"].initial == [first.pk, second.pk]
    desk.post(f"/cases/{problem.pk}/settlement/", {"note": "Update sent", "children": [second.pk]})
    assert [Case.objects.get(pk=case.pk).state for case in (problem, first, second)] == ["settled", "open", "settled"]
    form = desk.get(f"/cases/{problem.pk}/reopening/").context["form"]
    assert form["children"].initial == [second.pk]


def test_an_agent_neither_sees_nor_settles_the_case_of_another_below_the_problem(shop, desk, clock, family):
    problem, (first, second) = family
    Case.objects.filter(pk=second.pk).update(owner=shop.colleague)
    assert [case.pk for case in desk.get(f"/cases/{problem.pk}/").context["below"]] == [first.pk]
    asked = desk.get(f"/cases/{problem.pk}/settlement/").content.decode()
    assert "1 more below it is not yours to see" in asked
    assert str(second.number) not in asked
    said = desk.post(f"/cases/{problem.pk}/settlement/", {"children": [second.pk]}, headers={"HX-Request": "true"})
    assert said.status_code == 422
    assert Case.objects.get(pk=second.pk).state == "open"


def test_a_number_that_is_not_ones_to_see_is_refused_in_words(shop, desk, clock):
    case, hidden = opened(shop, clock), opened(shop, clock, owner=shop.colleague)
    said = desk.post(f"/cases/{case.pk}/problem/", {"number": hidden.number}, headers={"HX-Request": "true"})
    assert said.status_code == 422
    assert "There is no case with this number" in said.content.decode()


def test_taking_a_case_out_from_below_its_problem(shop, desk, clock, family):
    _problem, (first, _second) = family
    desk.delete(f"/cases/{first.pk}/problem/")
    first.refresh_from_db()
    assert first.parent is None


def test_two_levels_would_be_found_by_verify(shop, clock, family):
    _problem, (first, _second) = family
    holds = next(one for one in invariants() if one.name == "problem_is_one_level")
    with connection.cursor() as cursor:
        cursor.execute(holds.sql)
        assert cursor.fetchall() == []
        Case.objects.filter(pk=opened(shop, clock).pk).update(parent=first)
        cursor.execute(holds.sql)
        assert len(cursor.fetchall()) == 1

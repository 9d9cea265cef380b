"""Two cases that are one matter: read in one place, nothing moved, and taken back at any time."""

from typing import Any

import pytest
from django.test import Client

from fanal.cases import actions
from fanal.cases.history import history_of
from fanal.cases.merged import end_of, ends_of, parts_of
from fanal.cases.models import Case, CaseDependency, CaseMerge, CaseNote, CaseSplit
from fanal.cases.rules import NotPossible
from fanal.desk.cases import listing
from fanal.events.models import Event
from fanal.interactions.models import Topic
from fanal.kpis.actions.fold import absorb
from fanal.kpis.models import CaseFact, CaseMove
from fanal.kpis.rules import Happening
from fanal.routing import actions as routing
from fanal.routing.models import QueueEntry
from fanal.running.verify import verify
from fanal.scenarios import actions as scenarios

BACKEND = "fanal.desk.accounts.backend.AgentBackend"


def opened(shop: Any, clock: Any, subject: str = "Wet box", **more: Any) -> Case:
    given = {"type": shop.enquiry, "customer": shop.customer, "owner": shop.agent, "by": shop.agent}
    return actions.open_case(**given | {"subject": subject, "now": clock.after(1)} | more)


def desk_of(agent: Any) -> Client:
    client = Client(headers={"HX-Request": "true"})
    client.force_login(agent, backend=BACKEND)
    return client


def listed(agent: Any, clock: Any, state: str = "open") -> list[int]:
    asked = listing.asked({"state": state})
    return [case.pk for case in listing.listing(agent=agent, asked=asked, now=clock.now).cases]


def folded(*cases: Case) -> dict[int, bool]:
    """Which of them the figures count as settled, with everything folded."""
    happened = Event.objects.order_by("pk")
    absorb(happenings=[Happening(id=e.pk, kind=e.kind, at=e.at, by=e.by, data=e.data) for e in happened])
    return dict(CaseFact.objects.filter(pk__in=[case.pk for case in cases]).values_list("pk", "settled"))


def as_it_is(case: Case) -> dict[str, Any]:
    return Case.objects.values("state", "settled_at", "merged_into", "owner", "customer", "due_at").get(pk=case.pk)


def test_a_merged_case_leaves_the_lists_and_says_where_it_goes_on(shop: Any, clock: Any) -> None:
    double, lasting = opened(shop, clock), opened(shop, clock, "Box is wet")
    assert actions.merge(case=double, into=lasting, why="Same call", now=clock.after(1), by=shop.agent) == lasting
    for state in ("open", "settled", "all", "standing"):
        assert double.pk not in listed(shop.agent, clock, state)
    page = desk_of(shop.agent).get(f"/cases/{double.pk}/").content.decode()
    assert "This case is part of another one" in page
    assert f"/cases/{lasting.pk}/" in page
    assert "Reopen" not in page
    fact = CaseMerge.objects.get()
    assert (fact.case, fact.into, fact.why, fact.by) == (double, lasting, "Same call", shop.agent)


def test_its_contacts_and_notes_are_read_with_the_other_and_stay_where_they_are(
    shop: Any, clock: Any, talk: Any
) -> None:
    chat = talk(customer=shop.customer, agent=shop.agent)
    double, _ = scenarios.open_in(interaction=chat, type=shop.enquiry, subject="Wet", now=clock.now, by=shop.agent)
    note = actions.add_note(case=double, text="Photo came by mail.", now=clock.after(1), by=shop.agent)
    lasting = opened(shop, clock)
    actions.merge(case=double, into=lasting, now=clock.after(1), by=shop.agent)
    desk = desk_of(shop.agent)
    page = desk.get(f"/cases/{lasting.pk}/history/").content.decode()
    assert "Photo came by mail." in page
    assert "Another case became part of it" in page
    topic = Topic.objects.get(interaction=chat)
    assert topic.case == double
    assert f"/cases/{lasting.pk}/contacts/{topic.pk}/" in page
    assert desk.get(f"/cases/{lasting.pk}/contacts/{topic.pk}/").status_code == 200
    assert CaseNote.objects.get(pk=note.pk).case == double


def test_taken_back_it_stands_as_it_did(shop: Any, clock: Any) -> None:
    double, lasting = opened(shop, clock), opened(shop, clock)
    actions.wait_for_customer(case=double, waiting=True, now=clock.after(1), by=shop.agent)
    before = as_it_is(double), as_it_is(lasting)
    actions.merge(case=double, into=lasting, now=clock.after(1), by=shop.agent)
    actions.unmerge(case=double, now=clock.after(1), by=shop.agent)
    assert (as_it_is(double), as_it_is(lasting)) == before
    assert double.pk in listed(shop.agent, clock)
    fact = CaseMerge.objects.get()
    assert (fact.taken_back_at, fact.taken_back_by) == (clock.now, shop.agent)
    kinds = [line.kind for line in history_of(Case.objects.get(pk=double.pk))]
    assert kinds == ["opened", "changed", "merged", "unmerged"]
    actions.merge(case=double, into=lasting, now=clock.after(1), by=shop.agent)
    assert CaseMerge.objects.count() == 2


def test_a_chain_is_read_at_its_end_and_parts_where_it_was_joined(shop: Any, clock: Any) -> None:
    first, second, third = (opened(shop, clock) for _ in range(3))
    actions.merge(case=first, into=second, now=clock.after(1), by=shop.agent)
    actions.merge(case=second, into=third, now=clock.after(1), by=shop.agent)
    assert ends_of([first.pk, second.pk, third.pk]) == {first.pk: third.pk, second.pk: third.pk}
    assert parts_of(third) == [first.pk, second.pk]
    fourth = opened(shop, clock)
    assert actions.merge(case=fourth, into=first, now=clock.after(1), by=shop.agent) == third
    third.refresh_from_db()
    with pytest.raises(NotPossible, match="merged_into_itself"):
        actions.merge(case=third, into=first, now=clock.after(1), by=shop.agent)
    actions.unmerge(case=second, now=clock.after(1), by=shop.agent)
    first.refresh_from_db()
    assert end_of(first) == second


def test_nothing_is_done_with_a_merged_case_until_that_is_taken_back(shop: Any, clock: Any) -> None:
    double, lasting = opened(shop, clock), opened(shop, clock)
    actions.merge(case=double, into=lasting, now=clock.after(1), by=shop.agent)
    tries = (
        lambda: actions.change(case=double, priority=4, now=clock.now, by=shop.agent),
        lambda: actions.assign(case=double, owner=None, now=clock.now, by=shop.agent),
        lambda: actions.reopen(case=double, reason="x", now=clock.now, by=shop.agent),
        lambda: actions.join(case=double, problem=opened(shop, clock), now=clock.now, by=shop.agent),
        lambda: actions.split(case=double, subject="x", now=clock.now, by=shop.agent),
        lambda: actions.add_step(case=double, text="x", now=clock.now, by=shop.agent),
    )
    for attempt in tries:
        with pytest.raises(NotPossible, match="merged"):
            attempt()


def test_it_leaves_its_queue_with_the_merge(shop: Any, clock: Any) -> None:
    double, lasting = opened(shop, clock), opened(shop, clock)
    routing.enqueue_case(case=double, queue=shop.queue, by=shop.agent, now=clock.after(1))
    desk = desk_of(shop.agent)
    answer = desk.post(f"/cases/{double.pk}/merge/", {"number": lasting.number, "why": ""})
    assert answer["HX-Redirect"] == f"/cases/{lasting.pk}/"
    assert QueueEntry.objects.get().state == "withdrawn"
    double.refresh_from_db()
    assert double.merged_into == lasting


def test_the_desk_says_why_a_case_cannot_be_merged_and_takes_it_back(shop: Any, clock: Any) -> None:
    double, lasting = opened(shop, clock), opened(shop, clock)
    other = opened(shop, clock, customer=shop.other)
    desk = desk_of(shop.agent)
    assert "different customers" in desk.post(f"/cases/{double.pk}/merge/", {"number": other.number}).content.decode()
    assert desk.post(f"/cases/{double.pk}/merge/", {"number": 1}).status_code == 422
    desk.post(f"/cases/{double.pk}/merge/", {"number": lasting.number})
    assert "Part of this case" in desk.get(f"/cases/{lasting.pk}/together/").content.decode()
    assert desk.delete(f"/cases/{double.pk}/merge/?from={lasting.pk}").status_code == 200
    assert "Part of this case" not in desk.get(f"/cases/{lasting.pk}/together/").content.decode()


def test_a_contact_about_a_merged_case_is_linked_to_the_one_that_goes_on(shop: Any, clock: Any, talk: Any) -> None:
    double, lasting = opened(shop, clock), opened(shop, clock)
    actions.merge(case=double, into=lasting, now=clock.after(1), by=shop.agent)
    chat = talk(customer=shop.customer, agent=shop.agent)
    topic = scenarios.link_in(interaction=chat, case=Case.objects.get(pk=double.pk), now=clock.after(1), by=shop.agent)
    assert topic.case == lasting


def test_in_the_figures_a_merged_case_is_done_but_was_no_settlement(shop: Any, clock: Any) -> None:
    double, lasting = opened(shop, clock), opened(shop, clock)
    actions.merge(case=double, into=lasting, now=clock.after(1), by=shop.agent)
    assert folded(double, lasting) == {double.pk: True, lasting.pk: False}
    assert list(CaseMove.objects.filter(move__in=["settled", "reopened"])) == []
    actions.unmerge(case=double, now=clock.after(1), by=shop.agent)
    assert folded(double, lasting) == {double.pk: False, lasting.pk: False}


def test_a_split_is_taken_back_with_its_notes_and_topics(shop: Any, clock: Any, talk: Any) -> None:
    chat = talk(customer=shop.customer, agent=shop.agent)
    first, topic = scenarios.open_in(interaction=chat, type=shop.enquiry, subject="Two", now=clock.now, by=shop.agent)
    note = actions.add_note(case=first, text="Half of it", now=clock.after(1), by=shop.agent)
    second = scenarios.split_in(case=first, subject="Half", note_ids=[note.pk], now=clock.after(1), by=shop.agent)
    desk = desk_of(shop.agent)
    assert "Take the split back" in desk.get(f"/cases/{second.pk}/together/").content.decode()
    assert desk.delete(f"/cases/{second.pk}/parts/").status_code == 200
    second.refresh_from_db()
    note.refresh_from_db()
    assert second.withdrawn_at
    assert note.case == first
    assert list(Topic.objects.filter(withdrawn_at=None)) == [topic]
    assert CaseSplit.objects.get().taken_back_by == shop.agent
    assert "The split was taken back" in desk.get(f"/cases/{first.pk}/history/").content.decode()


def test_a_part_that_somebody_has_worked_on_stays(shop: Any, clock: Any) -> None:
    first = opened(shop, clock)
    second = scenarios.split_in(case=first, subject="Half", now=clock.after(1), by=shop.agent)
    actions.add_note(case=second, text="Called them", now=clock.after(1), by=shop.agent)
    answer = desk_of(shop.agent).delete(f"/cases/{second.pk}/parts/")
    assert answer.status_code == 409
    assert "Merge it into the first case" in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_verify_finds_a_merge_without_its_fact_and_a_circle(shop: Any, clock: Any) -> None:
    names = frozenset({"merged_case_has_its_fact", "nothing_waits_in_a_circle"})
    double, lasting = opened(shop, clock), opened(shop, clock)
    actions.wait_for(case=lasting, on=opened(shop, clock), now=clock.after(1), by=shop.agent)
    actions.merge(case=double, into=lasting, now=clock.after(1), by=shop.agent)
    assert all(verdict.holds for verdict in verify(names=names))
    Case.objects.filter(pk=double.pk).update(merged_into=None)
    fact = CaseDependency.objects.get()
    CaseDependency.objects.create(case=fact.on, on=fact.case, by=shop.agent, at=clock.now)
    assert {verdict.invariant.name: verdict.offending for verdict in verify(names=names)} == {
        "merged_case_has_its_fact": 1,
        "nothing_waits_in_a_circle": 2,
    }

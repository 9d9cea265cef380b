"""Asking about a case without giving it away, and several who work on one: the owner stays the owner."""

import pytest
from django.test import Client
from django.utils import timezone
from routing_world import match

from fanal.agents.models import Presence, Tier
from fanal.cases import actions as cases
from fanal.cases.models import Case, CaseHelper, Notice
from fanal.events.models import Event
from fanal.routing import actions as routing
from fanal.routing.models import Consultation, EntryState, OfferState, Queue, QueueEntry
from fanal.running.verify import verify

pytestmark = pytest.mark.django_db(transaction=True)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def experts(shop):
    tier = Tier.objects.create(code="t-second", name="Second line", rank=72)
    return Queue.objects.create(code="t-experts", name="Experts", tier=tier)


@pytest.fixture
def case(shop, clock):
    """The colleague's own: the agent does not see it."""
    return cases.open(type=shop.enquiry, subject="Router", owner=shop.colleague, now=clock.now, by=shop.colleague)


def sees(agent, case) -> bool:
    return Case.objects.visible_to(agent).filter(pk=case.pk).exists()


def notices(agent) -> set[str]:
    return set(Notice.objects.filter(agent=agent, read_at=None).values_list("kind", flat=True))


def available(agent) -> None:
    routing.set_presence(agent=agent, state=Presence.AVAILABLE, by=agent, now=timezone.now())


def asked(case, by, **whom) -> Consultation:
    return routing.consult(case=case, question="Is it known?", by=by, now=timezone.now(), **whom)


def test_a_question_rings_in_the_other_line_and_its_answer_comes_back_while_the_owner_stays(
    shop, case, experts, client
):
    client.force_login(shop.colleague)
    answer = client.post(
        f"/cases/{case.pk}/questions/", {"queue": experts.pk, "question": "Is it known?"}, headers=HTMX
    )
    assert answer.status_code == 200, answer.content.decode()
    available(shop.agent)
    (offer,) = match(timezone.now())
    assert not sees(shop.agent, case)
    client.force_login(shop.agent)
    rings = client.get("/work/", headers=HTMX).content.decode()
    assert "A question of Boris; the case stays theirs" in rings
    assert "Is it known?" in rings
    taken = client.post(f"/offers/{offer.pk}/acceptance/", headers=HTMX)
    assert taken.headers["HX-Redirect"] == f"/cases/{case.pk}/"
    case.refresh_from_db()
    assert case.owner == shop.colleague
    assert sees(shop.agent, case)
    assert "Was asked" in client.get("/work/", headers=HTMX).content.decode()
    question = Consultation.objects.get()
    room = client.get(f"/cases/{case.pk}/beside/", headers=HTMX).content.decode()
    assert f"/cases/{case.pk}/questions/{question.pk}/" in room
    said = client.post(f"/cases/{case.pk}/questions/{question.pk}/", {"text": "Yes: firmware 2.1."}, headers=HTMX)
    assert said.headers["HX-Redirect"] == "/", "what one only answered is not one's to see any more"
    assert not sees(shop.agent, case)
    assert "answered" in notices(shop.colleague)
    client.force_login(shop.colleague)
    page = client.get(f"/cases/{case.pk}/").content.decode()
    assert "Asked Experts" in page
    assert "Answered the question" in page
    assert "Yes: firmware 2.1." in page
    assert "Taken from the queue" not in page


def test_a_question_to_a_colleague_stands_at_them_and_nobody_else_answers_it(shop, case, client):
    question = asked(case, shop.colleague, to_agent=shop.agent)
    assert sees(shop.agent, case)
    assert "asked" in notices(shop.agent)
    assert not QueueEntry.objects.filter(case=case).exists()
    with pytest.raises(routing.NotPossible) as problem:
        routing.answer(consultation=question, text="No", by=shop.supervisor, now=timezone.now())
    assert problem.value.code == "not_asked"
    with pytest.raises(routing.NotPossible):
        routing.answer(consultation=question, text="  ", by=shop.agent, now=timezone.now())
    routing.answer(consultation=question, text="No", by=shop.agent, now=timezone.now())
    with pytest.raises(routing.NotPossible) as problem:
        routing.answer(consultation=question, text="Yes", by=shop.agent, now=timezone.now())
    assert problem.value.code == "answered_already"


def test_a_case_that_waits_can_be_asked_about_and_questions_wait_beside_each_other(shop, case, experts):
    routing.enqueue_case(case=case, queue=shop.queue, by=shop.colleague, now=timezone.now())
    asked(case, shop.colleague, to_queue=experts)
    asked(case, shop.colleague, to_queue=experts)
    assert QueueEntry.objects.filter(case=case, state=EntryState.WAITING).count() == 3
    assert routing.waiting_entry(case).consultation is None
    assert [one.invariant.name for one in verify() if not one.holds] == []


def test_a_question_that_is_taken_back_rings_no_more(shop, case, experts, client):
    question = asked(case, shop.colleague, to_queue=experts)
    available(shop.agent)
    (offer,) = match(timezone.now())
    client.force_login(shop.colleague)
    client.delete(f"/cases/{case.pk}/questions/{question.pk}/", headers=HTMX)
    offer.refresh_from_db()
    question.refresh_from_db()
    assert (offer.state, question.withdrawn_at is not None) == (OfferState.WITHDRAWN, True)
    shop.agent.load.refresh_from_db()
    assert shop.agent.load.ringing == 0


def test_settling_the_case_takes_its_questions_back(shop, case, experts):
    asked(case, shop.colleague, to_queue=experts)
    asked(case, shop.colleague, to_agent=shop.agent)
    routing.settle_case(case=case, by=shop.colleague, now=timezone.now())
    assert Consultation.objects.filter(withdrawn_at=None).count() == 0
    assert not sees(shop.agent, case)
    assert [one.invariant.name for one in verify() if not one.holds] == []


def test_a_queue_that_is_switched_off_gives_its_questions_back(shop, case, experts):
    question = asked(case, shop.colleague, to_queue=experts)
    Queue.objects.filter(pk=experts.pk).update(active=False)
    routing.close_queues(now=timezone.now())
    question.refresh_from_db()
    assert question.withdrawn_at is not None


def test_one_joins_is_seen_and_leaves_and_the_owner_stays(shop, case, client):
    client.force_login(shop.supervisor)
    client.post(f"/cases/{case.pk}/helping/", headers=HTMX)
    room = client.get(f"/cases/{case.pk}/beside/", headers=HTMX).content.decode()
    assert "Chen" in room
    assert "Stop helping" in room
    case.refresh_from_db()
    assert case.owner == shop.colleague
    client.delete(f"/cases/{case.pk}/helping/", headers=HTMX)
    page = client.get(f"/cases/{case.pk}/").content.decode()
    assert "Chen helps" in page
    assert "Chen no longer helps" in page


def test_whoever_is_asked_to_help_sees_the_case_hears_of_it_and_finds_it_on_the_desk(shop, case, client):
    assert not sees(shop.agent, case)
    client.force_login(shop.colleague)
    client.post(f"/cases/{case.pk}/helpers/", {"agent": shop.agent.pk}, headers=HTMX)
    assert sees(shop.agent, case)
    assert "asked_to_help" in notices(shop.agent)
    cases.add_note(case=case, text="Look at this", now=timezone.now(), by=shop.colleague)
    assert f"agent:{shop.agent.pk}" in Event.objects.filter(kind="note.added").latest("pk").audience
    assert "noted" in notices(shop.agent), "as if they followed it"
    client.force_login(shop.agent)
    work = client.get("/work/", headers=HTMX).content.decode()
    assert "Router" in work
    assert "Helps" in work
    client.force_login(shop.colleague)
    client.delete(f"/cases/{case.pk}/helpers/?agent={shop.agent.pk}", headers=HTMX)
    assert not sees(shop.agent, case)
    assert CaseHelper.objects.get().left_at is not None


def test_the_owner_helps_nobody_and_nobody_helps_twice(shop, case):
    with pytest.raises(cases_not_possible()):
        cases.let_in(case=case, agent=shop.colleague, now=timezone.now(), by=shop.colleague)
    for _ in range(2):
        cases.let_in(case=case, agent=shop.agent, now=timezone.now(), by=shop.agent)
    assert CaseHelper.objects.count() == 1


def cases_not_possible():
    from fanal.cases.rules import NotPossible

    return NotPossible


def test_who_helps_stands_in_the_strip_of_who_is_at_the_case_also_while_they_are_elsewhere(shop, clock):
    case = cases.open_case(type=shop.enquiry, subject="No light", owner=shop.agent, now=clock.now, by=shop.agent)
    cases.let_in(case=case, agent=shop.supervisor, now=clock.after(1), by=shop.agent)
    desk, helper = Client(headers=HTMX), Client(headers=HTMX)
    for one, agent in ((desk, shop.agent), (helper, shop.supervisor)):
        one.force_login(agent, backend="fanal.desk.accounts.backend.AgentBackend")
    strip = f"/cases/{case.pk}/viewers/"
    assert "<bdi>Chen</bdi> helps with this case" in desk.post(strip, {"text": ""}).content.decode()
    assert "<bdi>Chen</bdi> helps with this case" in desk.get(f"/cases/{case.pk}/").content.decode()
    assert "Chen" not in helper.post(strip, {"text": "Hm"}).content.decode()
    there = desk.post(strip, {"text": ""}).content.decode()
    assert "<bdi>Chen</bdi> is writing on this case" in there
    assert "helps</span>" in there
    assert "helps with this case" not in there
    cases.let_out(case=case, agent=shop.supervisor, now=clock.after(1), by=shop.agent)
    helper.delete(strip)
    assert "Chen" not in desk.post(strip, {"text": ""}).content.decode()

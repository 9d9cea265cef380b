"""A technician's visit: planned for a slot, at an address, with parts; and what came of it."""

import threading
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from fanal.agents.models import Tier
from fanal.cases import actions as cases
from fanal.cases.models import Case, Visit, VisitState
from fanal.cases.rules import NotPossible
from fanal.cases.rules.visits import Slot
from fanal.events.models import Event
from fanal.holdings.models import Product
from fanal.hours.models import Calendar

pytestmark = pytest.mark.django_db(transaction=True)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def technician(shop):
    shop.agent.tier = Tier.objects.create(code="t-field", name="Field", rank=79, visits=True)
    shop.agent.save()
    return shop.agent


@pytest.fixture
def case(shop, clock):
    return cases.open(
        type=shop.enquiry, subject="Washer", customer=shop.customer, owner=shop.colleague, now=clock.now, by=shop.agent
    )


def slot(hours: float, length: float = 1) -> Slot:
    start = timezone.now() + timedelta(hours=hours)
    return Slot(begins_at=start, ends_at=start + timedelta(hours=length))


def planned(case, technician, by, hours: float = 2, **more) -> Visit:
    given = {"slot": slot(hours), "zone": "Europe/Paris", "address": "1 rue Basse", "parts": [(2, "Hose")]} | more
    return cases.plan_visit(case=case, technician=technician, now=timezone.now(), by=by, **given)


def sees(agent, case) -> bool:
    return Case.objects.visible_to(agent).filter(pk=case.pk).exists()


def test_a_visit_is_planned_in_the_time_of_its_place_seen_by_the_technician_and_ended_on_a_phone(
    shop, case, technician, client
):
    Calendar.objects.create(code="t-tokyo", name="Tokyo", zone="Asia/Tokyo")
    pump = Product.objects.create(code="t-pump", name="Drain pump")
    client.force_login(shop.colleague)
    asked = client.get(f"/cases/{case.pk}/visits/", headers=HTMX).content.decode()
    assert "Aya" in asked
    assert "Chen" not in asked, "only people of a line that visits"
    tomorrow = date.today() + timedelta(days=1)
    form = {"technician": technician.pk, "on": tomorrow, "begins": "09:00", "ends": "10:30", "zone": "Asia/Tokyo"}
    given = form | {"address": "1 rue Basse, Lyon", "task": "Change the pump", "parts": "1 drain pump\n2 x hoses"}
    answer = client.post(f"/cases/{case.pk}/visits/", given, headers=HTMX)
    assert answer.status_code == 200, answer.content.decode()
    visit = Visit.objects.get()
    assert visit.begins_at == datetime.combine(tomorrow, time(9), ZoneInfo("Asia/Tokyo"))
    assert [(part.quantity, part.text, part.product) for part in visit.parts.all()] == [
        (1, "drain pump", pump),
        (2, "hoses", None),
    ]
    assert sees(technician, case)
    client.force_login(technician)
    mine = client.get("/visits/").content.decode()
    assert all(text in mine for text in ("1 rue Basse, Lyon", "09:00 - 10:30", "Change the pump", "drain pump"))
    assert 'href="/visits/"' in client.get("/").content.decode()
    client.post(f"/visits/{visit.pk}/departure/")
    half = client.post(f"/visits/{visit.pk}/ending/", {"outcome": "again"})
    assert half.status_code == 422
    assert "Say in a word" in half.content.decode()
    used = [part.pk for part in visit.parts.all()][:1]
    ended = {"outcome": "again", "word": "Pump changed, hose to follow", "used": used}
    assert client.post(f"/visits/{visit.pk}/ending/", ended).status_code == 302
    visit.refresh_from_db()
    assert (visit.state, visit.outcome, [part.used for part in visit.parts.all()]) == ("done", "again", [True, False])
    assert not sees(technician, case), "it is over"
    client.force_login(shop.colleague)
    page = client.get(f"/cases/{case.pk}/").content.decode()
    for said in ("Visit planned: Aya", "Aya is on the way", "Visit done by Aya", "Pump changed, hose to follow"):
        assert said in page
    kinds = Event.objects.filter(kind="case.visit").order_by("pk").values_list("data__state", flat=True)
    assert list(kinds) == ["planned", "on_the_way", "done"]


def test_nobody_is_at_two_places_at_once(shop, case, technician):
    first = planned(case, technician, shop.colleague)
    with pytest.raises(NotPossible) as problem:
        planned(case, technician, shop.colleague, hours=2.5)
    assert problem.value.code == "slot_taken"
    planned(case, technician, shop.colleague, slot=Slot(begins_at=first.ends_at, ends_at=slot(5).ends_at))
    cases.cancel_visit(visit=first, why="Settled by phone", now=timezone.now(), by=shop.colleague)
    planned(case, technician, shop.colleague, hours=2, slot=slot(2, 0.5))


def test_the_database_itself_refuses_a_second_place(shop, case, technician):
    first = planned(case, technician, shop.colleague)
    same = {"begins_at": first.begins_at, "ends_at": first.ends_at, "zone": "UTC", "address": "x"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Visit.objects.create(case=case, technician=technician, planned_by=technician, planned_at=timezone.now(), **same)


def test_two_who_plan_the_same_time_at_once_get_one_visit(shop, technician, clock):
    two = [
        cases.open(type=shop.enquiry, subject=f"Washer {n}", owner=shop.colleague, now=clock.now, by=shop.colleague)
        for n in (1, 2)
    ]
    wanted, ready, told = slot(3), threading.Barrier(2), []

    def plan(case):
        ready.wait(5)
        try:
            planned(case, technician, shop.colleague, slot=wanted)
            told.append("planned")
        except NotPossible as problem:
            told.append(problem.code)
        finally:
            connection.close()

    people = [threading.Thread(target=plan, args=[case]) for case in two]
    for one in people:
        one.start()
    for one in people:
        one.join(20)
    assert sorted(told) == ["planned", "slot_taken"]


def test_another_technician_takes_over_and_the_first_sees_it_no_more(shop, case, technician):
    other = shop.masked
    other.tier = technician.tier
    other.save()
    visit = planned(case, technician, shop.colleague)
    moved = {"slot": slot(4), "zone": "UTC", "address": "2 quai", "now": timezone.now(), "by": shop.colleague}
    cases.move_visit(visit=visit, technician=other, **moved)
    assert (sees(technician, case), sees(other, case)) == (False, True)
    cases.set_out(visit=visit, now=timezone.now(), by=other)
    with pytest.raises(NotPossible):
        cases.move_visit(visit=visit, technician=technician, **moved)


def test_only_people_of_a_line_that_visits_are_sent_and_only_for_open_cases(shop, case, technician):
    with pytest.raises(NotPossible) as problem:
        planned(case, shop.supervisor, shop.colleague)
    assert problem.value.code == "no_technician"
    cases.settle(case=case, now=timezone.now(), by=shop.colleague)
    with pytest.raises(NotPossible):
        planned(case, technician, shop.colleague)


def test_a_cancelled_visit_says_why_and_another_technicians_is_not_mine_to_end(shop, case, technician, client):
    visit = planned(case, technician, shop.colleague)
    client.force_login(shop.masked)
    assert client.get(f"/visits/{visit.pk}/ending/").status_code == 404
    client.force_login(shop.colleague)
    answer = client.post(f"/visits/{visit.pk}/cancellation/", {"why": "Customer ill"}, headers=HTMX)
    assert answer.status_code == 200, answer.content.decode()
    visit.refresh_from_db()
    assert (visit.state, visit.word) == (VisitState.CANCELLED, "Customer ill")
    room = client.get(f"/cases/{case.pk}/beside/", headers=HTMX).content.decode()
    assert "Cancelled" in room


def test_whoever_may_see_no_addresses_sees_none_unless_they_go_there(shop, case, technician, client):
    planned(case, technician, shop.colleague, address="12 secret street")
    cases.let_in(case=case, agent=shop.masked, now=timezone.now(), by=shop.colleague)
    client.force_login(shop.masked)
    assert "12 secret street" not in client.get(f"/cases/{case.pk}/beside/", headers=HTMX).content.decode()

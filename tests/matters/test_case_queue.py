"""A case waits in a queue like any other work: put there from its page, offered, accepted, or taken out again."""

import json

import pytest

from fanal.agents.models import Presence
from fanal.cases import actions as cases
from fanal.routing import actions as routing
from fanal.routing.models import EntryState, OfferState, Queue, QueueEntry

pytestmark = pytest.mark.django_db(transaction=True)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def case(shop, clock):
    return cases.open(
        type=shop.enquiry, subject="Wet box", customer=shop.customer, now=clock.after(1), by=shop.colleague
    )


@pytest.fixture
def line(db):
    return Queue.objects.create(code="t-back-office", name="Back office")


@pytest.fixture
def desk(shop, client):
    client.force_login(shop.colleague)
    return client


def put(desk, case, line, **more):
    given = {"queue": line.pk, "priority": 3, "note": "Needs the workshop."} | more
    return desk.post(f"/cases/{case.pk}/queue/", given, headers=HTMX)


def test_a_case_is_put_into_a_queue_offered_and_opens_for_whoever_accepts(shop, desk, case, line, client):
    from django.utils import timezone
    from routing_world import match

    assert "Back office" in desk.get(f"/cases/{case.pk}/queue/", headers=HTMX).content.decode()
    answer = put(desk, case, line)
    assert answer.status_code == 200, answer.content.decode()
    entry = QueueEntry.objects.get(case=case)
    assert (entry.queue, entry.priority, entry.state) == (line, 3, EntryState.WAITING)
    assert case.notes.get().text == "Needs the workshop."
    routing.set_presence(agent=shop.agent, state=Presence.AVAILABLE, by=shop.agent, now=timezone.now())
    (offer,) = match(timezone.now())
    assert (offer.agent, offer.entry) == (shop.agent, entry)
    client.force_login(shop.agent)
    taken = client.post(f"/offers/{offer.pk}/acceptance/", headers=HTMX)
    assert taken.headers["HX-Redirect"] == f"/cases/{case.pk}/"
    case.refresh_from_db()
    assert case.owner == shop.agent
    page = client.get(f"/cases/{case.pk}/").content.decode()
    assert "Put into the queue Back office" in page
    assert "Taken from the queue Back office" in page
    assert "Take it out of the queue" not in page


def test_a_case_taken_out_of_its_queue_stops_ringing_and_waits_nowhere(shop, desk, case, line):
    from django.utils import timezone
    from routing_world import match

    put(desk, case, line)
    routing.set_presence(agent=shop.agent, state=Presence.AVAILABLE, by=shop.agent, now=timezone.now())
    (offer,) = match(timezone.now())
    assert "Take it out of the queue" in desk.get(f"/cases/{case.pk}/").content.decode()
    answer = desk.delete(f"/cases/{case.pk}/queue/", headers=HTMX)
    assert answer.status_code == 200
    offer.refresh_from_db()
    assert offer.state == OfferState.WITHDRAWN
    entry = QueueEntry.objects.get(case=case)
    assert entry.state == EntryState.WITHDRAWN
    shop.agent.load.refresh_from_db()
    assert (shop.agent.load.ringing, shop.agent.load.open_work.get("case", 0)) == (0, 0)
    again = desk.delete(f"/cases/{case.pk}/queue/", headers=HTMX)
    assert "taken the case already" in json.loads(again.headers["HX-Trigger"])["fanal:toast"]["text"]


def test_a_case_waits_once_and_a_settled_one_not_at_all(shop, desk, case, line):
    put(desk, case, line)
    second = put(desk, case, line)
    assert second.status_code == 422
    assert "Take it out first" in second.content.decode()
    desk.post(f"/cases/{case.pk}/settlement/", {"note": ""}, headers=HTMX)
    assert QueueEntry.objects.get(case=case).state == EntryState.WITHDRAWN
    refused = put(desk, case, line)
    assert refused.status_code == 422
    assert QueueEntry.objects.filter(case=case, state=EntryState.WAITING).count() == 0


def test_a_case_goes_into_no_queue_for_practice_and_into_none_that_is_switched_off(shop, desk, case, line):
    practice = Queue.objects.create(code="t-practice", name="Practice", practice=True)
    off = Queue.objects.create(code="t-off", name="Off", active=False)
    assert [put(desk, case, one).status_code for one in (practice, off)] == [422, 422]
    assert not QueueEntry.objects.filter(case=case).exists()

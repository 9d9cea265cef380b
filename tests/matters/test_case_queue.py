"""A case waits in a queue like any other work: put there from its page, offered, accepted, or taken out again."""

import json
import threading
import time

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


def take(desk, case, *, seen_with=None):
    return desk.post(f"/cases/{case.pk}/owner/", {"take": "1", "from": seen_with or ""}, headers=HTMX)


def ringing_at(shop, who):
    from django.utils import timezone
    from routing_world import match

    routing.set_presence(agent=who, state=Presence.AVAILABLE, by=who, now=timezone.now())
    (offer,) = match(timezone.now())
    return offer


def test_whoever_takes_a_waiting_case_takes_it_out_of_its_queue_and_nobody_is_rung(shop, desk, case, line):
    put(desk, case, line)
    assert take(desk, case).status_code == 200
    case.refresh_from_db()
    entry = QueueEntry.objects.get(case=case)
    assert (case.owner, entry.state) == (shop.colleague, EntryState.ANSWERED)
    from django.utils import timezone
    from routing_world import match

    routing.set_presence(agent=shop.agent, state=Presence.AVAILABLE, by=shop.agent, now=timezone.now())
    assert match(timezone.now()) == []
    page = desk.get(f"/cases/{case.pk}/").content.decode()
    assert "Taken from the queue Back office" in page
    assert "Take it out of the queue" not in page


def test_a_case_taken_while_it_rings_at_somebody_else_stops_ringing_there(shop, desk, case, line, client):
    put(desk, case, line)
    offer = ringing_at(shop, shop.agent)
    assert take(desk, case).status_code == 200
    offer.refresh_from_db()
    shop.agent.load.refresh_from_db()
    assert (offer.state, offer.reason) == (OfferState.WITHDRAWN, "taken")
    assert (shop.agent.load.ringing, shop.agent.load.open_work.get("case", 0)) == (0, 0)
    from django.utils import timezone

    with pytest.raises(routing.NotPossible):
        routing.accept(offer_id=offer.pk, agent=shop.agent, now=timezone.now())
    case.refresh_from_db()
    assert case.owner == shop.colleague


def test_whoever_takes_a_case_that_rings_at_themselves_has_accepted_it(shop, desk, case, line, client):
    put(desk, case, line)
    offer = ringing_at(shop, shop.agent)
    client.force_login(shop.agent)
    assert take(client, case).status_code == 200
    offer.refresh_from_db()
    shop.agent.load.refresh_from_db()
    case.refresh_from_db()
    assert (offer.state, case.owner, case.team) == (OfferState.ACCEPTED, shop.agent, shop.team)
    assert (shop.agent.load.ringing, shop.agent.load.open_work.get("case", 0)) == (0, 0)
    assert take(client, case, seen_with=shop.agent.pk).status_code == 200
    assert QueueEntry.objects.get(case=case).state == EntryState.ANSWERED


def test_a_waiting_case_given_to_somebody_waits_no_longer_and_a_new_line_alone_leaves_it_there(shop, desk, case, line):
    put(desk, case, line)
    offer = ringing_at(shop, shop.agent)
    desk.post(f"/cases/{case.pk}/owner/", {"owner": "", "team": "", "tier": shop.tier.pk}, headers=HTMX)
    assert QueueEntry.objects.get(case=case).state == EntryState.OFFERED
    desk.post(f"/cases/{case.pk}/owner/", {"owner": shop.supervisor.pk, "team": "", "tier": ""}, headers=HTMX)
    offer.refresh_from_db()
    case.refresh_from_db()
    assert (offer.state, case.owner) == (OfferState.WITHDRAWN, shop.supervisor)
    assert QueueEntry.objects.get(case=case).state == EntryState.ANSWERED


def test_who_takes_what_somebody_else_took_a_moment_ago_is_told_and_takes_nothing(shop, desk, case, line, client):
    put(desk, case, line)
    offer = ringing_at(shop, shop.agent)
    client.force_login(shop.agent)
    client.post(f"/offers/{offer.pk}/acceptance/", headers=HTMX)
    client.force_login(shop.supervisor)
    late = take(client, case, seen_with=None)
    assert (late.status_code, late.content.decode()) == (409, "Somebody has taken the case already.")
    case.refresh_from_db()
    assert case.owner == shop.agent
    assert take(client, case, seen_with=shop.agent.pk).status_code == 200
    case.refresh_from_db()
    assert case.owner == shop.supervisor


def test_the_owner_who_takes_what_they_handed_over_has_it_back(shop, desk, case, clock):
    from fanal.agents.models import Tier
    from fanal.cases.models import Case
    from fanal.routing.models import HandOver
    from fanal.routing.rules.packets import Packet

    second = Tier.objects.create(code="t-second", name="Second line", rank=72)
    Queue.objects.create(code="t-line-two", name="Line two", tier=second)
    cases.assign(case=case, owner=shop.colleague, tier=shop.tier, now=clock.after(1), by=shop.colleague)
    given = {"to_tier": second, "packet": Packet(summary="a", tried="b", expected="c")}
    routing.hand_over(case=case, **given, by=shop.colleague, now=clock.after(1))
    routing.take_case(case=case, seen_with=shop.colleague.pk, by=shop.colleague, now=clock.after(1))
    case = Case.objects.get(pk=case.pk)
    assert (case.owner, case.tier) == (shop.colleague, shop.tier)
    assert QueueEntry.objects.get(case=case).state == EntryState.WITHDRAWN
    assert HandOver.objects.get().how == "given_up"
    routing.hand_over(case=case, **given, by=shop.colleague, now=clock.after(1))
    routing.take_case(case=case, seen_with=shop.colleague.pk, by=shop.agent, now=clock.after(1))
    case.refresh_from_db()
    assert (case.owner, case.tier) == (shop.agent, second)
    assert HandOver.objects.latest("pk").taken_by == shop.agent


@pytest.mark.parametrize("first", ["take", "accept"])
def test_of_one_who_takes_and_one_who_accepts_at_the_same_moment_one_has_it(shop, desk, case, line, first):
    """Over two connections: the second waits for the first, and is told that it is over."""
    from django.db import connection, transaction
    from django.utils import timezone

    put(desk, case, line)
    offer = ringing_at(shop, shop.agent)
    now = timezone.now()
    does = {
        "take": lambda: routing.take_case(case=case, seen_with=None, by=shop.colleague, now=now),
        "accept": lambda: routing.accept(offer_id=offer.pk, agent=shop.agent, now=now),
    }
    said = []

    def second():
        try:
            does["accept" if first == "take" else "take"]()
        except routing.NotPossible as refused:
            said.append(refused.code)
        finally:
            connection.close()

    with transaction.atomic():
        does[first]()
        other = threading.Thread(target=second)
        other.start()
        waits_for_a_lock()
    other.join(10)
    case.refresh_from_db()
    offer.refresh_from_db()
    shop.agent.load.refresh_from_db()
    assert said == ["gone" if first == "take" else "taken"]
    assert case.owner == (shop.colleague if first == "take" else shop.agent)
    assert offer.state == (OfferState.WITHDRAWN if first == "take" else OfferState.ACCEPTED)
    assert QueueEntry.objects.get(case=case).state == EntryState.ANSWERED
    assert (shop.agent.load.ringing, shop.agent.load.open_work.get("case", 0)) == (0, 0)


def waits_for_a_lock():
    """Until another connection waits for what this one holds."""
    from django.db import connection

    until = time.monotonic() + 10
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    raise AssertionError("Nobody waits.")

"""Reminders ring at their moment, once; a case waits for another, never in a circle, and hears when that is settled."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from fanal.cases import actions
from fanal.cases.actions.reminding import next_ring, ring
from fanal.cases.history import history_of
from fanal.cases.models import Case, CaseDependency, Notice, Reminder
from fanal.cases.rules import NotPossible
from fanal.clocks import keeping
from fanal.events.models import Event

BACKEND = "fanal.desk.accounts.backend.AgentBackend"
HOUR = timedelta(hours=1)


@pytest.fixture
def case(shop: Any, clock: Any) -> Case:
    return opened(shop, clock)


def opened(shop: Any, clock: Any, **more: Any) -> Case:
    given = {"type": shop.enquiry, "owner": shop.agent, "by": shop.agent, "subject": "Wet box"}
    return actions.open_case(**given | {"now": clock.after(1)} | more)


def desk_of(agent: Any) -> Client:
    client = Client(headers={"HX-Request": "true"})
    client.force_login(agent, backend=BACKEND)
    return client


def told(agent: Any) -> list[str]:
    return list(Notice.objects.filter(agent=agent).order_by("pk").values_list("kind", flat=True))


def test_a_reminder_rings_at_its_moment_once(shop: Any, clock: Any, case: Case) -> None:
    at = clock.now + HOUR
    actions.remind(case=case, at=at, agent=shop.agent, text="Call them", now=clock.now, by=shop.agent)
    assert next_ring() == at
    assert ring(now=at - timedelta(seconds=1)) == 0
    assert ring(now=at) == 1
    assert ring(now=at + HOUR) == 0
    assert told(shop.agent) == ["reminder"]
    assert next_ring() is None
    assert [line.kind for line in history_of(case)][-2:] == ["reminder_set", "reminder_rang"]


def test_one_for_the_owner_rings_for_whoever_owns_the_case_then(shop: Any, clock: Any, case: Case) -> None:
    actions.remind(case=case, at=clock.now + HOUR, agent=None, now=clock.now, by=shop.agent)
    actions.assign(case=case, owner=shop.colleague, now=clock.after(1), by=shop.colleague)
    ring(now=clock.now + 2 * HOUR)
    assert told(shop.colleague) == ["reminder"]


def test_what_is_done_does_not_ring(shop: Any, clock: Any, case: Case) -> None:
    made = actions.remind(case=case, at=clock.now + HOUR, agent=shop.agent, now=clock.now, by=shop.agent)
    assert actions.end_reminder(reminder=made, now=clock.after(1), by=shop.agent)
    assert not actions.end_reminder(reminder=made, now=clock.after(1), by=shop.agent)
    assert ring(now=clock.now + 2 * HOUR) == 0


@pytest.mark.parametrize("away", [-HOUR, timedelta(0), timedelta(days=4000)])
def test_a_moment_that_is_past_or_far_away_is_refused(shop: Any, clock: Any, case: Case, away: timedelta) -> None:
    with pytest.raises(NotPossible, match="reminder_past"):
        actions.remind(case=case, at=clock.now + away, agent=shop.agent, now=clock.now, by=shop.agent)


def test_reminders_on_the_page(shop: Any, case: Case) -> None:
    desk = desk_of(shop.agent)
    tomorrow = timezone.localtime() + timedelta(days=1)
    given = {"at": tomorrow.strftime("%Y-%m-%dT%H:%M"), "whom": "me", "text": "Call them"}
    assert "Call them" in desk.post(f"/cases/{case.pk}/reminders/", given).content.decode()
    made = Reminder.objects.get()
    assert made.agent == shop.agent
    assert desk.post(f"/cases/{case.pk}/reminders/", given | {"at": "2020-01-01T10:00"}).status_code == 422
    assert "Call them" not in desk.delete(f"/cases/{case.pk}/reminders/{made.pk}/").content.decode()


def test_settling_tells_whoever_waited_for_it(shop: Any, clock: Any, case: Case) -> None:
    on = opened(shop, clock, owner=shop.supervisor)
    actions.follow(case=case, agent=shop.supervisor, now=clock.now, by=shop.supervisor)
    assert actions.wait_for(case=case, on=on, now=clock.after(1), by=shop.agent)
    assert not actions.wait_for(case=case, on=on, now=clock.after(1), by=shop.agent)
    actions.settle(case=on, now=clock.after(1), by=shop.supervisor)
    assert told(shop.agent) == ["waits_no_longer"]
    assert CaseDependency.objects.get().ended_at == clock.now
    assert [line.kind for line in history_of(case)][-2:] == ["waits", "waits_no_longer"]
    assert Event.objects.filter(kind="case.waits_no_longer", data__case=case.pk).count() == 1


def test_whoever_waits_for_a_case_that_was_merged_waits_for_the_one_that_goes_on(
    shop: Any, clock: Any, case: Case
) -> None:
    double, lasting = opened(shop, clock), opened(shop, clock)
    actions.wait_for(case=case, on=double, now=clock.after(1), by=shop.supervisor)
    actions.merge(case=double, into=lasting, now=clock.after(1), by=shop.supervisor)
    assert "waits_no_longer" not in told(shop.agent)
    actions.settle(case=lasting, now=clock.after(1), by=shop.supervisor)
    assert "waits_no_longer" in told(shop.agent)


def test_nothing_waits_in_a_circle_however_long(shop: Any, clock: Any, case: Case) -> None:
    second, third = opened(shop, clock), opened(shop, clock)
    actions.wait_for(case=case, on=second, now=clock.after(1), by=shop.agent)
    actions.wait_for(case=second, on=third, now=clock.after(1), by=shop.agent)
    for one, other in ((third, case), (second, case), (case, case)):
        with pytest.raises(NotPossible, match="waits_in_a_circle"):
            actions.wait_for(case=one, on=other, now=clock.after(1), by=shop.agent)
    assert actions.wait_no_longer(case=second, on=third, now=clock.after(1), by=shop.agent)
    assert actions.wait_for(case=third, on=case, now=clock.after(1), by=shop.agent)


def test_what_is_settled_is_waited_for_by_nobody(shop: Any, clock: Any, case: Case) -> None:
    on = opened(shop, clock)
    actions.settle(case=on, now=clock.after(1), by=shop.agent)
    with pytest.raises(NotPossible, match="waits_settled"):
        actions.wait_for(case=case, on=on, now=clock.after(1), by=shop.agent)


def test_waiting_is_shown_on_both_pages_and_ended_there(shop: Any, clock: Any, case: Case) -> None:
    on, hidden = opened(shop, clock, subject="The part"), opened(shop, clock, owner=shop.colleague)
    desk = desk_of(shop.agent)
    assert "The part" in desk.post(f"/cases/{case.pk}/waits/", {"number": on.number}).content.decode()
    assert "waits for this one" in desk.get(f"/cases/{on.pk}/together/").content.decode()
    assert desk.post(f"/cases/{case.pk}/waits/", {"number": hidden.number}).status_code == 422
    assert "The part" not in desk.delete(f"/cases/{case.pk}/waits/{on.pk}/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_worker_rings_and_a_restart_loses_nothing(shop: Any) -> None:
    """The moment passed while no worker ran; the next one rings as soon as it is there."""
    now = timezone.now()
    case = actions.open_case(type=shop.enquiry, subject="Wet", owner=shop.agent, now=now - 2 * HOUR, by=shop.agent)
    actions.remind(case=case, at=now - HOUR, agent=shop.agent, now=now - 2 * HOUR, by=shop.agent)
    stop = threading.Event()
    keeper = threading.Thread(target=keeping.keep, args=[stop], kwargs={"every": 0.05}, daemon=True)
    keeper.start()
    try:
        for _ in range(200):
            if Reminder.objects.filter(rung_at__isnull=False).exists():
                break
            stop.wait(0.05)
    finally:
        stop.set()
        keeper.join(timeout=10)
    assert told(shop.agent) == ["reminder"]

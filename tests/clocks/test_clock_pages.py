"""What people see of clocks: on the case, in the list, in the left room, and how targets are set up."""

from datetime import timedelta

import pytest
from django.utils import timezone

from fanal.cases import actions as cases
from fanal.cases.models import Case
from fanal.clocks.models import Clock, Target
from fanal.configuration.actions.applying import apply, export
from tests.clocks.following import followed

HTMX = {"HX-Request": "true"}


@pytest.fixture
def target(shop) -> Target:
    return Target.objects.create(
        code="all", name="Everybody", case_type=shop.enquiry, first_response_minutes=60, resolution_minutes=480
    )


@pytest.fixture
def desk(shop, client):
    client.force_login(shop.agent)
    return client


def opened(shop, hours_ago: float, **more) -> Case:
    given = {"type": shop.enquiry, "subject": "Wet box", "customer": shop.customer, "by": shop.agent}
    case = cases.open(**given | {"now": timezone.now() - timedelta(hours=hours_ago)} | more)
    followed()
    return case


def page(desk, case: Case) -> str:
    return desk.get(f"/cases/{case.pk}/clocks/", headers=HTMX).content.decode()


def listed(desk, query: str) -> list[str]:
    return [case.subject for case in desk.get(f"/cases/?{query}").context["listing"].cases]


def test_the_case_shows_each_clock_with_its_due_time_its_target_and_why(shop, desk, target):
    case = opened(shop, 0.9)
    text = desk.get(f"/cases/{case.pk}/").content.decode()
    due = Clock.objects.get(kind="first_response").due_at
    assert f'data-until="{timezone.localtime(due).isoformat()}"' in text
    assert "First response" in text
    assert "at risk" in text
    assert "Everybody" in text
    assert "because of type" in text
    assert 'data-refresh-on="clock.*"' in text


def test_a_clock_that_stands_still_says_what_is_left_and_one_that_ended_how(shop, desk, target):
    case = opened(shop, 2)
    assert "missed" in page(desk, case)
    cases.wait_for_customer(case=case, waiting=True, now=case.opened_at + timedelta(hours=1), by=shop.agent)
    followed()
    assert "stands still" in page(desk, case)
    assert '<bdi class="num">7:00:00</bdi> left' in page(desk, case)
    cases.settle(case=case, now=timezone.now(), by=shop.agent)
    followed()
    assert "in time" in page(desk, case)
    assert "no longer needed" in page(desk, case)


def test_a_case_without_a_promise_shows_none(shop, desk):
    assert "Promised" not in page(desk, opened(shop, 1))


def test_the_list_is_sorted_by_what_is_due_first_and_what_promises_nothing_comes_last(shop, desk, target):
    opened(shop, 0.1, subject="later")
    opened(shop, 5, subject="never", type=shop.complaint)
    opened(shop, 0.5, subject="sooner")
    assert listed(desk, "sort=due") == ["sooner", "later", "never"]


def test_the_list_is_filtered_by_what_is_at_risk_and_what_is_missed_and_says_so(shop, desk, target):
    opened(shop, 0.1, subject="calm")
    opened(shop, 0.9, subject="nearly")
    opened(shop, 2, subject="late")
    assert listed(desk, "clock=at_risk") == ["nearly"]
    assert listed(desk, "clock=missed") == ["late"]
    assert '<span class="tag stop">missed</span>' in desk.get("/cases/?clock=missed").content.decode()
    assert '<span class="tag lamp">at risk</span>' in desk.get("/cases/?clock=at_risk").content.decode()
    assert listed(desk, "clock=nonsense&sort=due") == ["late", "nearly", "calm"]


def test_walking_through_the_pages_by_due_time_meets_every_case_once(shop, desk, target):
    for number in range(70):
        kind = shop.complaint if number % 3 == 0 else shop.enquiry
        cases.open(type=kind, subject=str(number), now=timezone.now() - timedelta(minutes=number // 5), by=shop.agent)
    followed()
    seen, query = [], "sort=due"
    while query:
        found = desk.get(f"/cases/?{query}").context["listing"]
        seen += [case.subject for case in found.cases]
        query = found.next
    assert sorted(seen, key=int) == [str(number) for number in range(70)]


def test_my_cases_are_in_the_order_in_which_they_are_due(shop, desk, target):
    opened(shop, 0.1, subject="later", owner=shop.agent)
    opened(shop, 0.2, subject="undue", owner=shop.agent, type=shop.complaint, priority=4)
    opened(shop, 0.5, subject="sooner", owner=shop.agent)
    text = desk.get("/work/", headers=HTMX).content.decode()
    assert text.index("sooner") < text.index("later") < text.index("undue")


def test_an_administrator_sets_up_a_target_and_is_told_what_is_missing(shop, client):
    client.force_login(shop.supervisor)
    form = {"name": "Complaints", "case_type": shop.complaint.pk, "at_risk_percent": "80", "active": "on"}
    assert "Promise at least one" in client.post("/administration/targets/new/", form).content.decode()
    client.post("/administration/targets/new/", form | {"resolution_minutes": "960", "priority": "", "value_band": "3"})
    made = Target.objects.get()
    assert (made.code, made.resolution_minutes, made.priority, made.value_band) == ("complaints", 960, None, 3)
    text = client.get("/administration/targets/").content.decode()
    assert "Complaint · Most valuable" in text
    assert "Resolution 16:00:00" in text


def test_targets_are_in_the_configuration_file_and_come_back_from_it(shop, target):
    data = export()
    assert data["targets"][0] | {"code": "all", "case_type": "t-enquiry"} == data["targets"][0]
    data["targets"].append(data["targets"][0] | {"code": "urgent", "priority": 4, "resolution_minutes": 30})
    report = apply(data={"fanal": data["fanal"], "targets": data["targets"]}, by=None, now=timezone.now())
    assert report.problems == []
    assert Target.objects.get(code="urgent").resolution_minutes == 30


def test_a_target_with_clocks_is_switched_off_and_not_removed(shop, client, target):
    opened(shop, 1)
    client.force_login(shop.supervisor)
    client.post(f"/administration/targets/{target.pk}/removal/")
    assert Target.objects.filter(pk=target.pk).exists()

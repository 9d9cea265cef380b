"""What is frequent: the commonest requests, counts that open their cases, what settled them, and bursts."""

from datetime import timedelta

import pytest
from django.utils import timezone

from fanal.cases import actions as cases
from fanal.cases.actions import bursts
from fanal.cases.models import Case
from fanal.interactions import actions as interactions
from fanal.scenarios import actions as scenarios


def opened(shop, subject="The router does not start", minutes=5, **more) -> Case:
    now = timezone.now() - timedelta(minutes=minutes)
    return cases.open(**{"type": shop.enquiry, "subject": subject, "now": now, "by": shop.agent} | more)


@pytest.fixture
def desk(shop, client):
    client.force_login(shop.supervisor)
    return client


def test_the_commonest_requests_come_first_with_their_share_and_open_their_cases(shop, desk):
    for _ in range(3):
        opened(shop, category=shop.balance)
    cases.settle(case=opened(shop, category=shop.whereabouts), now=timezone.now(), by=shop.agent)
    opened(shop, minutes=60 * 24 * 3, category=shop.complaints)
    page = desk.get("/frequent/")
    rows = page.context["rows"]
    assert [(row.category, row.tier, row.number, row.share, row.open) for row in rows] == [
        ("Balance", "First line", 3, 75, 3),
        ("Where is my order", "First line", 1, 25, 0),
    ]
    for row in rows:
        assert desk.get(row.url).context["listing"].count == row.number
        assert desk.get(row.open_url).context["listing"].count == row.open
    assert len(desk.get("/frequent/?days=7").context["rows"]) == 3


def test_cases_without_line_or_category_are_counted_and_open_too(shop, desk):
    opened(shop, type=shop.complaint)
    opened(shop, type=shop.complaint, category=shop.complaints)
    rows = desk.get("/frequent/").context["rows"]
    assert {(row.tier, row.category) for row in rows} == {("No line", "No category"), ("No line", "Complaints")}
    assert [desk.get(row.url).context["listing"].count for row in rows] == [1, 1]


def test_what_settled_them_is_what_was_done_or_else_how_the_contact_ended(shop, desk, talk, clock):
    clock.now = timezone.now()
    chat = talk(customer=shop.customer, agent=shop.agent)
    scenarios.perform(
        action="refresh_balance", target=shop.account, interaction=chat, by=shop.agent, face="desk", now=clock.after(1)
    )
    plain, topic = scenarios.open_in(
        interaction=chat, type=shop.complaint, subject="Rude", now=clock.after(1), by=shop.agent
    )
    interactions.set_disposition(topic=topic, disposition=shop.answered, now=clock.after(1), by=shop.agent)
    cases.settle(case=plain, now=clock.after(1), by=shop.agent)
    rows = {row.category: row.settled_by for row in desk.get("/frequent/").context["rows"]}
    assert rows["No category"] == [("Answered", 1)]
    assert [number for _name, number in rows["Balance"]] == [1]


def test_one_sees_only_what_one_may_see(shop, desk, client):
    shop.agent.role.permissions = ["handle", "supervise_own_queues"]
    shop.agent.role.save()
    opened(shop, owner=shop.colleague)
    client.force_login(shop.agent)
    page = client.get("/frequent/").context
    assert (page["total"], page["rows"]) == (0, [])


def test_a_burst_stands_above_the_queues_until_a_problem_stands_above_its_cases(shop, desk):
    some = [opened(shop, minutes=1) for _ in range(5)]
    bursts.notice(now=timezone.now())
    address = f"/cases/{some[-1].pk}/problem/"
    assert address in desk.get("/queues/").content.decode()
    assert address in desk.get("/frequent/").content.decode()
    cases.make_problem(subject="Bad firmware", cases=some, now=timezone.now(), by=shop.agent)
    assert address not in desk.get("/queues/").content.decode()


def test_one_click_begins_a_canned_reply_or_a_problem_of_what_is_frequent(shop, desk):
    case = opened(shop, category=shop.whereabouts)
    said = desk.get("/frequent/").content.decode()
    assert f"/cases/{case.pk}/problem/" in said
    assert "/administration/canned-replies/new/?title=Where%20is%20my%20order" in said
    form = desk.get("/administration/canned-replies/new/?title=Where%20is%20my%20order").content.decode()
    assert "Where is my order" in form

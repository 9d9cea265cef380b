"""Advice on the pages: followed, refused or handed over with one click; and rules written in the administration."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from fanal.agents.models import Agent, Tier
from fanal.cases import actions as cases
from fanal.deciding.models import AdviceRule, AdviceShown, Goodwill
from fanal.events.models import Event
from fanal.holdings.models import Order
from fanal.hours.models import Calendar
from fanal.routing.models import HandOver, Queue, QueueEntry
from fanal.scenarios import actions as scenarios

BACKEND = "fanal.desk.accounts.backend.AgentBackend"
LATE = {"what": "late_days", "is": "at_least", "value": "2"}


@pytest.fixture
def desk(shop: Any) -> Client:
    client = Client()
    client.force_login(shop.agent, backend=BACKEND)
    return client


def test_the_desk_shows_it_after_the_page_and_follows_it(
    shop: Any, clock: Any, chat: Any, desk: Client, goodwill: AdviceRule
) -> None:
    Order.objects.update(promised_on=date.today() - timedelta(days=4))
    about = desk.get(f"/interactions/{chat.pk}/about/").content.decode()
    assert f'hx-post="/interactions/{chat.pk}/advice/"' in about
    card = desk.post(f"/interactions/{chat.pk}/advice/").content.decode()
    assert "Goodwill up to 20.00 EUR" in card
    assert "4 days late" in card
    shown = AdviceShown.objects.get()
    refused = desk.post(f"/advice/{shown.pk}/following/", {"amount": "21"})
    assert refused.status_code == 409
    assert "A supervisor may grant it." in refused.content.decode()
    answer = desk.post(f"/advice/{shown.pk}/following/", {"amount": "12,50"})
    assert (answer.status_code, answer["HX-Retarget"]) == (200, "#talk")
    assert Goodwill.objects.get().amount == Decimal("12.50")
    assert "Followed" in desk.post(f"/interactions/{chat.pk}/advice/").content.decode()


def test_a_case_shows_it_too_and_an_agent_says_not_this_time(shop: Any, clock: Any, desk: Client, rule: Any) -> None:
    from fanal.cases.actions import open_case

    rule("tea", "offer", offer={"en": "Tea", "fr": "Thé"})
    case = open_case(
        type=shop.complaint, subject="Slow", customer=shop.customer, owner=shop.agent, now=clock.now, by=shop.agent
    )
    assert "Tea" in desk.post(f"/cases/{case.pk}/advice/").content.decode()
    shown = AdviceShown.objects.get()
    answer = desk.post(f"/advice/{shown.pk}/otherwise/", {"reason": "coffee"}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert AdviceShown.objects.get().decided == "otherwise"
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM deciding_adviceshown WHERE reason = 'coffee'")
        assert cursor.fetchone() == (1,)


def test_a_rule_is_written_tried_out_and_kept_in_the_file(shop: Any, clock: Any, late: Order) -> None:
    from fanal.configuration.actions import applying

    office = Client()
    office.force_login(shop.supervisor, backend=BACKEND)
    given = {
        "name": "Late", "position": "10", "what": "goodwill", "limit": "15", "currency": "eur", "active": "on",
        "line0_what": "late_days", "line0_is": "at_least", "line0_value": "2",
        "sentence_en": "{late_days} days late",
    }  # fmt: skip
    trial = office.post("/administration/advice-rules/trial/", given)
    assert trial.status_code == 200
    assert not AdviceRule.objects.exists()
    wrong = office.post("/administration/advice-rules/new/", {**given, "sentence_en": "{mood}"})
    assert "that the conditions do not ask about: {mood}" in wrong.content.decode()
    wrong = office.post("/administration/advice-rules/new/", {**given, "limit": ""})
    assert "Say how much" in wrong.content.decode()
    assert office.post("/administration/advice-rules/new/", given).status_code == 302
    rule = AdviceRule.objects.get()
    assert rule.conditions == [{"what": "late_days", "is": "at_least", "value": "2"}]
    assert (rule.limit, rule.currency) == (Decimal(15), "EUR")
    assert "Goodwill up to 15.00 EUR" in office.get("/administration/advice-rules/").content.decode()
    written = applying.export()["advice_rules"]
    report = applying.apply(data={"fanal": 1, "advice_rules": written}, by=None, now=clock.now)
    assert (report.problems, report.differences) == ([], [])
    written[0]["conditions"] = [{"what": "mood", "is": "equals", "value": "bad"}]
    report = applying.apply(data={"fanal": 1, "advice_rules": written}, by=None, now=clock.now)
    assert [problem.what for problem in report.problems] == ["what_unknown"]


def line_of(shop: Any) -> Queue:
    line = Tier.objects.create(code="t-second", name="Second line", rank=72)
    return Queue.objects.create(code="t-second", name="Second line", tier=line)


def desk_of(agent: Agent) -> Client:
    client = Client(headers={"HX-Request": "true"})
    client.force_login(agent, backend=BACKEND)
    return client


def test_one_click_hands_the_case_over_with_the_packet_filled_in(shop: Any, clock: Any, rule: Any) -> None:
    queue = line_of(shop)
    case = cases.open_case(
        type=shop.complaint, subject="No light", customer=shop.customer, owner=shop.agent, now=clock.now, by=shop.agent
    )
    step = cases.add_step(case=case, text="Changed the lamp", now=clock.after(1), by=shop.agent)
    cases.tick(step=step, done=True, now=clock.after(1), by=shop.agent)
    cases.add_note(case=case, text="Still dark.", now=clock.after(1), by=shop.agent)
    rule("second", "hand_over", queue=queue, sentences={"en": "The second line knows these."})
    desk = desk_of(shop.agent)
    shown = desk.post(f"/cases/{case.pk}/advice/").content.decode()
    assert "What goes along" in shown
    assert "Changed the lamp\nStill dark." in shown
    assert desk.post(f"/advice/{AdviceShown.objects.get().pk}/following/").status_code == 200
    fact = HandOver.objects.get()
    assert (fact.case, fact.to_queue, fact.to_tier) == (case, queue, queue.tier)
    assert (fact.summary, fact.tried) == ("No light", "Changed the lamp\nStill dark.")
    assert "The second line knows these." in fact.expected
    assert QueueEntry.objects.get(case=case).hand_over == fact
    assert AdviceShown.objects.get().decided == "followed"


def test_one_click_hands_the_talk_over_with_its_case_and_what_was_changed_in_the_packet(
    shop: Any, clock: Any, talk: Any, rule: Any
) -> None:
    queue, chat = line_of(shop), talk(customer=shop.customer, agent=shop.agent)
    case, _topic = scenarios.open_in(
        interaction=chat, type=shop.complaint, subject="No light", now=clock.now, by=shop.agent
    )
    rule("second", "hand_over", queue=queue)
    desk = desk_of(shop.agent)
    shown = desk.post(f"/interactions/{chat.pk}/advice/").content.decode()
    assert "No light</textarea>" in shown
    assert "Nothing is noted yet." in shown
    answer = desk.post(f"/advice/{AdviceShown.objects.get().pk}/following/", {"tried": "The plug"})
    assert answer.status_code == 200
    fact = HandOver.objects.get()
    assert (fact.case, fact.interaction, fact.summary, fact.tried) == (case, chat, "No light", "The plug")
    assert QueueEntry.objects.get(interaction=chat).hand_over == fact
    assert AdviceShown.objects.get().decided == "followed"


def test_a_closed_line_takes_nothing_and_nothing_is_followed_then(shop: Any, clock: Any, talk: Any, rule: Any) -> None:
    queue, chat = line_of(shop), talk(customer=shop.customer, agent=shop.agent)
    Queue.objects.filter(pk=queue.pk).update(calendar=Calendar.objects.create(code="never", name="Never", zone="UTC"))
    rule("second", "hand_over", queue=queue)
    desk = desk_of(shop.agent)
    desk.post(f"/interactions/{chat.pk}/advice/")
    assert desk.post(f"/advice/{AdviceShown.objects.get().pk}/following/").status_code in (409, 422)
    assert AdviceShown.objects.get().decided == ""
    assert not HandOver.objects.exists()


def test_the_customers_own_page_says_what_we_would_do_and_counts_nothing(shop: Any, clock: Any, rule: Any) -> None:
    rule("tea", "offer", offer={"en": "Tea"}, sentences={"en": "Everybody likes tea."})
    rule("late", "goodwill", LATE, limit=Decimal(20), currency="EUR")
    desk = desk_of(shop.agent)
    assert f"/customers/{shop.customer.pk}/advice/" in desk.get(f"/customers/{shop.customer.pk}/").content.decode()
    shown = desk.get(f"/customers/{shop.customer.pk}/advice/").content.decode()
    assert "What we would do" in shown
    assert "Everybody likes tea." in shown
    assert "Goodwill" not in shown, "no order is at hand"
    assert "I have offered it" not in shown
    assert not AdviceShown.objects.exists()
    assert not Event.objects.filter(kind="advice.shown").exists()

"""Advice beside the contact and the case: shown once, followed with one click within its limit, and counted."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from fanal.agents.models import Agent
from fanal.deciding import actions as deciding
from fanal.deciding import gathering, wording
from fanal.deciding.models import AdviceRule, AdviceShown, Goodwill
from fanal.events.models import Event
from fanal.holdings.models import Fault, Order
from fanal.kpis import actions as kpis
from fanal.kpis.periods import named
from fanal.routing.models import QueueEntry
from fanal.scenarios import actions as scenarios
from fanal.scenarios.models import ActionRecord
from fanal.scenarios.rules import Refused

BACKEND = "fanal.desk.accounts.backend.AgentBackend"
LATE = {"what": "late_days", "is": "at_least", "value": "2"}


def advise(shop: Any, clock: Any, **about: Any) -> list[Any]:
    return deciding.advise(**about, to=shop.agent, handles=True, now=clock.now)


def test_an_advice_says_why_with_the_numbers_in_it(shop: Any, clock: Any, chat: Any, goodwill: AdviceRule) -> None:
    [one] = advise(shop, clock, interaction=chat)
    assert wording.title(one.row, offer={}) == "Goodwill up to 20.00 EUR"
    assert wording.why(one.row, one.rule, customer="Ines") == "3 days late: up to 20.00 EUR."
    goodwill.sentences = {}
    assert wording.why(one.row, goodwill, customer="Ines") == "Days the order is late: 3"


def test_it_is_remembered_once_for_each_contact_and_rule(
    shop: Any, clock: Any, chat: Any, talk: Any, goodwill: AdviceRule
) -> None:
    for _ in range(3):
        advise(shop, clock, interaction=chat)
        clock.after(5)
    assert AdviceShown.objects.count() == Event.objects.filter(kind="advice.shown").count() == 1
    deciding.advise(interaction=chat, to=shop.supervisor, handles=False, now=clock.now)
    assert AdviceShown.objects.get().shown_to == shop.agent


def test_who_only_looks_on_is_shown_it_and_not_counted(shop: Any, clock: Any, chat: Any, goodwill: AdviceRule) -> None:
    [one] = deciding.advise(interaction=chat, to=shop.supervisor, handles=False, now=clock.now)
    assert one.row.pk is None
    assert not AdviceShown.objects.exists()


def test_one_click_grants_it_and_says_that_it_was_followed(
    shop: Any, clock: Any, chat: Any, goodwill: AdviceRule
) -> None:
    [one] = advise(shop, clock, interaction=chat)
    scenarios.follow(shown=one.row, by=shop.agent, now=clock.now)
    granted = Goodwill.objects.get()
    assert (granted.amount, granted.currency, granted.customer, granted.advice) == (
        *(Decimal(20), "EUR"),
        *(shop.customer, one.row),
    )
    record = ActionRecord.objects.get()
    assert (record.action, record.interaction) == ("grant_goodwill", chat)
    shown = AdviceShown.objects.get()
    assert (shown.decided, shown.decided_by) == ("followed", shop.agent)
    with pytest.raises(Refused):
        scenarios.follow(shown=one.row, by=shop.agent, now=clock.now)
    assert Goodwill.objects.count() == 1


@pytest.mark.parametrize("amount", ["20.01", "1000"])
def test_over_the_limit_is_refused_and_a_supervisor_may(
    shop: Any, clock: Any, chat: Any, goodwill: AdviceRule, amount: str
) -> None:
    [one] = advise(shop, clock, interaction=chat)
    with pytest.raises(Refused, match="over_goodwill_limit"):
        scenarios.follow(shown=one.row, amount=amount, by=shop.agent, now=clock.now)
    assert not Goodwill.objects.exists()
    assert AdviceShown.objects.get().decided == ""
    scenarios.follow(shown=one.row, amount=amount, by=shop.supervisor, now=clock.now)
    assert Goodwill.objects.get().amount == Decimal(amount)


def test_the_one_door_asks_for_the_limit_too(shop: Any, clock: Any, chat: Any, goodwill: AdviceRule, talk: Any) -> None:
    """Whoever goes past the button: without an advice, with another customer's, with an old one, or in two parts."""
    [one] = advise(shop, clock, interaction=chat)
    asked = {"action": "grant_goodwill", "target": shop.customer, "interaction": chat, "by": shop.agent}

    def refused(**fields: str) -> str:
        with pytest.raises(Refused) as refusal:
            scenarios.perform(**asked, fields=fields, now=clock.now)
        return refusal.value.code

    assert refused(amount="5", currency="EUR") == "over_goodwill_limit"
    assert refused(amount="5", currency="EUR", advice="999999") == "advice_unknown"
    assert refused(amount="5", advice="1; DROP") == "advice_unknown"
    others = talk(customer=shop.other, agent=shop.agent)
    with pytest.raises(Refused, match="over_goodwill_limit"):
        scenarios.perform(
            action="grant_goodwill", target=shop.other, interaction=others, by=shop.agent, now=clock.now,
            fields={"amount": "5", "advice": str(one.row.pk)},
        )  # fmt: skip
    scenarios.perform(**asked, fields={"amount": "15", "advice": str(one.row.pk)}, now=clock.now)
    assert refused(amount="5.01", advice=str(one.row.pk)) == "over_goodwill_limit"
    clock.after(8 * 86400)
    assert refused(amount="1", advice=str(one.row.pk)) == "over_goodwill_limit"


def test_a_stranger_is_granted_nothing(shop: Any, clock: Any, talk: Any, late: Order, goodwill: AdviceRule) -> None:
    chat = talk(customer=shop.customer, assurance=1, agent=shop.agent)
    chat.about_kind, chat.about_id = "order", late.pk
    chat.save()
    [one] = advise(shop, clock, interaction=chat)
    with pytest.raises(Refused, match="assurance"):
        scenarios.follow(shown=one.row, by=shop.agent, now=clock.now)


def test_a_device_that_breaks_again_and_again_is_replaced(shop: Any, clock: Any, chat: Any, rule: Any) -> None:
    for days in (5, 50, 200):
        Fault.objects.create(device=shop.device, code="E18", reported_at=clock.now - timedelta(days=days))
    rule("often", "replace", {"what": "faults", "within": 365, "is": "at_least", "value": "3"})
    [one] = advise(shop, clock, interaction=chat)
    assert one.row.holding == shop.device
    scenarios.follow(shown=one.row, by=shop.agent, now=clock.now)
    assert ActionRecord.objects.get().holding == shop.device


def test_on_a_case_priority_and_queue_follow_the_advice(shop: Any, clock: Any, rule: Any) -> None:
    from fanal.cases.actions import open_case

    case = open_case(
        type=shop.complaint, subject="Slow", customer=shop.customer, owner=shop.agent, priority=2, now=clock.now,
        by=shop.agent,
    )  # fmt: skip
    rule("first", "priority", {"what": "case_type", "is": "equals", "value": shop.complaint.code}, priority=4)
    rule("second", "hand_over", queue=shop.orders)
    priority, queue = advise(shop, clock, case=case)
    scenarios.follow(shown=priority.row, by=shop.agent, now=clock.now)
    scenarios.follow(shown=queue.row, by=shop.agent, now=clock.now)
    case.refresh_from_db()
    assert case.priority == 4
    assert QueueEntry.objects.get(case=case).queue == shop.orders


def test_an_agent_may_know_better_and_say_why(shop: Any, clock: Any, chat: Any, goodwill: AdviceRule) -> None:
    [one] = advise(shop, clock, interaction=chat)
    scenarios.decide_otherwise(shown=one.row, reason="They asked for nothing", by=shop.agent, now=clock.now)
    shown = AdviceShown.objects.get()
    assert (shown.decided, shown.reason) == ("otherwise", "They asked for nothing")
    assert "asked for nothing" not in str(list(Event.objects.values_list("data", flat=True)))


def test_how_often_it_is_followed_is_a_figure_by_rule_that_opens_its_rows(
    shop: Any, clock: Any, chat: Any, talk: Any, goodwill: AdviceRule, rule: Any
) -> None:
    rule("tea", "offer", offer={"en": "Tea"}, position=20)
    second = talk(customer=shop.other, agent=shop.agent)
    first, tea = advise(shop, clock, interaction=chat)
    advise(shop, clock, interaction=second)
    scenarios.follow(shown=first.row, by=shop.agent, now=clock.now)
    scenarios.decide_otherwise(shown=tea.row, by=shop.agent, now=clock.now)
    _absorb()
    period = named("today", clock.now)
    ids = ["advice_shown", "advice_followed_of_shown", "advice_declined_of_shown"]
    found = kpis.figures(kpi_ids=ids, period=period, by="rule", viewer=shop.supervisor, now=clock.now)
    told = {(figure.kpi.id, figure.key): (figure.numerator, figure.denominator) for figure in found}
    tea_rule = tea.rule.pk
    assert told["advice_shown", goodwill.pk] == (1, None)
    assert told["advice_shown", tea_rule] == (2, None)
    assert told["advice_followed_of_shown", goodwill.pk] == (1, 1)
    assert told["advice_followed_of_shown", tea_rule] == (0, 2)
    assert told["advice_declined_of_shown", tea_rule] == (1, 2)
    rows = kpis.rows(kpi_id="advice_followed_of_shown", period=period, viewer=shop.supervisor)
    assert sum(row.in_denominator for row in rows) == 3
    assert {row.pk for row in rows if row.in_numerator} == {first.row.pk}


def _absorb() -> None:
    from fanal.kpis.actions.fold import absorb, happening

    rows = Event.objects.order_by("pk").values_list("pk", "kind", "at", "by", "data")
    import json

    absorb(happenings=[happening(pk, kind, at, by, json.dumps(data)) for pk, kind, at, by, data in rows])


def test_a_dry_run_says_what_would_be_different_and_writes_nothing(
    shop: Any, clock: Any, late: Order, goodwill: AdviceRule
) -> None:
    from fanal.cases.actions import open_case

    for number in range(3):
        open_case(
            type=shop.enquiry, subject=f"Where is it {number}", customer=shop.customer if number else shop.other,
            order=late if number else None, owner=shop.agent, now=clock.now, by=shop.agent,
        )  # fmt: skip
    changed = AdviceRule.objects.get(pk=goodwill.pk)
    changed.conditions = [{**LATE, "value": "99"}]
    trial = deciding.dry_run(changed=changed, agent=shop.supervisor, now=clock.now)
    assert (trial.tried, trial.counts) == (3, {goodwill.pk: (2, 0)})
    office = Agent.objects.create_user("office@t.example", "x", name="Office", role=shop.reader.role)
    unseen = deciding.dry_run(changed=changed, agent=office, now=clock.now)
    assert (unseen.counts, {row.seen for row in unseen.rows}) == (trial.counts, {False})
    fresh = AdviceRule(name="New", what="offer", conditions=[])
    assert deciding.dry_run(changed=fresh, agent=shop.supervisor, now=clock.now).counts[0] == (0, 3)
    assert not AdviceShown.objects.exists()


def test_the_facts_take_at_most_nine_questions(
    shop: Any, clock: Any, chat: Any, django_assert_max_num_queries: Any
) -> None:
    gathering.of_contact(chat, now=clock.now)  # what is kept is put together
    with django_assert_max_num_queries(10):  # nine, and whose rows are theirs
        facts = gathering.of_contact(chat, now=clock.now)
    assert (facts.late_days, facts.number_of("device"), facts.number_of("")) == (3, 1, 5)


def test_each_question_about_the_facts_can_be_answered_by_an_index(shop: Any, clock: Any, chat: Any) -> None:
    """With sequential scans ruled out the plan has none left: what grows is never read as a whole."""
    asked: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        gathering.of_contact(chat, now=clock.now)
    assert len(asked) >= 8
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for sql, params in asked:
            cursor.execute(f"EXPLAIN {sql}", params)
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert "Seq Scan" not in plan, plan

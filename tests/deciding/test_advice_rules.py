"""What is advised from which facts: pure, with the numbers that say why, and never about the agent."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from fanal.deciding.rules import Condition, Facts, Rule, check_conditions, decide, parsed
from fanal.deciding.rules.facts import ContactFact, FaultFact, Granted, Held
from fanal.deciding.rules.granting import Refused, amount_of, check_grant

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


WASHER = Held(id=5, kind="device", name="Tide 7")
FRIDGE = Held(id=6, kind="device", name="Floe")
FACTS = Facts(
    now=NOW, known=True, value_band=2, since=ago(800), holdings=(WASHER, FRIDGE, Held(id=7, kind="card")),
    faults=(*(FaultFact(device=5, at=ago(days)) for days in (10, 100, 300, 500)), FaultFact(device=6, at=ago(3))),
    open_cases=2, subject=9,
    contacts=(
        ContactFact(interaction=1, subject=9, at=ago(1)), ContactFact(interaction=1, subject=9, at=ago(1)),
        ContactFact(interaction=2, subject=9, at=ago(6)), ContactFact(interaction=3, subject=8, at=ago(2)),
        ContactFact(interaction=4, subject=9, at=ago(9)),
    ),
    promises_missed=(ago(5), ago(200)), granted=(Granted(at=ago(30), amount=Decimal("12.50"), currency="EUR"),),
    late_days=4, order_total=Decimal("89.90"), category="late", case_type="complaint",
)  # fmt: skip


def holds(what: str, comparison: str, value: str, **more: Any) -> bool:
    conditions = parsed([{"what": what, "is": comparison, "value": value, **more}])
    return bool(decide([Rule(id=1, what="offer", conditions=tuple(conditions))], FACTS))


@pytest.mark.parametrize(
    ("what", "value", "more"),
    [
        ("value_band", "2", {}),
        ("years", "2", {}),
        ("holdings", "3", {}),
        ("holdings", "2", {"field": "device"}),
        ("holdings", "0", {"field": "account"}),
        ("faults", "3", {"within": 365}),
        ("faults", "4", {"within": 600}),
        ("faults", "1", {"within": 30}),
        ("open_cases", "2", {}),
        ("contacts", "2", {"within": 7}),
        ("contacts", "3", {"within": 10}),
        ("promises_missed", "1", {"within": 30}),
        ("promises_missed", "2", {"within": 365}),
        ("goodwill", "12.5", {}),
        ("goodwill_times", "1", {}),
        ("goodwill_times", "0", {"within": 10}),
        ("late_days", "4", {}),
        ("order_total", "89.90", {}),
    ],
)
def test_a_number_holds_up_to_itself_and_no_further(what: str, value: str, more: dict[str, Any]) -> None:
    above = str(Decimal(value) + 1)
    assert holds(what, "equals", value, **more)
    assert holds(what, "at_least", value, **more)
    assert not holds(what, "at_least", above, **more)
    assert holds(what, "at_most", value, **more)
    assert not holds(what, "equals", above, **more)


def test_a_code_is_one_of_those_given() -> None:
    assert holds("category", "equals", "late")
    assert holds("case_type", "one_of", "fault, complaint")
    assert not holds("case_type", "not_equals", "complaint")
    assert not holds("category", "one_of", "balance,cards")


def test_the_first_of_each_kind_is_advised_and_every_offer() -> None:
    def rule(pk: int, what: str, *conditions: Condition) -> Rule:
        return Rule(id=pk, what=what, conditions=conditions)

    late = Condition(what="late_days", comparison="at_least", value="2")
    never = Condition(what="late_days", comparison="at_least", value="99")
    rules = [
        rule(1, "goodwill", never), rule(2, "goodwill", late), rule(3, "goodwill"), rule(4, "offer"), rule(5, "offer"),
        rule(6, "priority", late, never),
    ]  # fmt: skip
    assert [one.rule.id for one in decide(rules, FACTS)] == [2, 4, 5]


def test_the_device_it_is_about_counts_before_the_one_with_most_faults() -> None:
    asked = parsed([{"what": "faults", "is": "at_least", "value": "1"}])
    rule = Rule(id=1, what="replace", conditions=tuple(asked))
    [worst] = decide([rule], FACTS)
    assert (worst.device, worst.numbers["faults"], worst.numbers["device"], worst.numbers["months"]) == (
        *(5, "3", "Tide 7"),
        "12",
    )
    from dataclasses import replace

    [own] = decide([rule], replace(FACTS, about=6))
    assert (own.device, own.numbers["faults"]) == (6, "1")


def test_the_facts_say_nothing_of_the_agent() -> None:
    names = {field.name for field in fields(Facts)}
    assert not [name for name in names if any(word in name for word in ("agent", "mood", "emotion", "sentiment"))]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("x", "not_a_condition"),
        ({"what": "mood", "is": "equals", "value": "bad"}, "what_unknown"),
        ({"what": "years", "is": "one_of", "value": "2"}, "comparison_unfit"),
        ({"what": "category", "is": "at_least", "value": "x"}, "comparison_unfit"),
        ({"what": "years", "is": "at_least", "value": " "}, "value_missing"),
        ({"what": "years", "is": "at_least", "value": "many"}, "number_expected"),
        ({"what": "years", "is": "at_least", "value": "NaN"}, "number_expected"),
        ({"what": "years", "is": "at_least", "value": "2", "within": 3}, "days_unfit"),
        ({"what": "faults", "is": "at_least", "value": "2", "within": 9999}, "days_unfit"),
        ({"what": "faults", "is": "at_least", "value": "2", "field": "card"}, "kind_unknown"),
        ({"what": "faults", "is": "at_least", "value": "2", "else": 1}, "not_a_condition"),
    ],
)
def test_a_condition_that_makes_no_sense_is_found(row: Any, code: str) -> None:
    [problem] = check_conditions([{"what": "years", "is": "at_least", "value": "1"}, row])
    assert (problem.position, problem.code) == (1, code)


def test_a_limit_holds_for_agents_and_not_for_whoever_supervises() -> None:
    grant = {"amount": Decimal(10), "limit": Decimal(20), "supervises": False}
    check_grant(**grant, granted=Decimal(10))
    for refused in ({**grant, "granted": Decimal("10.01")}, {**grant, "limit": None, "granted": Decimal(0)}):
        with pytest.raises(Refused, match="over_goodwill_limit"):
            check_grant(**refused)
        check_grant(**{**refused, "supervises": True})
    with pytest.raises(Refused, match="too_much"):
        check_grant(amount=Decimal(10_001), limit=None, granted=Decimal(0), supervises=True)


@pytest.mark.parametrize(("text", "amount"), [("12.50", "12.50"), (" 12,5 ", "12.50"), ("7", "7.00")])
def test_a_sum_is_read_as_people_write_it(text: str, amount: str) -> None:
    assert amount_of(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["", "free", "-1", "0", "1.005", "NaN", "1e9999", "Infinity"])
def test_what_is_no_sum_of_money_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="amount_unreadable"):
        amount_of(text)

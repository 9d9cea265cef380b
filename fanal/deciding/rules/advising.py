"""What the company would do, each with the rule and the numbers that say why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from fanal.deciding.rules.conditions import Condition, Found, found, holds
from fanal.deciding.rules.facts import Facts

OFFER = "offer"
MOST = 6


@dataclass(frozen=True, kw_only=True)
class Rule:
    """«When all of this holds, do that.» What it does besides `what` only its row knows."""

    id: int
    what: str
    conditions: tuple[Condition, ...]
    limit: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Judgement:
    condition: Condition
    found: Found
    holds: bool


@dataclass(frozen=True, kw_only=True)
class Advice:
    """`numbers` are what the sentence may name; `device` is the one that faults were counted of."""

    rule: Rule
    judgements: tuple[Judgement, ...]
    device: int | None = None
    numbers: Mapping[str, str] = field(default_factory=dict)


def decide(rules: Iterable[Rule], facts: Facts) -> list[Advice]:
    """Of each kind of advice the first rule that holds; of offers every one. In the order of the rules."""
    advised: list[Advice] = []
    given: set[str] = set()
    for rule in rules:
        if rule.what in given or len(advised) >= MOST:
            continue
        judgements = judge(rule, facts)
        if not all(one.holds for one in judgements):
            continue
        if rule.what != OFFER:
            given.add(rule.what)
        advised.append(_advice(rule, judgements, facts))
    return advised


def judge(rule: Rule, facts: Facts) -> tuple[Judgement, ...]:
    """Each condition with what was found; a rule without conditions always holds."""
    there = [(condition, found(condition, facts)) for condition in rule.conditions]
    return tuple(Judgement(condition=one, found=value, holds=holds(one, value)) for one, value in there)


def _advice(rule: Rule, judgements: tuple[Judgement, ...], facts: Facts) -> Advice:
    device = None
    numbers = {one.condition.what: _plain(one.found) for one in judgements}
    for one in judgements:
        if one.condition.what == "faults":
            worst, _count = facts.worst_device(one.condition.span)
            device = worst.id if worst else None
            numbers |= {"device": worst.name if worst else "", "months": str(round(one.condition.within / 30.4))}
        if one.condition.within:
            numbers[f"{one.condition.what}_days"] = str(one.condition.within)
    if device is None and facts.about is not None:
        device = next((one.id for one in facts.holdings if one.id == facts.about and one.kind == "device"), None)
    return Advice(rule=rule, judgements=judgements, device=device, numbers=numbers)


def _plain(value: Found) -> str:
    """2 and not 2.00, 12.50 and not 12.5."""
    if isinstance(value, Decimal):
        return f"{value:.2f}" if value != value.to_integral_value() else f"{value:.0f}"
    return str(value)

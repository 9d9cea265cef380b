"""The conditions of a rule: what they may ask about, whether they make sense, and whether they hold."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from fanal.deciding.rules.facts import Facts

NUMBERS = ("at_least", "at_most", "equals")
CHOICES = ("equals", "one_of", "not_equals")
COMPARISONS = ("at_least", "at_most", "equals", "one_of", "not_equals")
MOST_DAYS = 730
KINDS = ("", "account", "card", "contract", "device")
LONGEST = 200


@dataclass(frozen=True, kw_only=True)
class Condition:
    """`within`: so many days back, for what counts in time. `field`: which kind of holding."""

    what: str
    comparison: str
    value: str
    within: int = 0
    field: str = ""

    @property
    def span(self) -> timedelta:
        return timedelta(days=self.within)


Found = int | Decimal | str


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One thing to ask about: as a number or a code, over days or not."""

    find: Callable[[Facts, Condition], Found]
    number: bool = True
    days: int = 0
    of_kind: bool = False


WHAT: Mapping[str, Asked] = {
    "value_band": Asked(find=lambda facts, _: facts.value_band),
    "years": Asked(find=lambda facts, _: facts.years),
    "holdings": Asked(find=lambda facts, asked: facts.number_of(asked.field), of_kind=True),
    "faults": Asked(find=lambda facts, asked: facts.worst_device(asked.span)[1], days=365),
    "open_cases": Asked(find=lambda facts, _: facts.open_cases),
    "contacts": Asked(find=lambda facts, asked: facts.contacts_about_it(asked.span), days=7),
    "promises_missed": Asked(find=lambda facts, asked: facts.missed(asked.span), days=90),
    "goodwill": Asked(find=lambda facts, asked: facts.goodwill(asked.span), days=365),
    "goodwill_times": Asked(find=lambda facts, asked: facts.goodwill_times(asked.span), days=365),
    "late_days": Asked(find=lambda facts, _: facts.late_days),
    "order_total": Asked(find=lambda facts, _: facts.order_total if facts.order_total is not None else Decimal(0)),
    "category": Asked(find=lambda facts, _: facts.category, number=False),
    "case_type": Asked(find=lambda facts, _: facts.case_type, number=False),
}
"""What may be asked. `days` is how far back it looks unless the condition says otherwise; 0: time plays no part."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    position: int
    code: str


def parsed(rows: Iterable[Mapping[str, Any]]) -> list[Condition]:
    """The conditions of a rule that was checked when it was saved."""
    return [
        Condition(
            what=str(row.get("what", "")),
            comparison=str(row.get("is", "")),
            value=str(row.get("value", "")),
            within=int(row.get("within") or (WHAT[row["what"]].days if row.get("what") in WHAT else 0)),
            field=str(row.get("field", "")),
        )
        for row in rows
    ]


def check_conditions(rows: Any) -> list[Problem]:
    """What makes no sense, by position; nothing when all of it can be asked."""
    if not isinstance(rows, list):
        return [Problem(position=0, code="not_a_condition")]
    return [Problem(position=place, code=code) for place, row in enumerate(rows) if (code := _problem(row))]


def _problem(row: Any) -> str:
    if not isinstance(row, dict) or set(row) - {"what", "is", "value", "within", "field"}:
        return "not_a_condition"
    asked = WHAT.get(str(row.get("what")))
    if asked is None:
        return "what_unknown"
    if row.get("is") not in (NUMBERS if asked.number else CHOICES):
        return "comparison_unfit"
    value = str(row.get("value", "")).strip()
    if not value:
        return "value_missing"
    if len(value) > LONGEST:
        return "value_too_long"
    if asked.number and _number(value) is None:
        return "number_expected"
    within = row.get("within") or 0
    if not isinstance(within, int) or isinstance(within, bool) or not 0 <= within <= MOST_DAYS:
        return "days_unfit"
    if within and not asked.days:
        return "days_unfit"
    if row.get("field", "") not in (KINDS if asked.of_kind else ("",)):
        return "kind_unknown"
    return ""


def found(condition: Condition, facts: Facts) -> Found:
    return WHAT[condition.what].find(facts, condition) if condition.what in WHAT else ""


def holds(condition: Condition, there: Found) -> bool:
    """Whether it holds of what is there; a condition that cannot be understood never does."""
    if isinstance(there, str):
        given = [part.strip() for part in condition.value.split(",")]
        match condition.comparison:
            case "equals" | "one_of":
                return bool(there) and there in given
            case "not_equals":
                return there not in given
        return False
    wanted = _number(condition.value)
    if wanted is None:
        return False
    match condition.comparison:
        case "at_least":
            return there >= wanted
        case "at_most":
            return there <= wanted
        case "equals":
            return there == wanted
    return False


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < 10**9 else None

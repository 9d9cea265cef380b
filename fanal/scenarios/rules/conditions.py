"""Conditions as data: what they may ask, whether they are well made, and whether they hold."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import translate
from functools import lru_cache
from re import IGNORECASE, Pattern
from re import compile as compiled
from typing import Any

from fanal.scenarios.rules.contact import Contact

TEXT = ("equals", "not_equals", "one_of", "contains", "starts", "glob", "present", "absent")
CODE = ("equals", "not_equals", "one_of")
NUMBER = ("equals", "at_least", "at_most")
FLAG = ("yes", "no")
NEEDS_NO_VALUE = frozenset({"present", "absent", "yes", "no"})
LONGEST_VALUE = 500
MOST_STARS = 5

SORTS: Mapping[str, tuple[str, ...]] = {
    "channel": CODE,
    "account": CODE,
    "address": TEXT,
    "queue": CODE,
    "entry_page": TEXT,
    "given": TEXT,
    "order_number": TEXT,
    "card_number": ("present", "absent"),
    "account_number": TEXT,
    "form_topic": TEXT,
    "recognition": CODE,
    "assurance": NUMBER,
    "value_band": NUMBER,
    "open_case": FLAG,
    "open_order": FLAG,
    "known_order": FLAG,
    "language": CODE,
    "in_hours": FLAG,
}
"""What a condition may ask, and the comparisons that make sense for it."""


@dataclass(frozen=True, kw_only=True)
class Condition:
    """`field` names the given field when `what` is given."""

    what: str
    comparison: str
    value: str = ""
    field: str = ""


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """Whether one condition held. `found` is left out where it is what somebody typed about themselves."""

    condition: Condition
    holds: bool
    found: str = ""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What is wrong with the condition at `position` (from 0), as a code for the surface to word."""

    position: int
    code: str


def condition_from(data: Mapping[str, Any]) -> Condition:
    """Read a stored condition; `{"what": "given.topic", …}` is short for field topic of what was given."""
    what, field = str(data.get("what", "")), str(data.get("field", ""))
    if what.startswith("given."):
        what, field = "given", what.removeprefix("given.")
    value = data.get("value", "")
    text = ", ".join(str(part) for part in value) if isinstance(value, list | tuple) else str(value)
    return Condition(what=what, comparison=str(data.get("is", "")), value=text, field=field)


def check_conditions(conditions: Iterable[Any]) -> list[Problem]:
    """Everything that is wrong with stored conditions; empty when they are well made."""
    problems = []
    for position, data in enumerate(conditions):
        if not isinstance(data, Mapping):
            problems.append(Problem(position=position, code="not_a_condition"))
        elif code := _problem(condition_from(data)):
            problems.append(Problem(position=position, code=code))
    return problems


def _problem(condition: Condition) -> str:
    if condition.what not in SORTS:
        return "what_unknown"
    comparisons = SORTS[condition.what]
    if condition.comparison not in comparisons:
        return "comparison_unfit"
    if condition.what == "given" and not condition.field:
        return "field_missing"
    if condition.comparison in NEEDS_NO_VALUE:
        return ""
    if not condition.value.strip():
        return "value_missing"
    if len(condition.value) > LONGEST_VALUE:
        return "value_too_long"
    if comparisons is NUMBER and not condition.value.strip().isdecimal():
        return "number_expected"
    if condition.comparison == "glob" and condition.value.count("*") > MOST_STARS:
        return "too_many_stars"
    return ""


def judge(condition: Condition, contact: Contact, *, in_hours: bool) -> Judgement:
    """Compare one condition with a contact; `in_hours`: the scenario's own queue is open."""
    if _problem(condition):
        return Judgement(condition=condition, holds=False)
    found = _found(condition, contact, in_hours=in_hours)
    private = condition.what in ("given", "order_number", "card_number", "account_number", "address")
    return Judgement(condition=condition, holds=_holds(condition, found), found="" if private else str(found))


def _found(condition: Condition, contact: Contact, *, in_hours: bool) -> str | int | bool:
    match condition.what:
        case "given":
            return contact.given.get(condition.field, "")
        case "order_number" | "account_number":
            return contact.given.get(condition.what.removesuffix("_number"), "")
        case "form_topic":
            return contact.given.get("topic", "")
        case "card_number":
            return contact.given.get("card_hash", "")
        case "open_case":
            return contact.open_case is not None
        case "open_order":
            return contact.open_order is not None
        case "known_order":
            return contact.claimed_order is not None
        case "in_hours":
            return in_hours
        case _:
            found: str | int = getattr(contact, condition.what)
            return found


def _holds(condition: Condition, found: str | int | bool) -> bool:
    wanted = condition.value.strip().casefold()
    text = str(found).strip().casefold()
    match condition.comparison:
        case "yes":
            return bool(found)
        case "no":
            return not found
        case "present":
            return bool(text)
        case "absent":
            return not text
        case "equals":
            return text == wanted
        case "not_equals":
            return text != wanted
        case "one_of":
            return text in {part.strip() for part in wanted.split(",")}
        case "contains":
            return wanted in text
        case "starts":
            return text.startswith(wanted)
        case "glob":
            return bool(_glob(wanted).match(text[:LONGEST_VALUE]))
        case "at_least":
            return int(found) >= int(wanted)
        case "at_most":
            return int(found) <= int(wanted)
    return False


@lru_cache(maxsize=1000)
def _glob(pattern: str) -> Pattern[str]:
    """Shell-style: * and ?; brackets are taken literally. Python's translation is atomic, so no input makes it slow."""
    return compiled(translate(pattern.replace("[", "[[]")), IGNORECASE)

"""Advice in the reader's language: what it is, why in one sentence, and the conditions of a rule in words."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from fanal.cases.models import Priority
from fanal.deciding.models import AdviceRule, AdviceShown, What
from fanal.deciding.rules import Condition

PLACE = re.compile(r"\{(\w+)\}")
WHAT: dict[str, str | Promise] = {
    "value_band": gettext_lazy("Value of the customer"),
    "years": gettext_lazy("Years as a customer"),
    "holdings": gettext_lazy("Number of holdings"),
    "faults": gettext_lazy("Faults of the device"),
    "open_cases": gettext_lazy("Open cases"),
    "contacts": gettext_lazy("Contacts about the same"),
    "promises_missed": gettext_lazy("Promises missed"),
    "goodwill": gettext_lazy("Goodwill granted"),
    "goodwill_times": gettext_lazy("Times goodwill was granted"),
    "late_days": gettext_lazy("Days the order is late"),
    "order_total": gettext_lazy("Total of the order"),
    "category": gettext_lazy("Category"),
    "case_type": gettext_lazy("Case type"),
}
COMPARISONS: dict[str, str | Promise] = {
    "at_least": gettext_lazy("is at least"),
    "at_most": gettext_lazy("is at most"),
    "equals": gettext_lazy("is"),
    "one_of": gettext_lazy("is one of"),
    "not_equals": gettext_lazy("is not"),
}
PROBLEMS: dict[str, str | Promise] = {
    "not_a_condition": gettext_lazy("This line cannot be read as a condition."),
    "what_unknown": gettext_lazy("Choose what the condition asks about."),
    "comparison_unfit": gettext_lazy("This comparison does not fit what is asked. Choose another."),
    "value_missing": gettext_lazy("Say what to compare with."),
    "value_too_long": gettext_lazy("The value is too long. Use at most 200 characters."),
    "number_expected": gettext_lazy("Enter a number, such as 2."),
    "days_unfit": gettext_lazy("Days are for what counts in time only: at most 730."),
    "kind_unknown": gettext_lazy("A kind is for the number of holdings only."),
    "name_unknown": gettext_lazy("A sentence names something that the conditions do not ask about: {%(name)s}."),
    "limit_missing": gettext_lazy("Say how much, and in which currency."),
    "priority_missing": gettext_lazy("Choose the priority."),
    "queue_missing": gettext_lazy("Choose the queue."),
    "offer_missing": gettext_lazy("Say what to offer."),
}
ALWAYS_THERE = frozenset({"customer", "limit", "currency", "queue", "priority"})


def title(row: AdviceShown | AdviceRule, *, offer: Mapping[str, str]) -> str:
    """What is advised, in a few words."""
    match row.what:
        case What.GOODWILL:
            return _("Goodwill up to %(amount)s %(currency)s") % {"amount": money(row.limit), "currency": row.currency}
        case What.PRIORITY:
            return _("Priority: %(priority)s") % {"priority": Priority(row.priority or Priority.NORMAL).label}
        case What.HAND_OVER:
            return _("Hand over to %(queue)s") % {"queue": row.queue.name if row.queue else "–"}
        case What.OFFER:
            return in_own_language(offer) or str(What.OFFER.label)
        case _:
            return str(What(row.what).label)


def why(row: AdviceShown, rule: AdviceRule, *, customer: str) -> str:
    """One sentence with the numbers in it: the rule's own, or what was asked and found."""
    values = {
        **{name: str(value) for name, value in row.facts.items()},
        "customer": customer,
        "limit": money(row.limit),
        "currency": row.currency,
        "queue": row.queue.name if row.queue else "",
        "priority": str(Priority(row.priority).label) if row.priority else "",
    }
    if written := in_own_language(rule.sentences):
        return PLACE.sub(lambda found: values.get(found[1], "–"), written)
    asked = [f"{WHAT[name]}: {value}" for name, value in row.facts.items() if name in WHAT]
    return " · ".join(asked) or _("The rule «%(rule)s» holds for everybody.") % {"rule": rule.name}


def names_in(sentence: str) -> set[str]:
    return set(PLACE.findall(sentence))


def names_for(conditions: list[Condition]) -> frozenset[str]:
    """What the sentence of a rule with these conditions may name."""
    asked = {one.what for one in conditions}
    days = {f"{one.what}_days" for one in conditions if one.within}
    return ALWAYS_THERE | asked | days | ({"device", "months"} if "faults" in asked else set())


def condition(asked: Condition) -> str:
    """«Faults of the device in 365 days is at least 3»."""
    words: dict[str, Any] = {
        "what": WHAT.get(asked.what, asked.what),
        "comparison": COMPARISONS.get(asked.comparison, asked.comparison),
        "value": asked.value,
        "days": asked.within,
        "kind": asked.field,
    }
    if asked.field:
        return _("%(what)s (%(kind)s) %(comparison)s “%(value)s”") % words
    if asked.within:
        return _("%(what)s in %(days)s days %(comparison)s “%(value)s”") % words
    return _("%(what)s %(comparison)s “%(value)s”") % words


def problem(code: str, **words: str) -> str:
    return str(PROBLEMS.get(code, _("Something is not right here."))) % words


def in_own_language(texts: Mapping[str, str]) -> str:
    """The text in the reader's language, else in English, else in any."""
    own = (get_language() or "en").split("-")[0]
    return texts.get(own) or texts.get("en") or next(iter(texts.values()), "")


def money(amount: Decimal | None) -> str:
    return "" if amount is None else formats.number_format(amount, 2)

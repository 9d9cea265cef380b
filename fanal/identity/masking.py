"""How a field is shown to those who may not see it: on a page, in a search result, in an export."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from fanal.holdings.models import HoldingKind
from fanal.identity.rules import Decision, may_see
from fanal.norms import digits

DOTS = "••••"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A field for a template: the text to show, and, when it is masked, the sentence that says why."""

    text: str
    masked: bool = False
    why: str = ""

    def __str__(self) -> str:
        return self.text


def shown(value: Any, *, what: str, role_field_classes: Collection[str], assurance: int, hint: bool = False) -> Shown:
    """The value if it may be seen, else dots; `hint` keeps the last digits or the domain, to tell two apart."""
    decision = may_see(what, role_field_classes=role_field_classes, assurance=assurance)
    text = "" if value is None else str(value)
    if decision.allowed or not text:
        return Shown(text=text)
    return Shown(text=masked(text) if hint else DOTS, masked=True, why=why_not(decision))


def masked(text: str) -> str:
    """Enough to tell two apart and no more: the last four digits, or the first letter and the domain."""
    if "@" in text:
        local, _at, domain = text.rpartition("@")
        return f"{local[:1]}{DOTS}@{domain}"
    return last_four(text)


def last_four(number: str) -> str:
    """•••• 4821; only dots when there are hardly more digits than that."""
    figures = digits.only(number)
    if len(figures) == 4 and figures == number:  # a card keeps nothing else
        return f"{DOTS} {figures}"
    return f"{DOTS} {figures[-4:]}" if len(figures) > 6 else DOTS


def holding_number(kind: str, number: str) -> str:
    """What tells a holding apart: an account and a card by their last digits, anything else by the whole number."""
    return last_four(number) if kind in (HoldingKind.ACCOUNT, HoldingKind.CARD) else number


def exported(value: Any, *, what: str, role_field_classes: Collection[str]) -> str:
    """A field in a file: by role alone, since nobody is being talked to; never a hint."""
    gate = may_see(what, role_field_classes=role_field_classes, assurance=3)
    return ("" if value is None else str(value)) if gate.allowed else DOTS


def why_not(decision: Decision) -> str:
    """The sentence for a refused field or action."""
    match decision.why:
        case "role":
            return _("Your role does not show this.")
        case "verify" if decision.least == 3:
            return _("Verify first: ask the questions that prove who it is.")
        case "verify" if decision.least == 2:
            return _("Find out first who it is: one claim is not enough.")
        case "verify":
            return _("Find out first who it is.")
        case "powers":
            return _("This person has no power to do that for somebody else.")
        case "powers_ended":
            return _("The power to act for this person has ended.")
        case _:
            return _("This is not shown.")

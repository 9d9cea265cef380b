"""What an action is given: the locked target, the checked fields, the time and who does it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fanal.agents.models import Agent
from fanal.customers.models import ContactPoint, Customer
from fanal.holdings.models import Holding, Order
from fanal.scenarios.rules import Refused

Target = Holding | Order | ContactPoint | Customer
Outcome = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Doing:
    """`fields` have passed the generic checks (present, not too long)."""

    target: Target | None
    fields: Mapping[str, str]
    now: datetime
    by: Agent | None

    @property
    def holding(self) -> Holding:
        if not isinstance(self.target, Holding):
            raise Refused("target")
        return self.target

    @property
    def order(self) -> Order:
        if not isinstance(self.target, Order):
            raise Refused("target")
        return self.target

    @property
    def contact_point(self) -> ContactPoint:
        if not isinstance(self.target, ContactPoint):
            raise Refused("target")
        return self.target


Act = Callable[[Doing], Outcome]
"""Does it within the caller's transaction and says what came out: codes, no personal data. Raises Refused."""


def what_was_filled_in(doing: Doing) -> Mapping[str, str]:
    """What a back office is told of most actions."""
    return {code: text for code, text in doing.fields.items() if text}


def kind_of(target: Target | None) -> str:
    """The kind by which the catalogue asks for it."""
    match target:
        case None:
            return "nothing"
        case Holding():
            return target.kind
        case Order():
            return "order"
        case ContactPoint():
            return "contact_point"
        case Customer():
            return "customer"


def customer_of(target: Target | None) -> Customer | None:
    match target:
        case None:
            return None
        case Customer():
            return target
        case _:
            return target.customer


def label_of(target: Target | None) -> str:
    """What a case's subject calls it: enough to recognise it, never a whole account or card number."""
    match target:
        case Holding(kind="account" | "card"):
            return f"•••• {target.number[-4:]}"
        case Holding() | Order():
            return target.number
        case _:
            return ""

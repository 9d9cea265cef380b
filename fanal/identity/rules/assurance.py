"""How sure we are who it is, and what that allows: the ladder, and the least each field class needs.

| assurance | what it rests on |
|---|---|
| none | nothing, or a name, a postcode, a language: these point at nobody by themselves |
| claimed | one thing that was typed: an order, card or account number, e-mail, phone; a shared line; a contradiction |
| matched | an address the channel shows and that is one person's (caller, From, messenger); two claims that agree |
| verified | signed by the host site, signed in with us, or verification questions answered |

Two claims are independent when one does not come with the other: an order number and its tracking number are one. A
date of birth counts beside another claim. An agent who picks a candidate relies on the candidate's own evidence.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

NONE, CLAIMED, MATCHED, VERIFIED = range(4)

# Field class to the least assurance; the role must name the classes of GATED_BY_ROLE as well.
LEAST: Mapping[str, int] = MappingProxyType(
    {
        "name": NONE,
        "orders": CLAIMED,
        "cases": CLAIMED,
        "contact": MATCHED,
        "address": MATCHED,
        "devices": MATCHED,
        "personal": VERIFIED,
        "financial": VERIFIED,
    }
)
GATED_BY_ROLE: Mapping[str, str] = MappingProxyType(
    {"contact": "contact", "address": "contact", "personal": "personal", "financial": "financial"}
)


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Whether, and why not: role (never for this role), verify (with more assurance), powers, or unknown_field."""

    allowed: bool
    why: str = ""
    least: int = NONE

    def __bool__(self) -> bool:
        return self.allowed


def may_see(what: str, *, role_field_classes: Collection[str], assurance: int, least: int | None = None) -> Decision:
    """Whether someone of a role, talking to a person of this assurance, may see a field class (or do an action).

    For an action pass its own `least`. What is not in the table is refused.
    """
    needed = LEAST.get(what) if least is None else least
    if needed is None:
        return Decision(allowed=False, why="unknown_field", least=VERIFIED)
    gate = GATED_BY_ROLE.get(what)
    if gate is not None and gate not in role_field_classes:
        return Decision(allowed=False, why="role", least=needed)
    if assurance < needed:
        return Decision(allowed=False, why="verify", least=needed)
    return Decision(allowed=True, least=needed)


def may_act_for(
    action: str, *, powers: Collection[str], own_assurance: int, least: int, ends_on: date | None, today: date
) -> Decision:
    """Whether a representative may do this for the person represented.

    It is the representative's own identity that must be sure enough; the powers say the rest. Knowing everything
    about the represented person gives no power.
    """
    if ends_on is not None and ends_on < today:
        return Decision(allowed=False, why="powers_ended", least=least)
    if action not in powers and "*" not in powers:
        return Decision(allowed=False, why="powers", least=least)
    if own_assurance < least:
        return Decision(allowed=False, why="verify", least=least)
    return Decision(allowed=True, least=least)

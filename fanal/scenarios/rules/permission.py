"""Whether a named action may be done now, by this one, for that customer."""

from dataclasses import dataclass


class Refused(Exception):
    """The action was not done; `code` says why (its wording is the surface's), `field` which input, if one."""

    def __init__(self, code: str, *, field: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.field = field


@dataclass(frozen=True, kw_only=True)
class Asking:
    """Everything the decision needs. Assurance is about the customer whose thing it is, 0 none … 3 verified.

    `own_assurance` is about a representative: who knows all about another person is not thereby their son.
    """

    action: str
    least_assurance: int
    assurance: int
    own_assurance: int
    for_representatives: bool
    spoken_for: bool
    powers: frozenset[str]
    may_handle: bool
    sees_fields: bool
    target_fits: bool
    needs_contact: bool
    in_contact: bool


def check(asking: Asking) -> None:
    """Raises Refused with the first reason against, from the most general to the most particular."""
    if not asking.may_handle:
        raise Refused("role")
    if not asking.target_fits:
        raise Refused("target")
    if not asking.sees_fields:
        raise Refused("field_class")
    if asking.needs_contact and not asking.in_contact:
        raise Refused("needs_contact")
    if asking.spoken_for and not asking.for_representatives:
        raise Refused("not_for_representatives")
    if asking.spoken_for and not asking.powers & {asking.action, "*"}:
        raise Refused("no_power")
    if asking.spoken_for and asking.own_assurance < asking.least_assurance:
        raise Refused("assurance")
    if asking.in_contact and asking.assurance < asking.least_assurance:
        raise Refused("assurance")

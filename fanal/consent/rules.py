"""The gate in front of everything outbound: whether there is a right to contact this person for this purpose."""

from dataclasses import dataclass

OWN_CONTACT = "own_contact"
BROUGHT_IN = "brought_in"
"""Somebody of ours brings a third person into a matter, as a copy or by handing it on, and answers for it."""
ASKED = "asked_for_it"
"""They asked to be called, in a call from that very number: a number that anybody may show who has a line."""
CONTRACT = "contract"
EMPLOYMENT = "employment"

BASES: dict[str, frozenset[str]] = {
    "reply": frozenset({OWN_CONTACT, BROUGHT_IN, ASKED}),
    "service": frozenset({CONTRACT}),
    "security": frozenset({CONTRACT, EMPLOYMENT}),
    "marketing": frozenset(),
}


class NotAllowed(Exception):
    """There is no right to this contact; `code` says why, and consent.wording says it to a person."""

    def __init__(self, code: str, address: str = "") -> None:
        super().__init__(code)
        self.code, self.address = code, address


@dataclass(frozen=True, kw_only=True)
class Request:
    """A wish to contact: the purpose, the legal basis claimed for it, and the suppressions found on the address."""

    purpose: str
    basis: str
    address: str
    suppressed_for: frozenset[str] = frozenset()


def refusal(request: Request) -> str:
    """Why the contact is refused, as a code; empty when it is allowed.

    A reply to the person's own contact and a security message pass a suppression that names another purpose;
    a suppression without a purpose stops everything but the reply that the person is waiting for: a third person who
    is brought in waits for none, and of a call whose number is shown nobody knows that it was theirs.
    """
    if request.purpose not in BASES:
        return "unknown_purpose"
    if request.purpose == "marketing":
        return "marketing_without_consent"
    if request.basis not in BASES[request.purpose]:
        return "no_basis"
    if not request.address:
        return "no_address"
    if request.purpose in request.suppressed_for:
        return "suppressed"
    unproven = request.purpose == "service" or request.basis in (BROUGHT_IN, ASKED)
    if "" in request.suppressed_for and unproven:
        return "suppressed"
    return ""

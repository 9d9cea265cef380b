"""What resolve() reasons with: what was said or shown, what we know of the people it may be, and its answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any


class Lane(StrEnum):
    """One kind of evidence that can point at a customer. Seen: heard from at this address before, e.g. this browser."""

    PHONE = "phone"
    EMAIL = "email"
    HANDLE = "handle"
    SEEN = "seen"
    HOST = "host"
    SIGN_IN = "sign_in"
    ORDER = "order"
    TRACKING = "tracking"
    HOLDING = "holding"
    CARD = "card"


class Source(StrEnum):
    """Where a piece of evidence comes from, which is what it is worth."""

    TYPED = "typed"
    CHANNEL = "channel"
    SIGNED = "signed"


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Everything a contact brings that may say who it is, as it was given.

    Typed by the visitor, therefore claims: phone, email, name, order_number, tracking_number, account_number (of any
    account, contract or device), card_hash, born_on, postcode.
    Shown by the channel: caller_number, from_address, handle.
    Proven: signed_external_id (signed by the host site), signed_in_customer (signed in with us).
    `region` is the ISO code of the country in which numbers without a country code are read.
    """

    phone: str = ""
    email: str = ""
    caller_number: str = ""
    from_address: str = ""
    handle: str = ""
    signed_external_id: str = ""
    signed_in_customer: int | None = None
    name: str = ""
    order_number: str = ""
    tracking_number: str = ""
    account_number: str = ""
    card_hash: str = ""
    born_on: date | None = None
    postcode: str = ""
    language: str = ""
    region: str = ""
    practice: bool = False

    def untyped(self) -> "Evidence":
        """What the channel shows and the host signs, without anything that the visitor typed."""
        return Evidence(
            caller_number=self.caller_number,
            from_address=self.from_address,
            handle=self.handle,
            signed_external_id=self.signed_external_id,
            signed_in_customer=self.signed_in_customer,
            region=self.region,
            practice=self.practice,
        )


@dataclass(frozen=True, kw_only=True)
class Match:
    """One piece of evidence that meets a customer. `shared`: marked as a household's line or a company's address."""

    lane: Lane
    source: Source
    shared: bool = False
    state: str = ""


@dataclass(frozen=True, kw_only=True)
class Person:
    """What is known of one customer whom some evidence points at (a merged one already replaced by the survivor)."""

    customer_id: int
    name: str
    matches: tuple[Match, ...]
    language: str = ""
    born_on: date | None = None
    postcode: str = ""
    last_contact_at: datetime | None = None
    heard_from_here: bool | None = None
    open_orders: int = 0
    open_cases: int = 0
    household: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why, as a code and the numbers or codes that belong to it; never personal data. Wording makes the sentence."""

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, **self.values}


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """Somebody it may be. `assurance` is what a person who picks this candidate may rely on."""

    customer_id: int
    likelihood: float
    assurance: int
    reasons_for: tuple[Reason, ...]
    reasons_against: tuple[Reason, ...]

    def as_row(self) -> dict[str, Any]:
        """As interactions.actions.set_candidates takes and keeps it."""
        return {
            "customer_id": self.customer_id,
            "likelihood": self.likelihood,
            "reasons_for": [reason.as_json() for reason in self.reasons_for],
            "reasons_against": [reason.as_json() for reason in self.reasons_against],
        }


@dataclass(frozen=True, kw_only=True)
class Resolution:
    """The answer. `customer_id` is set when recognition is known, and only then."""

    recognition: str
    assurance: int
    why: str
    customer_id: int | None = None
    candidates: tuple[Candidate, ...] = ()
    someone_else: float = 1.0

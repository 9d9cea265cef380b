"""An arriving contact as the scenarios see it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from fanal.identity.rules.assurance import MATCHED


@dataclass(frozen=True, kw_only=True)
class Contact:
    """What is known when a contact arrives. Ids under `found` are what its claims point at; None: nothing.

    `recognition` is known, ambiguous or unknown; `assurance` 0 none … 3 verified; `open_queues` the codes of the
    queues whose calendar is open at this moment.
    """

    channel: str
    account: str = ""
    address: str = ""
    queue: str = ""
    entry_page: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
    recognition: str = "unknown"
    assurance: int = 0
    value_band: int = 0
    language: str = ""
    open_queues: frozenset[str] = frozenset()
    customer: int | None = None
    claimed_order: int | None = None
    claimed_holding: int | None = None
    claimed_order_is_own: bool = False
    open_order: int | None = None
    open_case: int | None = None
    last_agent: int | None = None
    case_owner: int | None = None


def as_routed(contact: Contact) -> Contact:
    """The contact without what is merely claimed: from this the queue, the priority and the colleague are chosen.

    Whoever types a number would otherwise learn from where they wait, and how long, whether it exists and whose it is.
    """
    if contact.assurance >= MATCHED:
        return contact if contact.claimed_order_is_own else replace(contact, claimed_order=None)
    return replace(
        contact,
        recognition="unknown",
        assurance=0,
        value_band=0,
        customer=None,
        claimed_order=None,
        claimed_holding=None,
        open_order=None,
        open_case=None,
        last_agent=None,
        case_owner=None,
    )

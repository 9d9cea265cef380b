"""An arriving contact as the scenarios see it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


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
    open_order: int | None = None
    open_case: int | None = None
    last_agent: int | None = None
    case_owner: int | None = None

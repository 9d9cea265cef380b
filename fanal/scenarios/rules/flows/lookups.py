"""What a flow may look up, and opening hours: what each needs to know, what can come of it, and what it then tells."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fanal.language.spoken import Sort

FOUND, NOT_FOUND, NOT_SURE = "found", "not_found", "not_sure"


@dataclass(frozen=True, kw_only=True)
class Known:
    """A named lookup. `takes`: what must have been gathered; `gives`: what is told when it was found.

    `shows`: the class of data, which says how sure one must be who it is (identity.rules.assurance).
    `example`: what the simulator tells where there is nothing to look at.
    """

    takes: tuple[str, ...] = ()
    branches: tuple[str, ...] = (FOUND, NOT_FOUND)
    gives: Mapping[str, Sort] = field(default_factory=dict)
    shows: str = ""
    example: Mapping[str, str] = field(default_factory=dict)


LOOKUPS: Mapping[str, Known] = {
    "order_state": Known(
        takes=("order",),
        gives={
            "order_number": Sort.DIGITS, "order_state": Sort.TEXT, "order_state_code": Sort.TEXT,
            "promised_on": Sort.DATE, "delivered_on": Sort.DATE,
        },
        shows="orders",
        example={
            "order_number": "HL-700110", "order_state": "On its way", "order_state_code": "shipped",
            "promised_on": "2026-11-24", "delivered_on": "",
        },
    ),
    "open_order": Known(
        branches=(FOUND, NOT_FOUND, NOT_SURE),
        gives={
            "order_number": Sort.DIGITS, "order_state": Sort.TEXT, "order_state_code": Sort.TEXT,
            "promised_on": Sort.DATE, "delivered_on": Sort.DATE,
        },
        shows="contact",
        example={
            "order_number": "HL-700110", "order_state": "On its way", "order_state_code": "shipped",
            "promised_on": "2026-11-24", "delivered_on": "",
        },
    ),
    "balance": Known(
        takes=("account",),
        branches=(FOUND, NOT_FOUND, NOT_SURE),
        gives={"balance": Sort.MONEY, "balance_on": Sort.DATE},
        shows="financial",
        example={"balance": "120.50 EUR", "balance_on": "2026-11-22"},
    ),
}  # fmt: skip
"""The functions that really look are in `scenarios/looking_up.py`, one for each of these."""

OPENING = Known(
    branches=("open", "closed"),
    gives={"opens_on": Sort.DATE, "opens_at": Sort.TIME},
    example={"opens_on": "2026-11-23", "opens_at": "09:00"},
)
"""Opening hours, of which the next opening is known while we are closed."""

ALWAYS_KNOWN: Mapping[str, Sort] = {"caller": Sort.DIGITS, "called": Sort.DIGITS}
"""What the call brings along: the number it comes from, and the one that was called."""

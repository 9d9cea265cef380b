"""Give the demo's back office what the demo company's customers hold, in its own words; some of it newer than ours."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from fanal.demo.back_office.describing import CARD_WORDS, ORDER_WORDS
from fanal.demo.back_office.store import Store
from fanal.holdings.models import Fault, Holding, HoldingKind, Order, OrderStep

THEIRS = {ours: theirs for theirs, ours in {**ORDER_WORDS, **CARD_WORDS}.items()}
Things = Iterator[tuple[str, str, Any]]


def fill(path: Path) -> int:
    """How many things it knows now."""
    store = Store(path)
    try:
        return store.fill([*_orders(), *_holdings()])
    finally:
        store.close()


def _orders() -> Things:
    way = defaultdict(list)
    for order, state, at, place, note in OrderStep.objects.values_list("order_id", "state", "at", "place", "note"):
        way[order].append({"status": _word(state), "at": at.isoformat(), "place": place, "note": note})
    for row in Order.objects.filter(customer__practice=False).iterator():
        yield "order", row.number, {
            "status": _word(row.state),
            "promised": row.promised_on.isoformat() if row.promised_on else None,
            "carrier": {"name": row.carrier, "number": row.tracking_number},
            "deliver_to": row.deliver_to,
            "way": way[row.pk],
        }  # fmt: skip


def _holdings() -> Things:
    faults = defaultdict(list)
    for row in Fault.objects.order_by("reported_at"):
        faults[row.device_id].append(
            {
                "code": row.code,
                "text": row.description,
                "reported": row.reported_at.isoformat(),
                "settled": row.settled_at.isoformat() if row.settled_at else None,
                "remedy": row.remedy,
            }
        )
    for held in Holding.objects.filter(customer__practice=False).select_related("parent").iterator():
        match held.kind:
            case HoldingKind.ACCOUNT:
                # The bank has booked something that nobody here has seen.
                amount = (held.balance or Decimal(0)) - Decimal("12.40")
                money = {"amount": str(amount), "currency": held.currency}
                yield "account", held.number, {"balance": money, "state": _word(held.state)}
            case HoldingKind.CARD:
                parent = held.parent.number if held.parent else ""
                yield "card", f"{parent}/{held.number}", {"state": _word(held.state)}
            case HoldingKind.DEVICE:
                yield "device", held.number, {"state": _word(held.state), "faults": faults[held.pk]}


def _word(state: str) -> str:
    return THEIRS.get(state, str(state))

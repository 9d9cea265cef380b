"""What can be done in the back office, and what it refuses, in its own words and not in fanal's."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from fanal.demo.back_office.store import Store

STILL_HERE = ("received", "paid", "packed")
Given = Mapping[str, Any]
Said = tuple[int, dict[str, Any]]


def no(why: str, status: int = 409) -> Said:
    return status, {"result": "refused", "why": why}


def ok(**more: Any) -> Said:
    return 200, {"result": "ok", **more}


def cancel(store: Store, number: str, given: Given) -> Said:
    order = store.thing("order", number)
    if order is None:
        return no("No such order.", 404)
    if order["status"] not in STILL_HERE:
        return no("The parcel has left the warehouse." if order["status"] != "void" else "It was cancelled before.")
    order["status"] = "void"
    _stamp(order, "void", str(given.get("reason") or ""))
    store.keep("order", number, order)
    return ok()


def send_elsewhere(store: Store, number: str, given: Given) -> Said:
    order, to = store.thing("order", number), str(given.get("to") or "").strip()
    if order is None:
        return no("No such order.", 404)
    if order["status"] not in STILL_HERE:
        return no("The parcel has left the warehouse.")
    if len(to) < 8:
        return no("The carrier needs a whole address.", 422)
    order["deliver_to"] = to
    store.keep("order", number, order)
    return ok()


def change_quantity(store: Store, number: str, given: Given) -> Said:
    order = store.thing("order", number)
    if order is None:
        return no("No such order.", 404)
    if order["status"] not in STILL_HERE:
        return no("The parcel has left the warehouse.")
    order["quantity"] = str(given.get("quantity") or "")
    store.keep("order", number, order)
    return ok()


def block(store: Store, number: str, given: Given) -> Said:
    return _turn_card(store, number, "in use", "blocked", "The card is not in use.")


def unblock(store: Store, number: str, given: Given) -> Said:
    return _turn_card(store, number, "blocked", "in use", "The card is not blocked.")


def place(store: Store, _: str, given: Given) -> Said:
    if not given.get("product") or not given.get("customer"):
        return no("Who wants what?", 422)
    number = store.next_number()
    order = {
        "number": number,
        "status": "received",
        "deliver_to": str(given.get("to") or ""),
        "product": given["product"],
        "quantity": given.get("quantity") or "1",
        "way": [],
    }
    _stamp(order, "received", "")
    store.keep("order", number, order)
    return ok(number=number)


ACTS: Mapping[tuple[str, str], tuple[str, Callable[[Store, str, Given], Said]]] = {
    ("orders", "cancellation"): ("cancellation", cancel),
    ("orders", "address"): ("address", send_elsewhere),
    ("orders", "quantity"): ("quantity", change_quantity),
    ("orders", ""): ("order", place),
    ("cards", "block"): ("block", block),
    ("cards", "unblock"): ("unblock", unblock),
}


def act(store: Store, *, what: tuple[str, str], number: str, given: Given, key: str) -> Said:
    """Do it once: under a key that came before, the answer is the one of then, and nothing is done again."""
    if not key:
        return no("A key is needed, so that nothing is done twice.", 400)
    name, doing = ACTS[what]
    with store.whole():
        if before := store.answer_under(key):
            return before
        status, said = doing(store, number, given)
        store.remember(key, status, said)
        if status == 200:
            store.note(name, number or str(said.get("number")))
        return status, said


def _turn_card(store: Store, number: str, before: str, after: str, otherwise: str) -> Said:
    card = store.thing("card", number)
    if card is None:
        return no("No such card.", 404)
    if card["state"] != before:
        return no(otherwise)
    store.keep("card", number, {**card, "state": after})
    return ok()


def _stamp(order: dict[str, Any], status: str, note: str) -> None:
    order.setdefault("way", []).append({"status": status, "at": datetime.now(UTC).isoformat(), "note": note})

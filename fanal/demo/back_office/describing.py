"""How fanal asks the demo's back office: the rows of its configuration, as an administrator would write them."""

from typing import Any

from fanal.demo.back_office.server import SECRET

HOST = "back-office.demo.example"
AT = f"http://{HOST}"
ORDER_WORDS = {
    "received": "placed", "in transit": "shipped", "void": "cancelled", "came back": "returned",
}  # fmt: skip
CARD_WORDS = {"in use": "active"}
ANSWER = {"done": "result", "done_is": "ok", "refusal": "why"}

SOURCES: dict[str, dict[str, Any]] = {
    "orders": {
        "name": "Shop: orders",
        "kinds": ["order", "customer"],
        "address": f"{AT}/orders/{{number}}",
        "paths": {
            "state": "order.status", "promised_on": "order.promised", "carrier": "order.carrier.name",
            "tracking_number": "order.carrier.number", "deliver_to": "order.deliver_to", "as_of": "as_of",
            "steps": "order.way", "steps.state": "status",
        },
        "words": ORDER_WORDS,
        "actions": {
            "cancel_order": (f"{AT}/orders/{{number}}/cancellation", {"reason": "{reason}"}),
            "change_delivery_address": (f"{AT}/orders/{{number}}/address", {"to": "{deliver_to}"}),
            "change_quantity": (f"{AT}/orders/{{number}}/quantity", {"quantity": "{quantity}"}),
            "place_order": (
                f"{AT}/orders",
                {"customer": "{customer}", "product": "{product}", "quantity": "{quantity}", "to": "{deliver_to}"},
            ),
        },
    },
    "accounts": {
        "name": "Bank: accounts",
        "kinds": ["account"],
        "address": f"{AT}/accounts/{{number}}",
        "paths": {
            "balance": "account.balance.amount", "currency": "account.balance.currency", "state": "account.state",
            "as_of": "as_of",
        },
        "words": CARD_WORDS,
        "actions": {},
    },
    "cards": {
        "name": "Bank: cards",
        "kinds": ["card"],
        "address": f"{AT}/cards/{{parent}}/{{number}}",
        "paths": {"state": "card.state", "as_of": "as_of"},
        "words": CARD_WORDS,
        "actions": {
            "block_card": (f"{AT}/cards/{{parent}}/{{number}}/block", {}),
            "unblock_card": (f"{AT}/cards/{{parent}}/{{number}}/unblock", {}),
        },
    },
    "devices": {
        "name": "Service: devices",
        "kinds": ["device"],
        "address": f"{AT}/devices/{{number}}",
        "paths": {
            "state": "device.state", "as_of": "as_of", "faults": "device.faults", "faults.description": "text",
            "faults.reported_at": "reported", "faults.settled_at": "settled",
        },
        "words": CARD_WORDS,
        "actions": {},
    },
}  # fmt: skip


def credential() -> tuple[str, str]:
    return "Authorization", f"Bearer {SECRET}"

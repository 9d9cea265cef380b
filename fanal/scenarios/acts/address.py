"""Send an order somewhere else while it is still with us."""

from collections.abc import Mapping

from fanal.scenarios.acts.doing import Doing, Outcome
from fanal.scenarios.acts.orders import CAN_BE_CANCELLED as STILL_WITH_US
from fanal.scenarios.rules import Refused

SHORTEST = 8


def preview(doing: Doing) -> Mapping[str, str]:
    """The address before and after, as it would be kept; raises Refused as the change would."""
    order = doing.order
    if order.state not in STILL_WITH_US:
        raise Refused("order_on_its_way")
    address = ", ".join(line.strip(" ,") for line in doing.fields["deliver_to"].splitlines() if line.strip(" ,"))
    if len(address) < SHORTEST or not any(letter.isalpha() for letter in address):
        raise Refused("address_incomplete", field="deliver_to")
    if address == order.deliver_to:
        raise Refused("nothing_changes", field="deliver_to")
    return {"before": order.deliver_to, "after": address}


def change(doing: Doing) -> Outcome:
    doing.order.deliver_to = preview(doing)["after"]
    doing.order.save(update_fields=["deliver_to"])
    return {"code": "address_changed"}


def sent(doing: Doing) -> Mapping[str, str]:
    """What a back office is told: the address on one line."""
    return {"deliver_to": preview(doing)["after"]}

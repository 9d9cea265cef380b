"""Where an order is, and calling it off."""

from django.utils import timezone

from fanal.holdings.models import Order, OrderState, OrderStep
from fanal.scenarios.acts.doing import Doing, Outcome, Target
from fanal.scenarios.rules import Refused

CAN_BE_CANCELLED = frozenset({OrderState.PLACED, OrderState.PAID, OrderState.PACKED})


def still_with_us(target: Target | None) -> bool:
    return isinstance(target, Order) and target.state in CAN_BE_CANCELLED


def look_up(doing: Doing) -> Outcome:
    """Ask the carrier where it is: the demo's parcels are tracked here, so their steps are the answer."""
    order = doing.order
    order.asked_at = doing.now
    order.save(update_fields=["asked_at"])
    late = bool(order.promised_on and order.delivered_at is None and order.promised_on < timezone.localdate(doing.now))
    late = late and order.state not in (OrderState.CANCELLED, OrderState.RETURNED)
    return {"code": "order_looked_up", "state": order.state, "late": late}


def cancel(doing: Doing) -> Outcome:
    order = doing.order
    if order.state == OrderState.CANCELLED:
        raise Refused("order_already_cancelled")
    if order.state not in CAN_BE_CANCELLED:
        raise Refused("order_on_its_way")
    before = order.state
    order.state = OrderState.CANCELLED
    order.save(update_fields=["state"])
    OrderStep.objects.create(order=order, state=OrderState.CANCELLED, at=doing.now, note=doing.fields.get("reason", ""))
    return {"code": "order_cancelled", "state_before": before}

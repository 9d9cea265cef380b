"""Take an order, and change how much of it there is while it is still with us."""

from secrets import token_hex

from fanal.customers.models import Customer
from fanal.holdings.models import Order, OrderLine, OrderState, OrderStep, Product
from fanal.scenarios.acts.doing import Doing, Outcome
from fanal.scenarios.acts.orders import CAN_BE_CANCELLED
from fanal.scenarios.rules import Refused

MOST = 99


def place(doing: Doing) -> Outcome:
    """`number` is what a back office calls it; an order that is kept here alone gets one of its own."""
    customer = doing.target
    if not isinstance(customer, Customer):
        raise Refused("target")
    product = Product.objects.filter(code=doing.fields["product"]).first()
    if product is None:
        raise Refused("product_unknown", field="product")
    quantity = _quantity(doing)
    order = Order.objects.create(
        customer=customer,
        number=doing.fields.get("number") or f"F-{token_hex(4).upper()}",
        state=OrderState.PLACED,
        placed_at=doing.now,
        deliver_to=" ".join(doing.fields["deliver_to"].split()),
    )
    OrderLine.objects.create(order=order, product=product, quantity=quantity)
    OrderStep.objects.create(order=order, state=OrderState.PLACED, at=doing.now)
    return {"code": "order_placed", "order": order.pk}


def change(doing: Doing) -> Outcome:
    order = doing.order
    if order.state not in CAN_BE_CANCELLED:
        raise Refused("order_on_its_way")
    lines = list(order.lines.all()[:2])
    if len(lines) != 1:
        raise Refused("several_lines")
    quantity = _quantity(doing)
    if quantity == lines[0].quantity:
        raise Refused("nothing_changes", field="quantity")
    lines[0].quantity = quantity
    lines[0].save(update_fields=["quantity"])
    order.total = quantity * lines[0].price
    order.save(update_fields=["total"])
    return {"code": "order_changed"}


def _quantity(doing: Doing) -> int:
    given = doing.fields["quantity"]
    if not (given.isascii() and given.isdigit() and 1 <= int(given[:4]) <= MOST):
        raise Refused("quantity_unreadable", field="quantity")
    return int(given)

"""Orders for programs: what was ordered, and how far it has come."""

from typing import Annotated

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Path, Router
from pydantic import StringConstraints

from fanal.api.callers import caller, needs
from fanal.api.problems import Problem
from fanal.api.records.customers import LOOKS
from fanal.api.records.shapes import OrderLineOut, OrderOut, OrderStepOut
from fanal.customers.survivors import survivors_of
from fanal.holdings.models import Order

Number = Annotated[str, StringConstraints(pattern=r"^[^\x00]{1,30}$")]
router = Router(auth=needs(*LOOKS))


@router.get("/orders/{number}", response=OrderOut, summary="One order with its lines and its way")
def order(request: HttpRequest, number: Path[Number]) -> OrderOut:
    who = caller(request)
    rows = Order.objects.visible_to(who.agent).prefetch_related("lines__product", "steps")
    row = rows.filter(number=number).first()
    if row is None:
        raise Problem(404, "not_found", _("There is no such order."))
    owner = survivors_of([row.customer_id])[row.customer_id]
    who.put_on_record(owner)
    return OrderOut(
        number=row.number,
        customer=owner,
        state=row.state,
        placed_at=row.placed_at,
        promised_on=row.promised_on,
        delivered_at=row.delivered_at,
        total=row.total,
        currency=row.currency,
        carrier=row.carrier,
        tracking_number=row.tracking_number,
        deliver_to=who.shown(row.deliver_to, "address"),
        lines=[
            OrderLineOut(product=line.product.code, name=line.product.name, quantity=line.quantity, price=line.price)
            for line in row.lines.all()
        ],
        steps=[
            OrderStepOut(state=step.state, at=step.at, place=step.place, note=step.note) for step in row.steps.all()
        ],
    )

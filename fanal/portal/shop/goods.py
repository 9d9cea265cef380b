"""What the demo shop shows: goods with what they last cost, its customers, and their orders on their way."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Max, Prefetch, QuerySet

from fanal.customers.models import Customer
from fanal.holdings.models import Order, OrderState, OrderStep, Product

GUESTS = r"^shop-1\d{3}$"
PICTURES = {
    "washing machines": "washer", "dishwashers": "dishwasher", "fridges": "fridge", "ovens": "oven",
    "small appliances": "kettle", "vacuum cleaners": "vacuum", "routers": "router",
}  # fmt: skip
NOT_ON_SHELVES = ("plans", "contracts", "accounts", "cards")
WAY = (OrderState.PLACED, OrderState.PACKED, OrderState.SHIPPED, OrderState.DELIVERED)
REACHED = {
    OrderState.PLACED: 0, OrderState.PAID: 0, OrderState.PACKED: 1, OrderState.SHIPPED: 2, OrderState.DELIVERED: 3,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Good:
    code: str
    name: str
    family: str
    price: Decimal
    picture: str


@dataclass(frozen=True, kw_only=True)
class Step:
    name: str
    reached: bool
    now: bool


def on_show(most: int = 12) -> list[Good]:
    """What sells, the dearest first; nothing without a price."""
    rows = Product.objects.annotate(price=Max("orderline__price")).filter(price__gte=10)
    rows = rows.exclude(family__in=NOT_ON_SHELVES).order_by("-price")
    return [_good(row, row.price) for row in rows[:most]]


def described(product: Product) -> Good:
    price = product.orderline_set.aggregate(price=Max("price"))["price"] or Decimal(0)
    return _good(product, price)


def guests() -> QuerySet[Customer]:
    """The people of the tour: those whom the demo gives one of the shop's own low numbers."""
    return Customer.objects.filter(external_id__regex=GUESTS, practice=False, survivor=None).order_by("external_id")


def orders_of(customer: Customer) -> list[tuple[Order, list[Step]]]:
    rows = Order.objects.filter(customer=customer).order_by("-placed_at")
    rows = rows.prefetch_related("lines__product", Prefetch("steps", OrderStep.objects.order_by("at")))
    return [(order, way_of(order)) for order in rows[:20]]


def way_of(order: Order) -> list[Step]:
    """How far an order is; cancelled and returned ones have no way to show."""
    reached = REACHED.get(OrderState(order.state))
    if reached is None:
        return []
    return [
        Step(name=str(OrderState(state).label), reached=place <= reached, now=place == reached)
        for place, state in enumerate(WAY)
    ]


def _good(product: Product, price: Decimal) -> Good:
    picture = PICTURES.get(product.family, "parcel")
    return Good(code=product.code, name=product.name, family=product.family, price=price, picture=picture)

"""What a guided flow looks up, really looked up: in our own rows, kept fresh by the back office that knows better."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone, translation

from fanal.holdings.actions import source_for, want
from fanal.holdings.models import Holding, HoldingKind, Order, OrderState
from fanal.hours import rules as hours
from fanal.hours.models import Calendar
from fanal.hours.reading import hours_of
from fanal.identity.rules import LEAST
from fanal.identity.rules.assurance import CLAIMED
from fanal.interactions.models import Interaction
from fanal.routing.models import Queue
from fanal.scenarios.rules.flows import HOURS, LOOKUPS, NOT_YET, Answered, LookUp
from fanal.scenarios.rules.flows.lookups import FOUND, NOT_FOUND, NOT_SURE

FINISHED = (OrderState.DELIVERED, OrderState.CANCELLED, OrderState.RETURNED)
LONGEST_NUMBER = 60


@dataclass(frozen=True, kw_only=True)
class Asking:
    """Who asks, in which language, and whether this is the last time: then what we have is good enough."""

    interaction: Interaction
    language: str
    last: bool
    now: datetime


def look_up(asked: LookUp, asking: Asking) -> Answered:
    """What came of it; a lookup that nobody knows comes to nothing."""
    look = LOOKS.get(asked.lookup)
    return look(asked.values, asking) if look else Answered(branch="")


def _hours(values: Mapping[str, str], asking: Asking) -> Answered:
    """Open or closed by this calendar, or by that of the queue that the account names."""
    calendar = Calendar.objects.filter(code=values["calendar"]).first() if values["calendar"] else _usual(asking)
    if calendar is None:
        return Answered(branch="" if values["calendar"] else "open")
    kept = hours_of(calendar)
    if hours.is_open(kept, asking.now):
        return Answered(branch="open")
    opens = hours.next_opening(kept, asking.now)
    if opens is None:
        return Answered(branch="closed", values={"opens_on": "", "opens_at": ""})
    there = opens.astimezone(ZoneInfo(calendar.zone))
    told = {"opens_on": there.date().isoformat(), "opens_at": f"{there:%H:%M}"}
    return Answered(branch="closed", values=told)


def _usual(asking: Asking) -> Calendar | None:
    code = str(asking.interaction.account.settings.get("queue", ""))
    queue = Queue.objects.filter(code=code).select_related("calendar").first()
    return queue.calendar if queue else None


def _order_state(values: Mapping[str, str], asking: Asking) -> Answered:
    """Whoever knows an order's number may hear where it is: a number that was typed is a claim, and that suffices."""
    number = values["order"].strip().upper()[:LONGEST_NUMBER]
    order = Order.objects.filter(number=number, customer__practice=asking.interaction.practice).first()
    if order is None:
        return Answered(branch=NOT_FOUND)
    return _told(order, asking) if _sure(asking, order.customer_id, given=CLAIMED) >= LEAST["orders"] else _unsure()


def _open_order(values: Mapping[str, str], asking: Asking) -> Answered:
    """The newest order that the caller waits for, if we know who calls by more than a claim."""
    customer = asking.interaction.customer_id
    if customer is None:
        return Answered(branch=NOT_FOUND)
    if _sure(asking, customer) < LEAST[LOOKUPS["open_order"].shows]:
        return _unsure()
    order = Order.objects.filter(customer=customer).exclude(state__in=FINISHED).order_by("-placed_at").first()
    return _told(order, asking) if order else Answered(branch=NOT_FOUND)


def _balance(values: Mapping[str, str], asking: Asking) -> Answered:
    """Of the caller's own account alone; whoever is not sure enough does not learn either whether there is one."""
    customer = asking.interaction.customer_id
    if customer is None or _sure(asking, customer) < LEAST[LOOKUPS["balance"].shows]:
        return _unsure()
    number = values["account"].strip()[:LONGEST_NUMBER]
    account = Holding.objects.filter(customer=customer, kind=HoldingKind.ACCOUNT, number=number).first()
    if account is None or account.balance is None:
        return Answered(branch=NOT_FOUND)
    if _is_being_asked(account, asking):
        return Answered(branch=NOT_YET)
    at = timezone.localtime(account.balance_at or asking.now)
    told = {"balance": f"{account.balance:.2f} {account.currency}", "balance_on": at.date().isoformat()}
    return Answered(branch=FOUND, values=told)


def _told(order: Order, asking: Asking) -> Answered:
    if _is_being_asked(order, asking):
        return Answered(branch=NOT_YET)
    with translation.override(asking.language):
        state = str(OrderState(order.state).label)
    delivered = timezone.localtime(order.delivered_at).date().isoformat() if order.delivered_at else ""
    promised = order.promised_on.isoformat() if order.promised_on and order.state not in FINISHED else ""
    values = {
        "order_number": order.number,
        "order_state": state,
        "order_state_code": order.state,
        "promised_on": promised,
        "delivered_on": delivered,
    }
    return Answered(branch=FOUND, values=values)


def _is_being_asked(thing: Order | Holding, asking: Asking) -> bool:
    """Whether a back office knows it better and is being asked: worth a moment, not worth the call."""
    source = source_for("order" if isinstance(thing, Order) else thing.kind)
    if source is None or asking.interaction.practice:
        return False
    reading = want(thing=thing, source=source, by=None, now=asking.now)
    return reading.wanted_at is not None and not asking.last


def _sure(asking: Asking, customer: int, *, given: int = 0) -> int:
    """How sure we are that the caller is this customer, by the contact and by what was `given`."""
    known = asking.interaction.assurance if asking.interaction.customer_id == customer else 0
    return max(known, given)


def _unsure() -> Answered:
    return Answered(branch=NOT_SURE)


LOOKS: Mapping[str, Callable[[Mapping[str, str], Asking], Answered]] = {
    HOURS: _hours,
    "order_state": _order_state,
    "open_order": _open_order,
    "balance": _balance,
}

"""One order with its way, or one account, card, contract or device, as far as they may be seen."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from fanal.agents.kept import kept
from fanal.agents.models import Agent
from fanal.desk.workplace.about.deeds import Deed, deeds_for
from fanal.holdings.models import Fault, Holding, Order, OrderLine, OrderState, OrderStep
from fanal.identity.masking import holding_number, shown
from fanal.interactions.models import Interaction

WAY = (OrderState.PAID, OrderState.PACKED, OrderState.SHIPPED, OrderState.DELIVERED)
ENDED = (OrderState.CANCELLED, OrderState.RETURNED)
MOST_FAULTS = 4


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One stage of the track: `mark` is done, now, failed or nothing."""

    name: str
    mark: str
    at: datetime | None
    promised: date | None
    place: str


class Content(NamedTuple):
    quantity: int
    product: str


class Step(NamedTuple):
    state: str
    at: datetime
    place: str
    note: str


@dataclass(frozen=True, kw_only=True)
class OrderWay:
    """Everything needed to answer where an order is."""

    pk: int
    number: str
    state: str
    state_name: str
    late_days: int
    track: list[Stage]
    lines: list[Content]
    total: Any
    currency: str
    carrier: str
    tracking_number: str
    asked_at: datetime | None
    deliver_to: str
    last_note: str
    customer_name: str
    has_source: bool = False


@dataclass(frozen=True, kw_only=True)
class HeldThing:
    pk: int
    name: str
    number: str
    state: str
    state_name: str
    facts: list[tuple[str, str]]
    faults: list[Fault]
    customer_name: str
    deeds: list[Deed]
    has_source: bool = False


def order_way(order: Order, *, agent: Agent, assurance: int) -> OrderWay:
    steps = [Step(*row) for row in _steps(order=order.pk)]
    return OrderWay(
        pk=order.pk,
        number=order.number,
        state=order.state,
        state_name=order.get_state_display(),
        late_days=late_days(order, today=timezone.localdate()),
        track=track(order, steps),
        lines=[Content(*row) for row in _contents(order=order.pk)],
        total=order.total,
        currency=order.currency,
        carrier=order.carrier,
        tracking_number=order.tracking_number,
        asked_at=order.asked_at,
        deliver_to=str(
            shown(order.deliver_to, what="address", role_field_classes=agent.role.field_classes, assurance=assurance)
        ),
        last_note=steps[-1].note if steps else "",
        customer_name=order.customer.name,
        has_source=getattr(order, "has_source", False),
    )


def late_days(order: Order, *, today: date) -> int:
    """Days past the promise, 0 when it was kept or is not due."""
    if order.promised_on is None or order.state in (*ENDED, OrderState.DELIVERED):
        return 0
    return max(0, (today - order.promised_on).days)


def track(order: Order, steps: list[Step]) -> list[Stage]:
    """Four stages; a cancelled or returned order shows that as its last."""
    last_of = {step.state: step for step in steps}
    states = [*WAY[:-1], OrderState(order.state)] if order.state in ENDED else list(WAY)
    reached = max((states.index(OrderState(state)) for state in last_of if state in states), default=-1)
    stages = []
    for place, state in enumerate(states):
        step = last_of.get(state)
        mark = "done" if place < reached or order.state == OrderState.DELIVERED else "now" if place == reached else ""
        stages.append(
            Stage(
                name=str(state.label),
                mark="failed" if state in ENDED else mark,
                at=step.at if step else None,
                promised=order.promised_on if state == OrderState.DELIVERED and not step else None,
                place=step.place if step and mark == "now" else "",
            )
        )
    return stages


def held_thing(holding: Holding, *, interaction: Interaction, agent: Agent, mine: bool) -> HeldThing:
    """A holding of somebody else than the contact's customer is only a claim, and shown as such."""
    same = holding.customer_id == interaction.customer_id
    assurance = interaction.assurance if same else 0
    return HeldThing(
        pk=holding.pk,
        name=holding_name(holding),
        number=holding_number(holding.kind, holding.number),
        state=holding.state,
        state_name=holding.get_state_display(),
        facts=holding_facts(holding, agent=agent, assurance=assurance),
        faults=_faults(holding=holding.pk),
        customer_name=holding.customer.name,
        deeds=deeds_for(holding, interaction=interaction, agent=agent) if mine else [],
        has_source=getattr(holding, "has_source", False),
    )


def holding_name(holding: Holding) -> str:
    return holding.product.name if holding.product else holding.get_kind_display()


def holding_facts(holding: Holding, *, agent: Agent, assurance: int) -> list[tuple[str, str]]:
    facts: list[tuple[str, str]] = []
    if holding.balance is not None:
        amount = f"{holding.balance} {holding.currency}"
        seen = shown(amount, what="financial", role_field_classes=agent.role.field_classes, assurance=assurance)
        facts.append((_("Balance"), f"{seen} · {seen.why}" if seen.masked else str(seen)))
    if holding.balance_at:
        facts.append((_("As of"), date_format(timezone.localtime(holding.balance_at), "DATETIME_FORMAT")))
    if holding.begins_on:
        facts.append((_("Since"), date_format(holding.begins_on)))
    if holding.ends_on:
        facts.append((_("Until"), date_format(holding.ends_on)))
    return facts


@kept
def _steps(order: int) -> QuerySet[OrderStep, tuple[Any, ...]]:
    return OrderStep.objects.filter(order=order).values_list("state", "at", "place", "note")


@kept
def _contents(order: int) -> QuerySet[OrderLine, tuple[Any, ...]]:
    return OrderLine.objects.filter(order=order).values_list("quantity", "product__name")


@kept
def _faults(holding: int) -> QuerySet[Fault]:
    return Fault.objects.filter(device=holding)[:MOST_FAULTS]

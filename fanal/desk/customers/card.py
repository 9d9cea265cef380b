"""A customer's page: who it is, how to reach them, what they hold and ordered, what is open, what was before."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from fanal.agents.models import Agent
from fanal.cases.models import Case
from fanal.customers.models import ContactPoint, ContactPointState, Customer, Relationship
from fanal.customers.survivors import family_of
from fanal.holdings.models import Holding, HoldingKind, Order, OrderStep
from fanal.identity.masking import Shown, last_four, shown
from fanal.identity.models import Assurance
from fanal.interactions.models import Interaction
from fanal.scenarios.catalogue import BY_CODE

MOST = 20
BAD = (ContactPointState.BOUNCED, ContactPointState.DISCONNECTED, ContactPointState.INVALID)
ICONS = {HoldingKind.ACCOUNT: "account", HoldingKind.CARD: "card", HoldingKind.CONTRACT: "document"}


@dataclass(frozen=True, kw_only=True)
class Fact:
    label: str
    field: Shown
    number: bool = False


@dataclass(frozen=True, kw_only=True)
class Point:
    row: ContactPoint
    field: Shown
    kind: str


@dataclass(frozen=True, kw_only=True)
class Held:
    row: Holding
    icon: str
    number: str
    balance: Shown


@dataclass(frozen=True, kw_only=True)
class Ordered:
    """An order with the latest step of its way."""

    row: Order
    step: OrderStep | None


@dataclass(frozen=True, kw_only=True)
class Kin:
    """Somebody this customer stands to; `acts` when the other one may act for this one, if that was `proven`."""

    pk: int
    other: Customer
    kind: str
    acts: bool
    ended: bool
    until: date | None
    proven: bool
    powers: list[str]


@dataclass(frozen=True, kw_only=True)
class Card:
    customer: Customer
    assurance: int
    assurance_name: str
    masked: bool
    facts: list[Fact]
    points: list[Point]
    ended_points: list[Point]
    holdings: list[Held]
    orders: list[Ordered]
    cases: list[Case]
    interactions: list[Interaction]
    kin: list[Kin]


def card_of(customer: Customer, *, agent: Agent, assurance: int, today: date) -> Card:
    """As far as this agent may see it at this assurance; the rows of merged customers are among them."""
    family = family_of(customer.pk)
    reader = _Reader(agent=agent, assurance=assurance)
    facts = _facts(customer, reader)
    points = _points(family, reader)
    holdings = _holdings(family, reader)
    fields = [*(fact.field for fact in facts), *(point.field for point in points), *(held.balance for held in holdings)]
    return Card(
        customer=customer,
        assurance=assurance,
        assurance_name=str(Assurance(assurance).label),
        masked=any(field.masked for field in fields),
        facts=facts,
        points=[point for point in points if point.row.ended_at is None],
        ended_points=[point for point in points if point.row.ended_at is not None],
        holdings=holdings,
        orders=_orders(family, agent),
        cases=list(
            Case.objects.visible_to(agent)
            .filter(customer__in=family, withdrawn_at=None)
            .select_related("type")
            .order_by("-updated_at")[:MOST]
        ),
        interactions=list(
            Interaction.objects.visible_to(agent).filter(customer__in=family).order_by("-started_at")[:MOST]
        ),
        kin=_kin(family, agent, today),
    )


@dataclass(frozen=True, kw_only=True)
class _Reader:
    agent: Agent
    assurance: int

    def field(self, value: Any, what: str, *, hint: bool = False) -> Shown:
        classes = self.agent.role.field_classes
        return shown(value, what=what, role_field_classes=classes, assurance=self.assurance, hint=hint)


def _facts(customer: Customer, reader: _Reader) -> list[Fact]:
    address = ", ".join(part for part in (customer.address, f"{customer.postcode} {customer.city}".strip()) if part)
    born = date_format(customer.born_on) if customer.born_on else ""
    facts = [
        Fact(label=_("Address"), field=reader.field(address, "address")),
        Fact(label=_("Country"), field=reader.field(customer.country, "name")),
        Fact(label=_("Born"), field=reader.field(born, "personal")),
        Fact(label=_("Language"), field=reader.field(customer.language, "name")),
        Fact(label=_("Number in your own systems"), field=reader.field(customer.external_id, "name"), number=True),
    ]
    return [fact for fact in facts if fact.field.text]


def _points(family: list[int], reader: _Reader) -> list[Point]:
    rows = ContactPoint.objects.filter(customer__in=family).order_by("-preferred", "kind", "id")[: 2 * MOST]
    return [
        Point(
            row=row,
            field=reader.field(row.given or row.value, "contact", hint=True),
            kind="stop" if row.state in BAD else "go" if row.state == ContactPointState.VERIFIED else "",
        )
        for row in rows
    ]


def _holdings(family: list[int], reader: _Reader) -> list[Held]:
    rows = Holding.objects.visible_to(reader.agent).filter(customer__in=family).select_related("product")
    return [
        Held(
            row=row,
            icon=ICONS.get(HoldingKind(row.kind), "device"),
            number=last_four(row.number) if row.kind in (HoldingKind.CARD, HoldingKind.ACCOUNT) else row.number,
            balance=reader.field("" if row.balance is None else f"{row.balance} {row.currency}", "financial"),
        )
        for row in rows.order_by("kind", "id")[:MOST]
    ]


def _orders(family: list[int], agent: Agent) -> list[Ordered]:
    rows = Order.objects.visible_to(agent).filter(customer__in=family).prefetch_related("steps")
    return [
        Ordered(row=row, step=next(reversed(list(row.steps.all())), None)) for row in rows.order_by("-placed_at")[:MOST]
    ]


def _kin(family: list[int], agent: Agent, today: date) -> list[Kin]:
    rows = (
        Relationship.objects.filter(represents__in=family).exclude(person__in=family)
        | Relationship.objects.filter(person__in=family).exclude(represents__in=family)
    ).select_related("person", "represents")
    found = []
    visible = set(
        Customer.objects.visible_to(agent)
        .filter(pk__in=[pk for row in rows for pk in (row.person_id, row.represents_id)])
        .values_list("pk", flat=True)
    )
    for row in rows[:MOST]:
        acts = row.represents_id in family
        other = row.person if acts else row.represents
        if other.pk in visible:
            ended = row.ends_on is not None and row.ends_on < today
            kind = str(row.get_kind_display())
            found.append(
                Kin(
                    pk=row.pk,
                    other=other,
                    kind=kind,
                    acts=acts,
                    ended=ended,
                    until=row.ends_on,
                    proven=row.verified_at is not None,
                    powers=[str(BY_CODE[code].name) if code in BY_CODE else code for code in row.powers],
                )
            )
    return found

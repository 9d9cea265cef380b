"""A customer's page: who it is, how to reach them, what they hold and ordered, what is open, what was before."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from fanal.agents.kept import kept
from fanal.agents.models import Agent
from fanal.cases.models import Case
from fanal.customers.models import ContactPoint, Customer, Relationship
from fanal.desk.calling import reached_at
from fanal.desk.customers.details import address_of, colour_of, picture_of
from fanal.desk.customers.reading import Said, known_of
from fanal.desk.naming import country_name, language_name
from fanal.holdings.models import Holding, Order, OrderState, OrderStep
from fanal.identity.masking import Shown, holding_number, shown
from fanal.identity.models import Assurance
from fanal.interactions.models import Interaction
from fanal.scenarios.wording import action_name

MOST = 20


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
    said: Said | None = None


@dataclass(frozen=True, kw_only=True)
class Ordered:
    """An order with the latest step of its way."""

    row: Order
    step: str
    place: str
    said: Said | None = None


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
    has_phone: bool
    holdings: list[Held]
    orders: list[Ordered]
    cases: list[Case]
    interactions: list[Interaction]
    kin: list[Kin]


def card_of(
    customer: Customer, family: list[int], *, agent: Agent, assurance: int, readings: bool = False, now: datetime
) -> Card:
    """As far as this agent may see it at this assurance; the rows of merged customers, the `family`, are among them.

    `readings`: with how old each thing is, where a part of the page is drawn again.
    """
    reader = _Reader(agent=agent, assurance=assurance)
    facts = _facts(customer, reader)
    points = _points(family, reader)
    holdings, orders = _holdings(family, reader), _orders(family, agent)
    things: list[Holding | Order] = [*(held.row for held in holdings), *(order.row for order in orders)]
    said = known_of(things, customer=customer, now=now) if readings else {}
    holdings = [replace(held, said=said.get(("holding", held.row.pk))) for held in holdings]
    orders = [replace(order, said=said.get(("order", order.row.pk))) for order in orders]
    fields = [*(fact.field for fact in facts), *(point.field for point in points), *(held.balance for held in holdings)]
    return Card(
        customer=customer,
        assurance=assurance,
        assurance_name=str(Assurance(assurance).label),
        masked=any(field.masked for field in fields),
        facts=facts,
        points=[point for point in points if point.row.ended_at is None],
        has_phone=any(point.row.kind == "phone" and point.row.ended_at is None for point in points),
        ended_points=[point for point in points if point.row.ended_at is not None],
        holdings=holdings,
        orders=orders,
        cases=_cases(agent=agent, family=family),
        interactions=_contacts(agent=agent, family=family),
        kin=_kin(family, agent, timezone.localdate(now)),
    )


def readings_of(customer: Customer, family: list[int], *, agent: Agent, now: datetime) -> list[Said]:
    """How old what stands on the page is, thing by thing; the page asks for it when it is there."""
    things: list[Holding | Order] = [*_held(agent=agent, family=family), *_bought(agent=agent, family=family)]
    return list(known_of(things, customer=customer, now=now).values())


@dataclass(frozen=True, kw_only=True)
class _Reader:
    agent: Agent
    assurance: int

    def field(self, value: Any, what: str, *, hint: bool = False) -> Shown:
        classes = self.agent.role.field_classes
        return shown(value, what=what, role_field_classes=classes, assurance=self.assurance, hint=hint)


def _facts(customer: Customer, reader: _Reader) -> list[Fact]:
    born = date_format(customer.born_on) if customer.born_on else ""
    facts = [
        Fact(label=_("Address"), field=reader.field(address_of(customer), "address")),
        Fact(label=_("Country"), field=reader.field(country_name(customer.country), "name")),
        Fact(label=_("Born"), field=reader.field(born, "personal")),
        Fact(label=_("Language"), field=reader.field(language_name(customer.language), "name")),
        Fact(label=_("Number in your own systems"), field=reader.field(customer.external_id, "name"), number=True),
    ]
    return [fact for fact in facts if fact.field.text]


def _points(family: list[int], reader: _Reader) -> list[Point]:
    return [
        Point(
            row=row,
            field=reader.field(reached_at(row), "contact", hint=True),
            kind=colour_of(row.state),
        )
        for row in _reachable(family=family)
    ]


def _holdings(family: list[int], reader: _Reader) -> list[Held]:
    return [
        Held(
            row=row,
            icon=picture_of(row.kind),
            number=holding_number(row.kind, row.number),
            balance=reader.field("" if row.balance is None else f"{row.balance} {row.currency}", "financial"),
        )
        for row in _held(agent=reader.agent, family=family)
    ]


def _orders(family: list[int], agent: Agent) -> list[Ordered]:
    rows = _bought(agent=agent, family=family)
    last = {order: (state, place) for order, state, place in _steps(orders=[row.pk for row in rows])} if rows else {}
    return [
        Ordered(row=row, step=str(OrderState(state).label) if state else "", place=place)
        for row in rows
        for state, place in [last.get(row.pk, ("", ""))]
    ]


def _kin(family: list[int], agent: Agent, today: date) -> list[Kin]:
    rows = _related(family=family)
    found = []
    visible = set(_visible(agent=agent, pks=[pk for row in rows for pk in (row.person_id, row.represents_id)]))
    for row in rows:
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
                    powers=[action_name(code) for code in row.powers],
                )
            )
    return found


@kept
def _reachable(family: list[int]) -> QuerySet[ContactPoint]:
    return ContactPoint.objects.filter(customer__in=family).order_by("-preferred", "kind", "id")[: 2 * MOST]


@kept
def _held(agent: Agent, family: list[int]) -> QuerySet[Holding]:
    rows = Holding.objects.visible_to(agent).filter(customer__in=family).order_by("kind", "id")
    return rows.select_related("product")[:MOST]


@kept
def _bought(agent: Agent, family: list[int]) -> QuerySet[Order]:
    return Order.objects.visible_to(agent).filter(customer__in=family).order_by("-placed_at")[:MOST]


@kept
def _steps(orders: list[int]) -> QuerySet[OrderStep, tuple[Any, ...]]:
    return OrderStep.objects.filter(order__in=orders).order_by("at").values_list("order_id", "state", "place")


@kept
def _cases(agent: Agent, family: list[int]) -> QuerySet[Case]:
    rows = Case.objects.visible_to(agent).filter(customer__in=family, withdrawn_at=None, merged_into=None)
    rows = rows.select_related("type")
    return rows.only("number", "subject", "state", "updated_at", "type__name").order_by("-updated_at")[:MOST]


@kept
def _contacts(agent: Agent, family: list[int]) -> QuerySet[Interaction]:
    rows = Interaction.objects.visible_to(agent).filter(customer__in=family).order_by("-started_at")
    return rows.only("channel", "started_at", "end_reason")[:MOST]


@kept
def _related(family: list[int]) -> QuerySet[Relationship]:
    outward = Q(represents__in=family) & ~Q(person__in=family) | Q(person__in=family) & ~Q(represents__in=family)
    rows = Relationship.objects.filter(outward).select_related("person", "represents").order_by("pk")
    return rows.defer("person__tokens", "represents__tokens")[:MOST]


@kept
def _visible(agent: Agent, pks: list[int]) -> QuerySet[Customer, int]:
    return Customer.objects.visible_to(agent).filter(pk__in=pks).order_by().values_list("pk", flat=True)

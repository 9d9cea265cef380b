"""The customer's card: contact points, holdings, orders, open cases and what was before."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import BooleanField, ExpressionWrapper, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from fanal.agents.kept import kept
from fanal.agents.models import Agent
from fanal.cases.models import Case, CaseState
from fanal.channels.models import ChannelKind
from fanal.customers.models import ContactPoint, ContactPointState, Customer
from fanal.customers.survivors import family_of
from fanal.desk.calling import reached_at
from fanal.desk.customers.details import address_of, colour_of, picture_of
from fanal.desk.naming import language_name
from fanal.desk.workplace.about.things import holding_name
from fanal.holdings.models import Holding, HoldingState, Order, OrderState
from fanal.identity.masking import holding_number, shown
from fanal.interactions.models import EndReason, Interaction, Topic
from fanal.norms import names

MOST = 6


class Point(NamedTuple):
    label: str
    value: str
    hidden: bool
    tag: str
    tag_kind: str


class Held(NamedTuple):
    pk: int
    icon: str
    name: str
    number: str
    state: str
    state_name: str
    note: str


class Ordered(NamedTuple):
    pk: int
    number: str
    placed_at: datetime
    state_name: str
    total: Any
    currency: str


class Matter(NamedTuple):
    pk: int
    number: int
    subject: str
    state: str
    type: str

    @property
    def state_name(self) -> str:
        return str(CaseState(self.state).label)


class Before(NamedTuple):
    """An earlier contact."""

    pk: int
    channel: str
    started_at: datetime
    end: str
    first_topic: str

    @property
    def channel_name(self) -> str:
        return str(ChannelKind(self.channel).label)


@dataclass(frozen=True, kw_only=True)
class Card:
    pk: int
    url: str
    name: str
    initials: str
    assurance: int
    assurance_name: str
    points: list[Point]
    facts: list[tuple[str, str]]
    holdings: list[Held]
    orders: list[Ordered]
    cases: list[Matter]
    before: list[Before]


def card_of(interaction: Interaction, *, agent: Agent) -> Card:
    """As far as this agent may see it while talking to somebody of this assurance; six questions."""
    customer = interaction.customer
    assert customer is not None
    family = family_of(customer.pk)
    return Card(
        pk=customer.pk,
        url=reverse("customer", args=[customer.pk]),
        name=customer.name,
        initials=names.initials(customer.name),
        assurance=interaction.assurance,
        assurance_name=str(interaction.get_assurance_display()),
        points=_points(family, agent=agent, assurance=interaction.assurance),
        facts=_facts(customer, agent=agent, assurance=interaction.assurance),
        holdings=_holdings(family, agent=agent),
        orders=[
            Ordered(pk, number, at, str(OrderState(state).label), total, currency)
            for pk, number, at, state, total, currency in _orders(agent=agent, family=family)
        ],
        cases=_cases(family, agent=agent),
        before=[
            Before(pk, channel, at, str(EndReason(end).label) if end else "", topic or "")
            for pk, channel, at, end, topic in _earlier(agent=agent, family=family, but=interaction.pk)
        ],
    )


def _points(family: list[int], *, agent: Agent, assurance: int) -> list[Point]:
    points = []
    for row in _reachable(family=family):
        seen = shown(
            reached_at(row),
            what="contact",
            role_field_classes=agent.role.field_classes,
            assurance=assurance,
            hint=True,
        )
        plain = row.state in (ContactPointState.VALID, ContactPointState.DELIVERABLE)
        tag = _("shared") if row.shared and plain else "" if plain else str(row.get_state_display())
        points.append(
            Point(
                label=row.get_kind_display(),
                value=str(seen),
                hidden=seen.masked,
                tag=tag,
                tag_kind=colour_of(row.state),
            )
        )
    return points


def _facts(customer: Customer, *, agent: Agent, assurance: int) -> list[tuple[str, str]]:
    def seen(value: Any, what: str) -> str:
        return str(shown(value, what=what, role_field_classes=agent.role.field_classes, assurance=assurance))

    facts = [
        (_("Address"), seen(address_of(customer), "address")),
        (_("Born"), seen(date_format(customer.born_on) if customer.born_on else "", "personal")),
        (_("Language"), language_name(customer.language)),
    ]
    return [(label, value) for label, value in facts if value]


def _holdings(family: list[int], *, agent: Agent) -> list[Held]:
    return [
        Held(
            pk=row.pk,
            icon=picture_of(row.kind),
            name=holding_name(row),
            number=holding_number(row.kind, row.number),
            state=row.state,
            state_name=str(row.get_state_display()),
            note=_("until %(day)s") % {"day": date_format(row.ends_on)} if row.ends_on else str(row.get_kind_display()),
        )
        for row in _kept_open(agent=agent, family=family)
    ]


def _cases(family: list[int], *, agent: Agent) -> list[Matter]:
    """What is still open, or else the last three that were settled."""
    found = [Matter(*row) for row in _matters(agent=agent, family=family)]
    return [one for one in found if one.state != CaseState.SETTLED] or found[:3]


@kept
def _reachable(family: list[int]) -> QuerySet[ContactPoint]:
    rows = ContactPoint.objects.filter(customer__in=family, ended_at=None).order_by("-preferred", "kind", "id")
    return rows.only("kind", "value", "given", "state", "shared")[:MOST]


@kept
def _kept_open(agent: Agent, family: list[int]) -> QuerySet[Holding]:
    rows = Holding.objects.visible_to(agent).filter(customer__in=family).exclude(state=HoldingState.CLOSED)
    rows = rows.select_related("product").only("kind", "number", "state", "ends_on", "product__name")
    return rows.order_by("kind", "id")[: 2 * MOST]


@kept
def _orders(agent: Agent, family: list[int]) -> QuerySet[Order, tuple[Any, ...]]:
    rows = Order.objects.visible_to(agent).filter(customer__in=family).order_by("-placed_at")
    return rows.values_list("pk", "number", "placed_at", "state", "total", "currency")[:MOST]


@kept
def _matters(agent: Agent, family: list[int]) -> QuerySet[Case, tuple[Any, ...]]:
    rows = Case.objects.visible_to(agent).filter(customer__in=family, withdrawn_at=None, merged_into=None)
    settled = ExpressionWrapper(Q(state=CaseState.SETTLED), output_field=BooleanField())
    rows = rows.order_by(settled, "-updated_at")
    return rows.values_list("pk", "number", "subject", "state", "type__name")[:MOST]


@kept
def _earlier(agent: Agent, family: list[int], but: int) -> QuerySet[Interaction, tuple[Any, ...]]:
    topics = Topic.objects.filter(interaction=OuterRef("pk"), withdrawn_at=None).order_by("position")
    rows = Interaction.objects.visible_to(agent).filter(customer__in=family).exclude(pk=but).order_by("-started_at")
    return rows.values_list("pk", "channel", "started_at", "end_reason", Subquery(topics.values("case__subject")[:1]))[
        :MOST
    ]

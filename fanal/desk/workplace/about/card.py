"""The customer's card: contact points, holdings, orders, open cases and what was before."""

from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from fanal.agents.models import Agent
from fanal.cases.models import Case, CaseState
from fanal.customers.models import ContactPoint, ContactPointState, Customer
from fanal.customers.survivors import family_of
from fanal.desk.workplace.about.things import holding_name, holding_number
from fanal.desk.workplace.languages import language_name
from fanal.holdings.models import Holding, HoldingKind, HoldingState, Order
from fanal.identity.masking import shown
from fanal.interactions.models import Interaction, Topic
from fanal.norms import names

MOST = 6
ICONS = {HoldingKind.ACCOUNT: "account", HoldingKind.CARD: "card", HoldingKind.CONTRACT: "document"}
BAD = (ContactPointState.BOUNCED, ContactPointState.DISCONNECTED, ContactPointState.INVALID)


@dataclass(frozen=True, kw_only=True)
class Point:
    label: str
    value: str
    hidden: bool
    tag: str
    tag_kind: str


@dataclass(frozen=True, kw_only=True)
class Held:
    pk: int
    icon: str
    name: str
    number: str
    state: str
    state_name: str
    note: str


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
    orders: list[Order]
    cases: list[Case]
    before: list[Interaction]


def card_of(interaction: Interaction, *, agent: Agent) -> Card:
    """As far as this agent may see it while talking to somebody of this assurance; about nine queries."""
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
        orders=list(Order.objects.visible_to(agent).filter(customer__in=family).order_by("-placed_at")[:MOST]),
        cases=_cases(family, agent=agent),
        before=_before(interaction, family, agent=agent),
    )


def _points(family: list[int], *, agent: Agent, assurance: int) -> list[Point]:
    rows = ContactPoint.objects.filter(customer__in=family, ended_at=None).order_by("-preferred", "kind", "id")
    points = []
    for row in rows[:MOST]:
        seen = shown(
            row.given or row.value,
            what="contact",
            role_field_classes=agent.role.field_classes,
            assurance=assurance,
            hint=True,
        )
        plain = row.state in (ContactPointState.VALID, ContactPointState.DELIVERABLE)
        kind = "stop" if row.state in BAD else "go" if row.state == ContactPointState.VERIFIED else ""
        tag = _("shared") if row.shared and plain else "" if plain else str(row.get_state_display())
        points.append(Point(label=row.get_kind_display(), value=str(seen), hidden=seen.masked, tag=tag, tag_kind=kind))
    return points


def _facts(customer: Customer, *, agent: Agent, assurance: int) -> list[tuple[str, str]]:
    def seen(value: Any, what: str) -> str:
        return str(shown(value, what=what, role_field_classes=agent.role.field_classes, assurance=assurance))

    address = ", ".join(part for part in (customer.address, f"{customer.postcode} {customer.city}".strip()) if part)
    facts = [
        (_("Address"), seen(address, "address")),
        (_("Born"), seen(date_format(customer.born_on) if customer.born_on else "", "personal")),
        (_("Language"), language_name(customer.language)),
    ]
    return [(label, value) for label, value in facts if value]


def _holdings(family: list[int], *, agent: Agent) -> list[Held]:
    rows = Holding.objects.visible_to(agent).filter(customer__in=family).select_related("product")
    return [
        Held(
            pk=row.pk,
            icon=ICONS.get(HoldingKind(row.kind), "device"),
            name=holding_name(row),
            number=holding_number(row),
            state=row.state,
            state_name=str(row.get_state_display()),
            note=_("until %(day)s") % {"day": date_format(row.ends_on)} if row.ends_on else str(row.get_kind_display()),
        )
        for row in rows.exclude(state=HoldingState.CLOSED).order_by("kind", "id")[: 2 * MOST]
    ]


def _cases(family: list[int], *, agent: Agent) -> list[Case]:
    rows = Case.objects.visible_to(agent).filter(customer__in=family, withdrawn_at=None).select_related("type")
    unsettled = list(rows.exclude(state=CaseState.SETTLED).order_by("-updated_at")[:MOST])
    return unsettled or list(rows.order_by("-updated_at")[:3])


def _before(interaction: Interaction, family: list[int], *, agent: Agent) -> list[Interaction]:
    topics = Topic.objects.filter(interaction=OuterRef("pk"), withdrawn_at=None).order_by("position")
    rows = Interaction.objects.visible_to(agent).filter(customer__in=family).exclude(pk=interaction.pk)
    rows = rows.annotate(first_topic=Subquery(topics.values("case__subject")[:1]))
    return list(rows.order_by("-started_at")[:MOST])

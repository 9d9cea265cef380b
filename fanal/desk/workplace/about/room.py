"""Putting the right room together for one contact and one agent."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from fanal.agents.kept import kept
from fanal.agents.models import Agent
from fanal.cases.models import Case
from fanal.customers.models import RelationshipKind
from fanal.desk.workplace.about.card import Card, card_of
from fanal.desk.workplace.about.deeds import Deed, deeds_for
from fanal.desk.workplace.about.things import HeldThing, OrderWay, held_thing, order_way
from fanal.desk.workplace.about.why import scenario_sentences
from fanal.desk.workplace.finding import handles
from fanal.holdings.models import Holding, HoldingSource, Order
from fanal.identity import wording
from fanal.identity.models import Assurance
from fanal.interactions.models import Candidate, Interaction
from fanal.norms import names

GIVEN = {
    "name": _("Name"),
    "email": _("E-mail"),
    "phone": _("Phone"),
    "order": _("Order"),
    "account": _("Account"),
    "card_last_four": _("Card"),
    "topic": _("Topic"),
    "behalf": _("On behalf of"),
}
# Of a thing's customer only the name is shown.
UNREAD = ("tokens", "given_name", "family_name", "address", "postcode", "city", "born_on", "created_at")
SEARCHABLE = ("email", "phone", "order", "account", "name")


@dataclass(frozen=True, kw_only=True)
class CandidateView:
    """Somebody it may be, with the reasons in sentences."""

    pk: int
    name: str
    initials: str
    percent: int
    reasons_for: list[str]
    reasons_against: list[str]


@dataclass(frozen=True, kw_only=True)
class About:
    """What the right room shows; parts that are None are not drawn."""

    interaction: Interaction
    mine: bool
    offer: int = 0
    """The offer by which it only rings as yet: then it is to be read, and nothing leads away from it."""
    order: OrderWay | None = None
    order_deeds: list[Deed] = field(default_factory=list)
    holding: HeldThing | None = None
    case: Case | None = None
    candidates: list[CandidateView] = field(default_factory=list)
    someone_else: int = 0
    card: Card | None = None
    given: list[tuple[str, str]] = field(default_factory=list)
    guess: str = ""
    why: list[str] = field(default_factory=list)
    spoken_for: bool = False
    writer: str = ""
    relation: str = ""


def about_of(
    interaction: Interaction, *, agent: Agent, order_pk: int = 0, holding_pk: int = 0, offer: int = 0
) -> About:
    """The room for this contact; `order_pk` or `holding_pk` turn it to another thing of the customer's."""
    mine = not offer and handles(agent, interaction)
    assurance = interaction.assurance
    order, holding, case = _thing(interaction, agent=agent, order_pk=order_pk, holding_pk=holding_pk)
    claimed = order is not None and order.customer_id != interaction.customer_id
    sure_of_thing = min(assurance, Assurance.CLAIMED) if claimed else assurance
    candidates = [] if interaction.customer_id else candidates_of(interaction)
    return About(
        interaction=interaction,
        mine=mine,
        offer=offer,
        order=order_way(order, agent=agent, assurance=max(sure_of_thing, Assurance.CLAIMED)) if order else None,
        order_deeds=deeds_for(order, interaction=interaction, agent=agent) if order and mine else [],
        holding=held_thing(holding, interaction=interaction, agent=agent, mine=mine) if holding else None,
        case=case,
        candidates=candidates,
        someone_else=max(0, 100 - sum(one.percent for one in candidates)),
        card=card_of(interaction, agent=agent) if interaction.customer else None,
        given=[(str(GIVEN[name]), value) for name, value in interaction.given.items() if name in GIVEN and value],
        guess=""
        if candidates
        else next((interaction.given[name] for name in SEARCHABLE if interaction.given.get(name)), ""),
        why=scenario_sentences(interaction),
        spoken_for=bool(interaction.relationship),
        writer=interaction.spoken_for_by.name if interaction.spoken_for_by else "",
        relation=str(RelationshipKind(interaction.relationship).label) if interaction.relationship else "",
    )


def candidates_of(interaction: Interaction) -> list[CandidateView]:
    return [
        CandidateView(
            pk=candidate.customer_id,
            name=candidate.customer.name,
            initials=names.initials(candidate.customer.name),
            percent=round(candidate.likelihood * 100),
            reasons_for=[wording.sentence(reason) for reason in candidate.reasons_for],
            reasons_against=[wording.sentence(reason) for reason in candidate.reasons_against],
        )
        for candidate in _candidates(interaction=interaction.pk)
    ]


def _thing(interaction: Interaction, *, agent: Agent, order_pk: int, holding_pk: int) -> Any:
    """The order, holding or case that opens: what was asked for, else what the scenario chose."""
    kind, pk = interaction.about_kind, interaction.about_id or 0
    if order_pk:
        kind, pk = "order", order_pk
    elif holding_pk:
        kind, pk = "holding", holding_pk
    return (
        _order.first(agent=agent, pk=pk) if kind == "order" else None,
        _holding.first(agent=agent, pk=pk) if kind == "holding" else None,
        _case.first(agent=agent, pk=pk) if kind == "case" else None,
    )


@kept
def _candidates(interaction: int) -> QuerySet[Candidate]:
    rows = Candidate.objects.filter(interaction=interaction).select_related("customer")
    return rows.only("likelihood", "reasons_for", "reasons_against", "customer__name")


@kept
def _order(agent: Agent, pk: int) -> QuerySet[Order]:
    rows: QuerySet[Order] = Order.objects.visible_to(agent).filter(pk=pk).select_related("customer")
    rows = rows.annotate(has_source=Exists(HoldingSource.objects.knowing("order")))
    return rows.defer(*(f"customer__{name}" for name in UNREAD))


@kept
def _holding(agent: Agent, pk: int) -> QuerySet[Holding]:
    rows: QuerySet[Holding] = Holding.objects.visible_to(agent).filter(pk=pk).select_related("customer", "product")
    rows = rows.annotate(has_source=Exists(HoldingSource.objects.knowing(OuterRef("kind"))))
    return rows.defer(*(f"customer__{name}" for name in UNREAD))


@kept
def _case(agent: Agent, pk: int) -> QuerySet[Case]:
    rows = Case.objects.visible_to(agent).filter(pk=pk).select_related("type", "owner")
    return rows.only("number", "subject", "state", "type__name", "owner__name")

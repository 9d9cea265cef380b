"""A contact meets its scenario: what opens, where it goes, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from fanal.agents.kept import kept
from fanal.agents.models import Agent, Skill
from fanal.cases.models import Case, CaseState, Category
from fanal.channels.models import ChannelAccount
from fanal.customers.models import Customer
from fanal.events.actions import publish
from fanal.holdings.models import Holding, HoldingKind, Order, OrderState
from fanal.identity.models import Assurance, Recognition
from fanal.interactions import actions as interactions
from fanal.interactions import audience
from fanal.interactions.models import Interaction, Segment, SegmentKind, Topic, TopicOrigin
from fanal.routing.models import Queue
from fanal.running.connections.inserting import insert_once
from fanal.running.connections.updating import update
from fanal.scenarios import rules
from fanal.scenarios.actions.opening_hours import open_queues
from fanal.scenarios.models import Scenario, ScenarioMatch

FINISHED = (OrderState.DELIVERED, OrderState.CANCELLED, OrderState.RETURNED)
LONGEST_NUMBER = 60


@dataclass(frozen=True, kw_only=True)
class Met:
    """What routing needs of the choice, as rows; skills are id to least level."""

    choice: rules.Choice
    queue: Queue
    priority: int | None
    skills: Mapping[int, int]
    preferred_agent: Agent | None
    preferred_why: str


class NoQueue(Exception):
    """There is no active queue at all; the contact can only be quarantined."""


@dataclass(frozen=True, kw_only=True)
class Proven:
    """Who it is by what nobody can merely type: the host's signature, an address the channel itself shows."""

    customer: Customer | None = None
    assurance: int = 0


@transaction.atomic(savepoint=False)
def match(*, interaction: Interaction, proven: Proven | None = None, now: datetime) -> Met:
    """Choose the scenario, remember why, set what the contact is about and raise its first topic.

    The queue is chosen by what is proven; None: what the interaction is sure of by now.

    Asked again (the customer was identified meanwhile) it chooses anew; the first topic is not raised twice.
    """
    (interaction,) = _locked(interaction=interaction.pk)
    queues = _queues()
    bare = _bare(interaction, queues, now=now)
    contact = _of_customer(bare, interaction)
    sure = _as_proven(bare, contact, interaction, proven) if proven else contact
    choice = dry_run(contact=sure, opens_for=contact, practice=interaction.practice)
    if (interaction.about_kind, interaction.about_id) != (choice.opens, choice.opens_id):
        interaction.about_kind, interaction.about_id = choice.opens, choice.opens_id
        update(interaction, "about_kind", "about_id")
    met = ScenarioMatch(interaction=interaction, scenario_id=choice.scenario, why=told(choice), at=now)
    if not insert_once(met):
        ScenarioMatch.objects.filter(interaction=interaction).update(scenario=met.scenario_id, why=met.why, at=now)
    if choice.category and not Topic.objects.filter(interaction=interaction).exists():
        category = Category.objects.get(pk=choice.category)
        interactions.add_topic(interaction=interaction, category=category, origin=TopicOrigin.SCENARIO, now=now)
    publish(
        kind="scenario.matched",
        data=audience.about(interaction, scenario=choice.scenario),
        audience=audience.of(interaction),
        now=now,
    )
    return _met(choice, interaction, queues)


def _met(choice: rules.Choice, interaction: Interaction, queues: Sequence[Queue]) -> Met:
    levels = dict(Skill.objects.filter(code__in=choice.skills).values_list("code", "pk")) if choice.skills else {}
    agents = Agent.objects.filter(is_active=True, practising=interaction.practice)
    preferred = agents.filter(pk=choice.preferred_agent).first() if choice.preferred_agent else None
    return Met(
        choice=choice,
        queue=_queue(choice.queue or str(interaction.account.settings.get("queue", "")), interaction, queues),
        priority=choice.priority,
        skills={levels[code]: level for code, level in choice.skills.items() if code in levels},
        preferred_agent=preferred,
        preferred_why=choice.preferred_why if preferred else "",
    )


def _queue(code: str, interaction: Interaction, queues: Sequence[Queue]) -> Queue:
    """The queue chosen, else the first that is active for this kind of work. Raises NoQueue."""
    chosen = [queue for queue in queues if queue.code == code]
    fitting = chosen or [queue for queue in queues if queue.practice == interaction.practice]
    if not fitting:
        raise NoQueue
    return fitting[0]


def dry_run(*, contact: rules.Contact, opens_for: rules.Contact | None = None, practice: bool = False) -> rules.Choice:
    """What would happen to this contact, and why: the same scenarios through the same function, nothing written."""
    scenarios = [rule_of(row) for row in _scenarios(practice=practice)]
    return rules.choose(rules.as_routed(contact), scenarios, opens_for=opens_for or contact)


def rule_of(row: Scenario) -> rules.ScenarioRule:
    return rules.ScenarioRule(
        id=row.pk,
        code=row.code,
        conditions=tuple(rules.condition_from(data) for data in row.conditions),
        queue=row.queue.code,
        priority=row.priority,
        skills=row.skills,
        opens=row.opens,
        form=row.form,
        category=row.category_id,
        prefer_last_agent=row.prefer_last_agent,
    )


def told(choice: rules.Choice) -> list[dict[str, Any]]:
    """The reasons as they are kept: every scenario up to the one that matched, with what was found."""
    kept: list[dict[str, Any]] = []
    for verdict in choice.why:
        if verdict.overtaken:
            break
        judgements = [
            {
                "what": judgement.condition.what,
                "field": judgement.condition.field,
                "is": judgement.condition.comparison,
                "value": judgement.condition.value,
                "holds": judgement.holds,
                "found": judgement.found,
            }
            for judgement in verdict.judgements
        ]
        kept.append({"scenario": verdict.scenario, "matched": verdict.matched, "judgements": judgements})
        if verdict.matched:
            break
    return kept


def contact_of(*, interaction: Interaction, now: datetime) -> rules.Contact:
    """The interaction as the scenarios see it, with what its claims point at. A claim never says who somebody is."""
    return _of_customer(_bare(interaction, _queues(), now=now), interaction)


def _bare(interaction: Interaction, queues: Sequence[Queue], *, now: datetime) -> rules.Contact:
    """What is true of it whoever it is from."""
    given = {str(key): str(value) for key, value in interaction.given.items()}
    return rules.Contact(
        channel=interaction.channel,
        account=interaction.account.code,
        address=interaction.account.address,
        queue=str(interaction.account.settings.get("queue", "")),
        entry_page=interaction.entry_page,
        given=given,
        language=interaction.language,
        open_queues=open_queues(queues, now=now),
        claimed_order=_claimed_order(given, practice=interaction.practice),
        claimed_holding=_claimed_holding(given, practice=interaction.practice),
    )


def _of_customer(bare: rules.Contact, interaction: Interaction) -> rules.Contact:
    """The same with what is known of whom it is from."""
    contact = replace(bare, recognition=interaction.recognition, assurance=interaction.assurance)
    return _with_what_they_have(contact, interaction, interaction.customer)


def _as_proven(bare: rules.Contact, contact: rules.Contact, interaction: Interaction, proven: Proven) -> rules.Contact:
    """The same with what is known of who it is by what is proven; `contact`: by what is known at all."""
    customer = proven.customer
    recognition = Recognition.KNOWN if customer else Recognition.UNKNOWN
    if customer and customer.pk == contact.customer:
        language = _language(bare, customer, proven.assurance)
        return replace(contact, recognition=recognition, assurance=proven.assurance, language=language)
    return _with_what_they_have(
        replace(bare, recognition=recognition, assurance=proven.assurance), interaction, customer
    )


def _with_what_they_have(contact: rules.Contact, interaction: Interaction, customer: Customer | None) -> rules.Contact:
    if customer is None:
        return contact
    open_case, owner = _open_cases.first(customer=customer.pk) or (None, None)
    order = contact.claimed_order
    return replace(
        contact,
        language=_language(contact, customer, contact.assurance),
        customer=customer.pk,
        value_band=customer.value_band,
        open_order=_open_orders.first(customer=customer.pk),
        open_case=open_case,
        case_owner=owner,
        last_agent=_last_agents.first(customer=customer.pk, besides=interaction.pk),
        claimed_order_is_own=bool(order and Order.objects.filter(pk=order, customer=customer).exists()),
    )


def _language(contact: rules.Contact, customer: Customer, assurance: int) -> str:
    return contact.language or (customer.language if assurance >= Assurance.MATCHED else "")


@kept
def _open_cases(customer: int) -> QuerySet[Case, tuple[int, int | None]]:
    rows = Case.objects.filter(customer=customer, withdrawn_at=None).exclude(state=CaseState.SETTLED)
    return rows.order_by("-updated_at").values_list("pk", "owner")[:1]


@kept
def _open_orders(customer: int) -> QuerySet[Order, int]:
    rows = Order.objects.filter(customer=customer).exclude(state__in=FINISHED)
    return rows.order_by("-placed_at").values_list("pk", flat=True)[:1]


@kept
def _last_agents(customer: int, besides: int) -> QuerySet[Segment, int | None]:
    rows = Segment.objects.filter(kind=SegmentKind.AGENT, interaction__customer=customer, agent__is_active=True)
    rows = rows.exclude(interaction=besides).order_by("-started_at")
    return rows.values_list("agent_id", flat=True)[:1]


@kept
def _locked(interaction: int) -> QuerySet[Interaction]:
    rows = Interaction.objects.select_for_update(of=("self",)).select_related("account", "customer")
    return rows.filter(pk=interaction)


@kept
def _queues() -> QuerySet[Queue]:
    return Queue.objects.filter(active=True).select_related("calendar").order_by("pk")


@kept
def _scenarios(practice: bool) -> QuerySet[Scenario]:
    rows = Scenario.objects.filter(active=True, queue__active=True, queue__practice=practice)
    return rows.select_related("queue")


def imagined(
    *,
    account: ChannelAccount,
    given: Mapping[str, str],
    now: datetime,
    has_open_case: bool = False,
    has_open_order: bool = False,
    **known: Any,
) -> rules.Contact:
    """A contact that nobody made, for a dry run; `known` are further fields of the contact."""
    return rules.Contact(
        channel=account.kind,
        account=account.code,
        address=account.address,
        queue=str(account.settings.get("queue", "")),
        given=given,
        open_queues=open_queues(_queues(), now=now),
        claimed_order=_claimed_order(dict(given), practice=False),
        claimed_order_is_own=True,
        claimed_holding=_claimed_holding(dict(given), practice=False),
        open_case=0 if has_open_case else None,
        open_order=0 if has_open_order else None,
        **known,
    )


def _newest(rows: Any) -> int | None:
    found: int | None = rows.values_list("pk", flat=True).first()
    return found


def _claimed_order(given: dict[str, str], *, practice: bool) -> int | None:
    number = given.get("order", "").strip().upper()[:LONGEST_NUMBER]
    return _newest(Order.objects.filter(number=number, customer__practice=practice)) if number else None


def _claimed_holding(given: dict[str, str], *, practice: bool) -> int | None:
    """A card by the keyed hash of its number, else an account by its number: only if exactly one has it."""
    account = given.get("account", "").strip()
    if hashed := given.get("card_hash", ""):
        asked = Q(kind=HoldingKind.CARD, number_hash=hashed)
    elif account:
        asked = Q(kind=HoldingKind.ACCOUNT, number=account[:LONGEST_NUMBER])
    else:
        return None
    found = list(Holding.objects.filter(asked, customer__practice=practice).values_list("pk", flat=True)[:2])
    return found[0] if len(found) == 1 else None

"""The one door to a named customer action, for every face; none forgets its case."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache, partial
from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils import timezone

from fanal.agents.kept import kept
from fanal.agents.models import Agent, Permission
from fanal.cases import actions as cases
from fanal.cases.models import Case
from fanal.customers.models import Customer, Relationship
from fanal.events.actions import publish
from fanal.holdings.models import CommandState, Holding, Order
from fanal.identity.models import Assurance
from fanal.interactions import audience
from fanal.interactions.models import Identification, Interaction
from fanal.scenarios import catalogue, rules, sending
from fanal.scenarios.actions.automatic import matter_of
from fanal.scenarios.acts.doing import Doing, Target, customer_of, kind_of
from fanal.scenarios.acts.fields import clean
from fanal.scenarios.models import ActionRecord, Face


@transaction.atomic
def perform(
    *,
    action: str,
    target: Target | None = None,
    interaction: Interaction | None = None,
    customer: Customer | None = None,
    case: Case | None = None,
    fields: Mapping[str, str] | None = None,
    by: Agent | None,
    face: str = Face.DESK,
    now: datetime,
) -> ActionRecord:
    """Do a named action, record it, and make (or reuse) the case its rule asks for.

    Where a back office has the thing, it is told after the commit, and the record says «sending» until it answers.
    `case`: what it is done for, where that is one already; then it makes none.
    `by` None: the customer does it. Raises rules.Refused with a code (and the field) when it may not or cannot be
    done; then nothing has happened.
    """
    entry = catalogue.entry(action)
    if interaction:
        interaction = _locked(interaction)
    target = _locked(target) if target else None
    _check(entry, target, interaction, by=by, today=timezone.localdate(now))
    doing = Doing(target=target, fields=clean(entry.fields, fields or {}), now=now, by=by)
    sent_to = sending.source_for(entry, target)
    outcome = sending.begun(entry, doing, sent_to) if sent_to else entry.act(doing)
    whose = _whose(target, interaction, customer)
    command = sending.command(entry, doing, sent_to, customer=whose) if sent_to else None
    record = ActionRecord.objects.create(
        action=action,
        face=face,
        customer=whose,
        holding=target if isinstance(target, Holding) else None,
        order=target if isinstance(target, Order) else None,
        interaction=interaction,
        by=by,
        at=now,
        outcome=dict(outcome),
        state=CommandState.SENDING if command else CommandState.DONE,
        command=command,
        case=case,
    )
    if case is None:
        matter_of(record, target=target, now=now, by=by)
    if record.case and by and (text := doing.fields.get("text")):
        cases.add_note(case=record.case, text=text, now=now, by=by)
    publish(
        kind="action.performed",
        data=_facts(record),
        audience=_audience(record),
        now=now,
        by=by.pk if by else None,
    )
    return record


def preview(
    *,
    action: str,
    target: Target | None,
    interaction: Interaction | None = None,
    fields: Mapping[str, str],
    by: Agent | None,
    now: datetime,
) -> Mapping[str, str]:
    """What the action would change, before and after; raises as perform does; writes nothing."""
    entry = catalogue.entry(action)
    _check(entry, target, interaction, by=by, today=timezone.localdate(now))
    return sending.foreseen(entry, Doing(target=target, fields=clean(entry.fields, fields), now=now, by=by))


def possible(
    *, target: Target | None, interaction: Interaction | None, by: Agent | None, now: datetime
) -> list[tuple[catalogue.Entry, str]]:
    """The actions that make sense on a thing as it is, each with the code of what is against it (empty: nothing)."""
    offered = []
    may_touch = cache(partial(_may_touch, customer_of(target), interaction, by))
    for entry in catalogue.for_kind(kind_of(target)):
        if not entry.applies(target):
            continue
        try:
            _check(entry, target, interaction, by=by, today=timezone.localdate(now), may_touch=may_touch)
        except rules.Refused as refused:
            offered.append((entry, refused.code))
        else:
            offered.append((entry, ""))
    return offered


def _check(
    entry: catalogue.Entry,
    target: Target | None,
    interaction: Interaction | None,
    *,
    by: Agent | None,
    today: date,
    may_touch: Callable[[], bool] | None = None,
) -> None:
    """Raises rules.Refused. `may_touch` is the same for all actions on one thing: for many it is asked once."""
    whose = customer_of(target)
    may_touch = may_touch or partial(_may_touch, whose, interaction, by)
    spoken_for = bool(interaction and interaction.relationship and _is_customer_of(interaction, whose))
    rules.check(
        rules.Asking(
            action=entry.code,
            least_assurance=entry.least_assurance,
            assurance=_assurance(interaction, whose),
            own_assurance=_of_the_speaker(interaction) if interaction and spoken_for else Assurance.VERIFIED,
            for_representatives=entry.for_representatives,
            spoken_for=spoken_for,
            powers=_powers(interaction, today=today) if interaction and spoken_for else frozenset(),
            may_handle=by.may(Permission.HANDLE) if by else entry.self_service and interaction is not None,
            sees_fields=by is None or entry.field_class is None or by.sees(entry.field_class),
            target_fits=kind_of(target) in entry.kinds and may_touch(),
            needs_contact=entry.needs_contact,
            in_contact=interaction is not None,
        )
    )


def _may_touch(whose: Customer | None, interaction: Interaction | None, by: Agent | None) -> bool:
    """An agent: what they can see, in contacts they can see. A customer: only what is their own."""
    if by is None:
        return whose is None or _is_customer_of(interaction, whose)
    if interaction and not _visible_contact(agent=by, pk=interaction.pk):
        return False
    return whose is None or bool(_visible_customer(agent=by, pk=whose.pk))


@kept
def _visible_contact(agent: Agent, pk: int) -> QuerySet[Interaction, int]:
    return Interaction.objects.visible_to(agent).filter(pk=pk).order_by().values_list("pk", flat=True)


@kept
def _visible_customer(agent: Agent, pk: int) -> QuerySet[Customer, int]:
    return Customer.objects.visible_to(agent).filter(pk=pk).order_by().values_list("pk", flat=True)


def _is_customer_of(interaction: Interaction | None, whose: Customer | None) -> bool:
    return bool(interaction and interaction.customer_id and (whose is None or interaction.customer_id == whose.pk))


def _assurance(interaction: Interaction | None, whose: Customer | None) -> int:
    """About another's thing, popped by a number somebody gave, we have a claim at most."""
    if interaction is None:
        return Assurance.NONE
    if whose is None or _is_customer_of(interaction, whose):
        return interaction.assurance
    return Assurance.CLAIMED


def _of_the_speaker(interaction: Interaction) -> int:
    """How sure we were, in this contact, of the representative: knowing all about the other person gives no power."""
    facts = Identification.objects.filter(interaction=interaction, customer=interaction.spoken_for_by_id)
    last = facts.exclude(customer=None).order_by("-at", "-id").first()
    return last.assurance if last else Assurance.NONE


def _powers(interaction: Interaction, *, today: date) -> frozenset[str]:
    """What the one who speaks has been given the power to do; a relationship nobody has checked gives none."""
    if interaction.spoken_for_by_id is None:
        return frozenset()
    held = Relationship.objects.filter(
        person=interaction.spoken_for_by_id, represents=interaction.customer_id, verified_at__isnull=False
    )
    lasting = [one for one in held if one.ends_on is None or one.ends_on >= today]
    return frozenset(power for one in lasting for power in one.powers)


def _whose(target: Target | None, interaction: Interaction | None, customer: Customer | None) -> Customer | None:
    """The customer of the contact; without a contact whose thing it is. A claimed number makes nobody a customer."""
    if interaction:
        return interaction.customer
    return customer or customer_of(target)


def _locked(row: Any) -> Any:
    model: type[Model] = type(row)
    return model._default_manager.select_for_update(of=("self",)).get(pk=row.pk)


def _facts(record: ActionRecord) -> Mapping[str, Any]:
    ids = {
        "record": record.pk,
        "action": record.action,
        "customer": record.customer_id,
        "holding": record.holding_id,
        "order": record.order_id,
        "topic": record.topic_id,
        "case": record.case_id,
    }
    facts = {key: value for key, value in ids.items() if value is not None}
    return audience.about(record.interaction, **facts) if record.interaction else facts


def _audience(record: ActionRecord) -> list[str]:
    keys = audience.of(record.interaction) if record.interaction else []
    return keys or ([f"agent:{record.by_id}"] if record.by_id else [])

"""A matter begins: opened by somebody or by itself, or split off from another."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from fanal.agents.models import Agent, Team, Tier
from fanal.cases import rules
from fanal.cases.actions.telling import locked, tell
from fanal.cases.models import Case, CaseNote, CaseOrigin, CaseState, CaseType, Category
from fanal.customers.models import Customer
from fanal.holdings.models import Holding, Order


@transaction.atomic
def open_case(
    *,
    type: CaseType,
    subject: str,
    origin: str = CaseOrigin.AGENT,
    category: Category | None = None,
    priority: int | None = None,
    customer: Customer | None = None,
    holding: Holding | None = None,
    order: Order | None = None,
    owner: Agent | None = None,
    team: Team | None = None,
    tier: Tier | None = None,
    interaction: int | None = None,
    practice: bool = False,
    settled: bool = False,
    now: datetime,
    by: Agent | None,
) -> Case:
    """Open a case; without a customer it is non-personal until someone is found.

    `interaction` is the id of the contact it came up in, for the event: the topic that ties them is made by
    whoever calls (scenarios.actions.open_in). `settled` opens and settles at once, as automatic cases are.
    """
    case = Case.objects.create(
        type=type,
        category=category,
        subject=rules.check_subject(subject),
        state=CaseState.SETTLED if settled else CaseState.OPEN,
        settled_at=now if settled else None,
        priority=priority or type.default_priority,
        origin=origin,
        customer=customer,
        holding=holding,
        order=order,
        owner=owner,
        team=team or (owner.team if owner else None),
        tier=tier or type.tier,
        practice=practice or bool(by and by.practising) or bool(customer and customer.practice),
        opened_at=now,
        updated_at=now,
    )
    case.refresh_from_db(fields=["number"])
    tell(case, "case.opened", by=by, now=now, interaction=interaction, data={"origin": origin})
    if settled:
        tell(case, "case.settled", by=by, now=now, interaction=interaction, data={"at_once": True})
    return case


@transaction.atomic
def split(
    *,
    case: Case,
    subject: str,
    type: CaseType | None = None,
    category: Category | None = None,
    note_ids: Iterable[int] = (),
    now: datetime,
    by: Agent,
) -> Case:
    """Make a second case of part of a case: same customer and object, the chosen notes go along."""
    first = locked(case)
    if first.withdrawn_at:
        raise rules.NotPossible("withdrawn")
    second = open_case(
        type=type or first.type,
        category=category or first.category,
        subject=subject,
        origin=CaseOrigin.SPLIT,
        priority=first.priority,
        customer=first.customer,
        holding=first.holding,
        order=first.order,
        owner=first.owner or by,
        team=first.team,
        tier=first.tier,
        practice=first.practice,
        now=now,
        by=by,
    )
    second.split_from = first
    second.save(update_fields=["split_from"])
    moved = CaseNote.objects.filter(case=first, pk__in=list(note_ids)).update(case=second)
    Case.objects.filter(pk=first.pk).update(updated_at=now)
    tell(first, "case.changed", by=by, now=now, data={"split_into": second.pk, "notes": moved})
    return second

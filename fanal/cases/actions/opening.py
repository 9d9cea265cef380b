"""A matter begins: opened by somebody or by itself, or split off from another."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from fanal.agents.models import Agent, Team, Tier
from fanal.cases import rules
from fanal.cases.actions.filing import file
from fanal.cases.actions.stepping import begin_steps
from fanal.cases.actions.telling import locked, tell
from fanal.cases.actions.valuing import values_to_open
from fanal.cases.models import Case, CaseNote, CaseOrigin, CaseSplit, CaseState, CaseType, Category
from fanal.customers.models import Customer
from fanal.holdings.models import Holding, Order
from fanal.running.connections import prepared_cursor


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
    values: Mapping[str, Any] | None = None,
    now: datetime,
    by: Agent | None,
) -> Case:
    """Open a case; without a customer it is non-personal until someone is found.

    `interaction` is the id of the contact it came up in, for the event: the topic that ties them is made by
    whoever calls (scenarios.actions.open_in). `settled` opens and settles at once, as automatic cases are.
    `values` is what the fields of the type were given: then what the type needs to be opened must be there. Without it
    (a program opens, a part is split off) nothing is asked for, and the page says what is missing. Raises NotPossible.
    """
    case = Case.objects.create(
        number=_next_number(),
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
        values={} if values is None else values_to_open(type, values),
        opened_at=now,
        updated_at=now,
    )
    if not settled:
        file(case)
        begin_steps(case)
    told = {"origin": origin} | ({"at_once": True} if settled else {})
    tell(case, "case.opened", by=by, now=now, interaction=interaction, data=told, is_new=True)
    if settled:
        tell(case, "case.settled", by=by, now=now, interaction=interaction, data={"at_once": True}, is_new=True)
    return case


def _next_number() -> int:
    """Asked for beforehand: to read back what the row was given costs several times as much."""
    with prepared_cursor() as cursor:
        cursor.execute("SELECT nextval('case_number')")
        return int(cursor.fetchone()[0])


@transaction.atomic
def open_after(*, before: Case, subject: str, interaction: int | None = None, now: datetime) -> Case:
    """A matter that follows one which was settled too long ago to come up again; each names the other."""
    case = open_case(
        type=before.type,
        category=before.category,
        subject=subject[:200],
        origin=CaseOrigin.CUSTOMER,
        customer=before.customer,
        holding=before.holding,
        order=before.order,
        interaction=interaction,
        practice=before.practice,
        now=now,
        by=None,
    )
    tell(case, "case.follows", by=None, now=now, data={"before": before.pk})
    tell(before, "case.followed_by", by=None, now=now, data={"after": case.pk})
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
    rules.check_stands(first)
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
    chosen = CaseNote.objects.filter(case=first, pk__in=list(note_ids))
    notes = list(chosen.values_list("pk", flat=True))
    moved = chosen.update(case=second)
    CaseSplit.objects.create(case=first, into=second, notes=notes, by=by, at=now)
    Case.objects.filter(pk=first.pk).update(updated_at=now)
    tell(first, "case.changed", by=by, now=now, data={"split_into": second.pk, "notes": moved})
    return second

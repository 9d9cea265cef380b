"""What is said about a case changes: its fields, whose it is, and who it is for."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model

from fanal.agents.models import Agent, Team, Tier
from fanal.cases import rules
from fanal.cases.actions import notices
from fanal.cases.actions.filing import file
from fanal.cases.actions.following import tell_followers
from fanal.cases.actions.stepping import add_missing_steps
from fanal.cases.actions.telling import audience_of, locked, tell
from fanal.cases.asking import fields_of, for_rules
from fanal.cases.models import Case, CaseState, CaseType, Category, Priority
from fanal.cases.rules.values import checked
from fanal.customers.models import Customer

UNCHANGED: Any = object()


@transaction.atomic
def change(
    *,
    case: Case,
    type: CaseType = UNCHANGED,
    category: Category | None = UNCHANGED,
    priority: int = UNCHANGED,
    subject: str = UNCHANGED,
    now: datetime,
    by: Agent | None,
) -> Case:
    """Change what is given; what is not given stays. A change to the same value is none."""
    case = locked(case)
    rules.check_stands(case)
    if subject is not UNCHANGED:
        subject = rules.check_subject(subject)
    if priority is not UNCHANGED and priority not in Priority.values:
        raise rules.NotPossible("priority_unknown")
    before = case.type_id
    case = _write(case, {"type": type, "category": category, "priority": priority, "subject": subject}, now=now, by=by)
    if case.type_id != before and case.state != CaseState.SETTLED:
        add_missing_steps(case)
    return case


@transaction.atomic
def set_values(*, case: Case, values: Mapping[str, Any], now: datetime, by: Agent) -> Case:
    """Write what is known of the fields of its type; an empty value takes one out. Raises NotPossible."""
    case = locked(case)
    rules.check_stands(case)
    kept = checked(for_rules(fields_of(case.type_id)), values, case.values)
    return _write(case, {"values": kept}, now=now, by=by)


@transaction.atomic
def assign(
    *,
    case: Case,
    owner: Agent | None = UNCHANGED,
    team: Team | None = UNCHANGED,
    tier: Tier | None = UNCHANGED,
    quiet: bool = False,
    now: datetime,
    by: Agent | None,
) -> Case:
    """Say whose case it is. A new owner brings their team along unless one is named; `quiet`: is told otherwise."""
    case = locked(case)
    rules.check_stands(case)
    if owner is not UNCHANGED and owner is not None:
        if not owner.is_active:
            raise rules.NotPossible("owner_left")
        if owner.practising != case.practice:
            raise rules.NotPossible("owner_practises")
        if team is UNCHANGED and owner.team_id:
            team = owner.team
    before = case.owner_id
    case = _write(case, {"owner": owner, "team": team, "tier": tier}, now=now, by=by)
    if case.owner_id != before and not quiet:
        told = notices.tell(agents=[case.owner_id] if case.owner_id else [], kind="given", case=case, by=by, now=now)
        tell_followers(case, "owner_changed", by=by, now=now, but=set(told))
    return case


@transaction.atomic
def attach_customer(
    *, case: Case, customer: Customer | None, now: datetime, by: Agent | None, interaction: int | None = None
) -> Case:
    """Say whose matter it is, or that it is nobody's known; corrections are changes like any other."""
    case = locked(case)
    if customer and customer.practice != case.practice:
        raise rules.NotPossible("customer_practises")
    return _write(case, {"customer": customer}, now=now, by=by, interaction=interaction)


def _write(
    case: Case, values: dict[str, Any], *, now: datetime, by: Agent | None, interaction: int | None = None
) -> Case:
    """Save what differs; the event holds ids and codes from and to, of texts and values only that they changed."""
    heard_before = audience_of(case)
    changes: dict[str, list[Any]] = {}
    for field, value in values.items():
        if value is UNCHANGED or getattr(case, field) == value:
            continue
        changes[field] = [] if field in ("subject", "values") else [_plain(getattr(case, field)), _plain(value)]
        setattr(case, field, value)
    if changes:
        case.updated_at = now
        case.save(update_fields=[*changes, "updated_at"])
        if "subject" in changes:
            file(case, anew=True)
        tell(
            case, "case.changed", by=by, now=now, interaction=interaction, data={"changes": changes}, also=heard_before
        )
    return case


def _plain(value: Any) -> Any:
    return value.pk if isinstance(value, Model) else value

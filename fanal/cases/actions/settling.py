"""A matter is done, waits for the customer, comes up again, or was never one."""

from datetime import datetime

from django.db import transaction

from fanal.agents.models import Agent
from fanal.cases import rules
from fanal.cases.actions.telling import locked, tell
from fanal.cases.models import Case, CaseNote, CaseOrigin, CaseState


def snapshot(case: Case, *, other_interactions: int = 0) -> rules.CaseSnapshot:
    return rules.CaseSnapshot(
        state=case.state,
        made_itself=case.origin == CaseOrigin.RULE,
        withdrawn_at=case.withdrawn_at,
        noted=case.notes.exists(),
        other_interactions=other_interactions,
    )


@transaction.atomic
def settle(*, case: Case, note: str = "", now: datetime, by: Agent | None, interaction: int | None = None) -> Case:
    """Settle a case, with a last note if there is something to say. Settling a settled case changes nothing."""
    case = locked(case)
    if not rules.may_settle(snapshot(case)):
        return case
    if note.strip() and by:
        CaseNote.objects.create(case=case, by=by, text=note.strip(), at=now)
    case.state, case.settled_at, case.updated_at = CaseState.SETTLED, now, now
    case.save(update_fields=["state", "settled_at", "updated_at"])
    tell(case, "case.settled", by=by, now=now, interaction=interaction)
    return case


@transaction.atomic
def reopen(*, case: Case, reason: str, now: datetime, by: Agent | None, interaction: int | None = None) -> Case:
    """Open a settled case again: counted, and the reason stands in its notes. An open case stays as it is."""
    case = locked(case)
    if not rules.may_reopen(snapshot(case)):
        return case
    reason = rules.check_reason(reason)
    if by:
        CaseNote.objects.create(case=case, by=by, text=reason, at=now)
    case.state, case.settled_at, case.updated_at = CaseState.OPEN, None, now
    case.reopened_count += 1
    case.save(update_fields=["state", "settled_at", "updated_at", "reopened_count"])
    tell(case, "case.reopened", by=by, now=now, interaction=interaction, data={"count": case.reopened_count})
    return case


@transaction.atomic
def wait_for_customer(*, case: Case, waiting: bool, now: datetime, by: Agent | None) -> Case:
    """Mark that the next word is the customer's, or take the mark away."""
    case = locked(case)
    if case.withdrawn_at:
        raise rules.NotPossible("withdrawn")
    if case.state == CaseState.SETTLED:
        raise rules.NotPossible("settled")
    state = CaseState.PENDING if waiting else CaseState.OPEN
    if case.state != state:
        before, case.state, case.updated_at = case.state, state, now
        case.save(update_fields=["state", "updated_at"])
        tell(case, "case.changed", by=by, now=now, data={"changes": {"state": [before, str(state)]}})
    return case


@transaction.atomic
def withdraw(
    *, case: Case, now: datetime, by: Agent | None, interaction: int | None = None, other_interactions: int = 0
) -> Case:
    """«Not this»: the case is kept but counts in no figure. Raises NotPossible when somebody has worked on it."""
    case = locked(case)
    if rules.may_withdraw(snapshot(case, other_interactions=other_interactions)):
        case.withdrawn_at, case.updated_at = now, now
        case.save(update_fields=["withdrawn_at", "updated_at"])
        tell(case, "case.withdrawn", by=by, now=now, interaction=interaction)
    return case

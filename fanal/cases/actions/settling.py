"""A matter is done, waits for the customer, comes up again, or was never one."""

from datetime import datetime

from django.db import transaction

from fanal.agents.models import Agent
from fanal.cases import rules
from fanal.cases.actions.filing import file
from fanal.cases.actions.following import call, tell_followers
from fanal.cases.actions.stepping import add_missing_steps
from fanal.cases.actions.telling import locked, tell
from fanal.cases.actions.waiting import settled_for_others
from fanal.cases.asking import lacking
from fanal.cases.models import Case, CaseNote, CaseOrigin, CaseState


def snapshot(case: Case, *, other_interactions: int = 0) -> rules.CaseSnapshot:
    return rules.CaseSnapshot(
        state=case.state,
        made_itself=case.origin == CaseOrigin.RULE,
        withdrawn_at=case.withdrawn_at,
        noted=case.notes.exists(),
        merged_into_id=case.merged_into_id,
        other_interactions=other_interactions,
    )


@transaction.atomic
def settle(*, case: Case, note: str = "", now: datetime, by: Agent | None, interaction: int | None = None) -> Case:
    """Settle a case, with a last note if there is something to say. Settling a settled case changes nothing.

    Raises NotPossible with the names of the fields and required steps that are missing, unless a program settles it.
    """
    case = locked(case)
    if not rules.may_settle(snapshot(case)):
        return case
    if by and (names := lacking(case)):
        raise rules.NotPossible("missing_to_settle", names=names)
    if note.strip() and by:
        CaseNote.objects.create(case=case, by=by, text=note.strip(), at=now)
        call(case, note, by=by, now=now)
    case.state, case.settled_at, case.updated_at = CaseState.SETTLED, now, now
    case.save(update_fields=["state", "settled_at", "updated_at"])
    tell(case, "case.settled", by=by, now=now, interaction=interaction)
    tell_followers(case, "settled", by=by, now=now)
    settled_for_others(case, now=now, by=by)
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
    file(case)
    add_missing_steps(case)
    tell(case, "case.reopened", by=by, now=now, interaction=interaction, data={"count": case.reopened_count})
    tell_followers(case, "reopened", by=by, now=now)
    return case


@transaction.atomic
def wait_for_customer(*, case: Case, waiting: bool, now: datetime, by: Agent | None) -> Case:
    """Mark that the next word is the customer's, or take the mark away."""
    case = locked(case)
    rules.check_stands(case)
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

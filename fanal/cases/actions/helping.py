"""Several work on one case and the owner stays the owner: who helps comes by themselves, or is asked to."""

from datetime import datetime

from django.db import transaction

from fanal.agents.models import Agent
from fanal.cases import rules
from fanal.cases.actions import notices
from fanal.cases.actions.telling import locked, tell
from fanal.cases.models import Case, CaseHelper, CaseState, Part


@transaction.atomic
def let_in(*, case: Case, agent: Agent, part: str = Part.HELPS, now: datetime, by: Agent | None) -> CaseHelper:
    """`agent` works on the case too, sees it and hears of it. Who is there already stays. Raises NotPossible."""
    case = locked(case)
    if case.withdrawn_at:
        raise rules.NotPossible("withdrawn")
    if part == Part.HELPS and case.state == CaseState.SETTLED:
        raise rules.NotPossible("settled")
    if not agent.is_active:
        raise rules.NotPossible("owner_left")
    if agent.practising != case.practice:
        raise rules.NotPossible("owner_practises")
    if part == Part.HELPS and case.owner_id == agent.pk:
        raise rules.NotPossible("owns_it")
    there = CaseHelper.objects.filter(case=case, agent=agent, part=part, left_at=None).first()
    if there:
        return there
    invited_by = by if by != agent else None
    helper = CaseHelper.objects.create(case=case, agent=agent, part=part, invited_by=invited_by, joined_at=now)
    tell(case, "case.helper_joined", by=by, now=now, data={"agent": agent.pk, "part": str(part)})
    if part == Part.HELPS:
        notices.tell(agents=[agent], kind="asked_to_help", case=case, by=by, now=now)
    return helper


@transaction.atomic
def let_out(*, case: Case, agent: Agent, part: str = Part.HELPS, now: datetime, by: Agent | None) -> bool:
    """They no longer work on it, of their own accord or sent home. False when they did not."""
    case = locked(case)
    left = CaseHelper.objects.filter(case=case, agent=agent, part=part, left_at=None).update(left_at=now)
    if left:
        data = {"agent": agent.pk, "part": str(part)}
        tell(case, "case.helper_left", by=by, now=now, data=data, also=[f"agent:{agent.pk}"])
    return bool(left)

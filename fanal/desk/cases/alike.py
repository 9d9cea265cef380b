"""Cases that are like one another as a person reads them: each with its reasons in sentences."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from fanal.agents.models import Agent
from fanal.cases import alike, wording
from fanal.cases.models import Case
from fanal.cases.rules.alike import Matter


@dataclass(frozen=True, kw_only=True)
class AlikeView:
    pk: int
    number: int
    subject: str
    state: str
    state_name: str
    opened_at: datetime
    below: bool
    reasons: list[str]


def like_case(case: Case, *, agent: Agent) -> list[AlikeView]:
    """Those like a case that this agent may see; what was taken back is compared with nothing."""
    return like(alike.matter_of(case), agent=agent, but=case.pk) if case.withdrawn_at is None else []


def like(matter: Matter, *, agent: Agent, but: int = 0) -> list[AlikeView]:
    found = alike.alike(matter, among=Case.objects.visible_to(agent), but=but, now=timezone.now())
    return [
        AlikeView(
            pk=one.pk,
            number=one.number,
            subject=one.subject,
            state=one.state,
            state_name=one.state_name,
            opened_at=one.opened_at,
            below=one.parent_id is not None,
            reasons=[wording.likeness(reason) for reason in one.likeness.reasons],
        )
        for one in found
    ]

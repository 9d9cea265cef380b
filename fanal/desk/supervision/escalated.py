"""What rules of escalation have told supervision lately, for the top of the page of queues."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from fanal.agents.models import Agent, Permission
from fanal.cases.models import Case, CaseState
from fanal.escalation import wording
from fanal.escalation.models import Escalation

FOR = timedelta(days=1)
SHOWN = 20


@dataclass(frozen=True, kw_only=True)
class Told:
    case: int
    number: int
    subject: str
    why: str
    did: str
    at: datetime


def lately(viewer: Agent, *, now: datetime) -> list[Told]:
    """The latest of the last day whose case is open still, for whoever supervises everything."""
    if not viewer.may(Permission.SUPERVISE):
        return []
    rows = Escalation.objects.filter(told=True, at__gt=now - FOR).exclude(case__state=CaseState.SETTLED)
    rows = rows.filter(case__in=Case.objects.visible_to(viewer)).select_related("case", "rule", "hand_over__to_queue")
    return [
        Told(
            case=fact.case_id,
            number=fact.case.number,
            subject=fact.case.subject,
            why=wording.sentence(fact.rule, fact.why),
            did=wording.did(fact),
            at=fact.at,
        )
        for fact in rows.order_by("-at", "-pk")[:SHOWN]
    ]

"""The few live numbers at the top of the desk: what waits in the queues this agent can serve, and their own day."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Avg, Count, Exists, F, Max, Min, OuterRef, QuerySet
from django.utils import timezone

from fanal.agents.models import Agent, AgentSkill
from fanal.interactions.models import Segment
from fanal.routing.models import EntryState, Queue, QueueEntry, QueueSkill


@dataclass(frozen=True, kw_only=True)
class Pulse:
    waiting: int
    longest_since: datetime | None
    late_after: int
    handling: timedelta | None

    @property
    def minutes(self) -> str:
        """5:12"""
        seconds = int(self.handling.total_seconds()) if self.handling else 0
        return f"{seconds // 60}:{seconds % 60:02}"


def pulse_of(agent: Agent, *, now: datetime) -> Pulse:
    """Two queries; the handling time is talk and wrap-up of what the agent finished today."""
    waiting = QueueEntry.objects.filter(queue__in=served_by(agent), state__in=[EntryState.WAITING, EntryState.OFFERED])
    found = waiting.aggregate(n=Count("pk"), since=Min("entered_at"), late=Max("queue__answer_within_seconds"))
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    done = Segment.objects.filter(agent=agent, wrapped_up_at__gte=midnight)
    return Pulse(
        waiting=found["n"],
        longest_since=found["since"],
        late_after=found["late"] or 0,
        handling=done.aggregate(mean=Avg(F("wrapped_up_at") - F("started_at")))["mean"],
    )


def served_by(agent: Agent) -> QuerySet[Queue]:
    """The active queues that ask for no skill which this agent lacks."""
    has = AgentSkill.objects.filter(agent=agent, skill=OuterRef("skill"))
    lacking = QueueSkill.objects.filter(queue=OuterRef("pk")).exclude(Exists(has))
    return Queue.objects.filter(active=True, practice=agent.practising).exclude(Exists(lacking))

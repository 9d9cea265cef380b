"""The few live numbers at the top of the desk: what waits in the queues this agent can serve, and their own day."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, Exists, F, Max, Min, OuterRef, QuerySet, Value
from django.utils import timezone

from fanal.agents.kept import kept
from fanal.agents.models import Agent, AgentSkill
from fanal.interactions.models import Segment
from fanal.routing.models import WAITS, Queue, QueueEntry, QueueSkill


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
    waiting, since, late = _waiting.first(agent=agent) or (0, None, None)
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return Pulse(
        waiting=waiting,
        longest_since=since,
        late_after=late or 0,
        handling=_handling.first(agent=agent, midnight=midnight),
    )


@kept
def _waiting(agent: Agent) -> QuerySet[QueueEntry, tuple[Any, ...]]:
    rows = QueueEntry.objects.filter(queue__in=served_by(agent), state__in=WAITS)
    figures = (Count("pk"), Min("entered_at"), Max("queue__answer_within_seconds"))
    return rows.order_by().values(all=Value(1)).values_list(*figures)


@kept
def _handling(agent: Agent, midnight: datetime) -> QuerySet[Segment, timedelta]:
    done = Segment.objects.filter(agent=agent, wrapped_up_at__gte=midnight).order_by()
    return done.values("agent").annotate(mean=Avg(F("wrapped_up_at") - F("started_at"))).values_list("mean", flat=True)


def served_by(agent: Agent) -> QuerySet[Queue]:
    """The active queues that ask for no skill which this agent lacks."""
    has = AgentSkill.objects.filter(agent=agent, skill=OuterRef("skill"))
    lacking = QueueSkill.objects.filter(queue=OuterRef("pk")).exclude(Exists(has))
    return Queue.objects.filter(active=True, practice=agent.practising).exclude(Exists(lacking))

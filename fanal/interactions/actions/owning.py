"""A contact passes from one owner to the next: from a queue to an agent, and back."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from fanal.agents.kept import kept
from fanal.agents.models import Agent
from fanal.interactions.actions.calls import end_holds
from fanal.interactions.models import Interaction, Segment, SegmentKind, Topic, TopicSpan
from fanal.running.connections.inserting import insert
from fanal.running.connections.updating import update


def running_segment(interaction: Interaction) -> Segment | None:
    """The part that goes on; None when the contact has ended."""
    return _running.first(interaction=interaction.pk)


def running_locked(interaction: Interaction) -> Segment | None:
    """The same, which nobody else changes until the transaction ends."""
    return _running_locked.first(interaction=interaction.pk)


@transaction.atomic(savepoint=False)
def give_to_agent(
    *, interaction: Interaction, agent: Agent, wrap_up_due_at: datetime | None = None, now: datetime
) -> Segment:
    """The running segment ends (an agent's goes into wrap-up), this agent's begins; an open topic takes the time."""
    now = _end_running(interaction, now=now, wrap_up_due_at=wrap_up_due_at)
    segment = insert(Segment(interaction=interaction, kind=SegmentKind.AGENT, agent=agent, started_at=now))
    topic = _last_topic.first(interaction=interaction.pk)
    if topic:
        TopicSpan.objects.create(topic=topic, segment=segment, started_at=now)
    return segment


@transaction.atomic(savepoint=False)
def give_to_queue(*, interaction: Interaction, wrap_up_due_at: datetime | None = None, now: datetime) -> Segment:
    """The running segment ends (an agent's goes into wrap-up) and a queue owns the contact."""
    now = _end_running(interaction, now=now, wrap_up_due_at=wrap_up_due_at)
    return insert(Segment(interaction=interaction, kind=SegmentKind.QUEUE, started_at=now))


@transaction.atomic(savepoint=False)
def give_away(*, interaction: Interaction, wrap_up_due_at: datetime | None = None, now: datetime) -> Segment:
    """The running segment ends (an agent's goes into wrap-up): they are with somebody outside, and no agent has it."""
    now = _end_running(interaction, now=now, wrap_up_due_at=wrap_up_due_at)
    return insert(Segment(interaction=interaction, kind=SegmentKind.AWAY, started_at=now))


def _end_running(interaction: Interaction, *, now: datetime, wrap_up_due_at: datetime | None = None) -> datetime:
    """Returns when: now, or its beginning where the clock was set back meanwhile; nothing takes less than no time."""
    segment = running_locked(interaction)
    if segment is None:
        return now
    segment.ended_at = max(now, segment.started_at)
    segment.wrap_up_due_at = wrap_up_due_at if segment.kind == SegmentKind.AGENT else None
    update(segment, "ended_at", "wrap_up_due_at")
    end_holds(segment, now=segment.ended_at)
    return segment.ended_at


@kept
def _last_topic(interaction: int) -> QuerySet[Topic]:
    return Topic.objects.filter(interaction=interaction, withdrawn_at=None).order_by("-position")[:1]


@kept
def _running(interaction: int) -> QuerySet[Segment]:
    return Segment.objects.filter(interaction=interaction, ended_at=None).order_by("pk")[:1]


@kept
def _running_locked(interaction: int) -> QuerySet[Segment]:
    rows = Segment.objects.select_for_update(of=("self",)).filter(interaction=interaction, ended_at=None)
    return rows.order_by("pk")[:1]

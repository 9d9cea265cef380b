"""A contact passes from one owner to the next: from a queue to an agent, and back."""

from datetime import datetime

from django.db import transaction

from fanal.agents.models import Agent
from fanal.interactions.models import Interaction, Segment, SegmentKind, Topic, TopicSpan


@transaction.atomic
def give_to_agent(*, interaction: Interaction, agent: Agent, now: datetime) -> Segment:
    """The running segment ends and the agent's begins; the topic that is open, if any, takes the time."""
    _end_running(interaction, now=now)
    segment = Segment.objects.create(interaction=interaction, kind=SegmentKind.AGENT, agent=agent, started_at=now)
    topic = Topic.objects.filter(interaction=interaction, withdrawn_at=None).order_by("position").last()
    if topic:
        TopicSpan.objects.create(topic=topic, segment=segment, started_at=now)
    return segment


@transaction.atomic
def give_to_queue(*, interaction: Interaction, wrap_up_due_at: datetime | None = None, now: datetime) -> Segment:
    """The running segment ends (an agent's goes into wrap-up) and a queue owns the contact."""
    _end_running(interaction, now=now, wrap_up_due_at=wrap_up_due_at)
    return Segment.objects.create(interaction=interaction, kind=SegmentKind.QUEUE, started_at=now)


def _end_running(interaction: Interaction, *, now: datetime, wrap_up_due_at: datetime | None = None) -> None:
    segment = Segment.objects.select_for_update(of=("self",)).filter(interaction=interaction, ended_at=None).first()
    if segment is None:
        return
    segment.ended_at = now
    segment.wrap_up_due_at = wrap_up_due_at if segment.kind == SegmentKind.AGENT else None
    segment.save(update_fields=["ended_at", "wrap_up_due_at"])

"""The talk ends, the wrap-up begins and ends, and the agent is there for the next one."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, QuerySet

from fanal.agents.kept import kept
from fanal.agents.models import Agent
from fanal.events.actions import publish
from fanal.interactions import actions as interactions
from fanal.interactions.audience import customers
from fanal.interactions.models import EndReason, Interaction, PartEnd, Participation, Segment, SegmentKind
from fanal.routing.actions import loads
from fanal.routing.actions.entering import abandon, leave, lock_entry, lock_waiting, withdraw_offer
from fanal.routing.actions.telling import wake
from fanal.routing.models import WAITS, EntryState, Queue, QueueEntry

WRAP_UP_SECONDS = 30


@transaction.atomic(savepoint=False)
def finish_talk(
    *, interaction: Interaction, by: Agent | None, reason: str = EndReason.AGENT, now: datetime
) -> Segment | None:
    """The talk is over and the agent's wrap-up begins; whoever was still waiting has abandoned.

    Returns the segment in wrap-up, None when the contact was over already or nobody had it.
    """
    release(interaction=interaction, now=now)
    if lock_waiting(interaction=interaction):
        abandon(interaction=interaction, now=now)
        return None
    running = interactions.running_segment(interaction)
    due = wrap_up_due(running, now) if running and running.kind == SegmentKind.AGENT else None
    segment = interactions.end_talk(interaction=interaction, reason=reason, wrap_up_due_at=due, now=now, by=by)
    if segment is None or segment.kind != SegmentKind.AGENT:
        return None
    begin_wrap_up(segment, now=now, by=by)
    return segment


def release(*, interaction: Interaction, now: datetime) -> None:
    """It is about to be over for all who are in it: they are free, and nobody is asked any more."""
    interactions.lock(interaction.pk)
    for part in interactions.open_parts(interaction):
        waiting = QueueEntry.objects.filter(participation=part, state__in=WAITS).values_list("pk", flat=True).first()
        if waiting and (entry := lock_entry(waiting)).state in WAITS:
            withdraw_offer(entry, reason="taken_out", now=now)
            leave(entry, state=EntryState.WITHDRAWN, now=now, reason="taken_out")
        if interactions.end_part(part, end=PartEnd.OVER, by=None, now=now) and part.agent_id:
            loads.change(part.agent_id, channel=interaction.channel, by=-1, idle=True, now=now)


def leave_calls(agent: Agent, *, by: Agent | None, now: datetime) -> None:
    """Whoever goes home, or is lost, is in no call of others any more."""
    for part in Participation.objects.filter(agent=agent, ended_at=None).select_related("interaction"):
        if interactions.end_part(part, end=PartEnd.LEFT if by else PartEnd.LOST, by=by, now=now):
            loads.change(agent.pk, channel=part.interaction.channel, by=-1, idle=True, now=now)


def begin_wrap_up(segment: Segment, *, now: datetime, by: Agent | None) -> None:
    """After the end of an agent's segment: tell it, and end it at once where no time is given."""
    queue = queue_of(segment)
    _tell("segment.ended", segment, queue, now=now, by=by, customer=True)
    if segment.wrap_up_due_at is None or segment.wrap_up_due_at <= now:
        complete_wrap_up(segment_id=segment.pk, by=by, now=now)
        return
    _tell("wrap_up.started", segment, queue, now=now, by=by)
    wake()


@transaction.atomic
def complete_wrap_up(*, segment_id: int, by: Agent | None, now: datetime) -> None:
    """The agent is done, or the time is up: everything reported is there already. Twice is once."""
    segment = Segment.objects.select_related("interaction", "agent").get(pk=segment_id)
    if segment.agent_id is None or not interactions.complete_wrap_up(segment=segment, now=now, by=by):
        return
    loads.change(segment.agent_id, channel=segment.interaction.channel, by=-1, idle=True, now=now)
    _tell("wrap_up.ended", segment, queue_of(segment), now=now, by=by, reason="done" if by else "time")


def expire_wrap_ups(*, now: datetime) -> int:
    """End the wrap-ups whose time is up. Returns how many."""
    due = Segment.objects.filter(wrapped_up_at=None, wrap_up_due_at__lte=now, ended_at__isnull=False).order_by(
        "wrap_up_due_at"
    )
    segments = list(due.values_list("pk", flat=True)[:200])
    for segment_id in segments:
        complete_wrap_up(segment_id=segment_id, by=None, now=now)
    return len(segments)


def wrap_up_due(segment: Segment, now: datetime) -> datetime:
    """When the wrap-up of this segment would end, by the rule of the queue it came from."""
    queue = queue_of(segment)
    return now + timedelta(seconds=queue.wrap_up_seconds if queue else WRAP_UP_SECONDS)


def queue_of(segment: Segment) -> Queue | None:
    """The queue whose work the segment is: where they waited last, or by which whoever has them now was asked along.

    A colleague who was asked by name did the work of the queue that asked. None for a contact that an agent began.
    """
    entry = _entry_before.first(interaction=segment.interaction_id, at=segment.started_at)
    if entry is None or entry.was_passed_on:  # type: ignore[attr-defined]
        since = entry.entered_at if entry else segment.interaction.started_at
        asked = _asked_before.first(interaction=segment.interaction_id, since=since, at=segment.started_at)
        entry = asked or entry
    return entry.queue if entry else None


def queue_they_were_in(interaction: Interaction) -> Queue | None:
    """Where they wait, or waited before the talk; None for who came to no queue."""
    entry = _last_entry.first(interaction=interaction.pk)
    return entry.queue if entry else None


@kept
def _last_entry(interaction: int) -> QuerySet[QueueEntry]:
    rows = QueueEntry.objects.filter(interaction=interaction).select_related("queue__calendar")
    return rows.order_by("-id")[:1]


@kept
def _entry_before(interaction: int, at: datetime) -> QuerySet[QueueEntry]:
    passed_on = Participation.objects.filter(interaction=interaction, end=PartEnd.GOT_IT)
    rows = QueueEntry.objects.filter(interaction=interaction, entered_at__lte=at).select_related("queue__calendar")
    return rows.annotate(was_passed_on=Exists(passed_on)).order_by("-id")[:1]


@kept
def _asked_before(interaction: int, since: datetime, at: datetime) -> QuerySet[QueueEntry]:
    """By which queue somebody was asked to talk along, who then got the contact."""
    rows = QueueEntry.objects.filter(
        participation__interaction=interaction,
        participation__end=PartEnd.GOT_IT,
        participation__ended_at__gte=since,
        participation__ended_at__lte=at,
    )
    return rows.select_related("queue__calendar").order_by("-participation__ended_at", "-id")[:1]


def _tell(
    kind: str,
    segment: Segment,
    queue: Queue | None,
    *,
    now: datetime,
    by: Agent | None,
    customer: bool = False,
    reason: str = "",
) -> None:
    interaction = segment.interaction
    data = {
        "segment": segment.pk,
        "interaction": interaction.pk,
        "agent": segment.agent_id,
        "channel": interaction.channel,
    }
    data |= {"queue": queue.pk} if queue else {}
    data |= {"reason": reason} if reason else {}
    data |= {"practice": True} if interaction.practice else {}
    audience = {f"agent:{segment.agent_id}", "supervision"} | ({f"queue:{queue.pk}"} if queue else set())
    if customer:
        audience.update(customers(interaction))
    publish(kind=kind, data=data, audience=audience, now=now, by=by.pk if by else None)

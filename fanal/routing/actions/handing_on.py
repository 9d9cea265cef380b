"""Work goes from one to another: transfer, reassignment, and giving it back."""

from datetime import datetime

from django.db import transaction
from django.db.models import F, Max

from fanal.agents.models import Agent, Presence, Tier
from fanal.cases.actions.telling import locked
from fanal.cases.models import Case, CaseState
from fanal.interactions import actions as interactions
from fanal.interactions import matters
from fanal.interactions.models import Interaction, Segment, SegmentKind, Topic
from fanal.routing.actions import packets
from fanal.routing.actions.entering import (
    NOT_AGAIN_FOR,
    TO_THE_FRONT,
    leave,
    lock_entry,
    moved,
    place,
    to_front,
    withdraw_offer,
)
from fanal.routing.actions.finishing import begin_wrap_up, complete_wrap_up, leave_calls, queue_of, wrap_up_due
from fanal.routing.actions.refusals import NotPossible, Refusal
from fanal.routing.actions.telling import tell
from fanal.routing.actions.tiers import queue_of_tier
from fanal.routing.models import WAITS, EntryState, Offer, OfferState, Queue, QueueEntry, Transfer, TransferTarget
from fanal.routing.opening import open_now
from fanal.routing.rules import CAME_BACK, NAMED
from fanal.routing.rules.packets import Packet, is_whole


@transaction.atomic
def transfer(
    *,
    interaction: Interaction,
    by: Agent,
    to_queue: Queue | None = None,
    to_agent: Agent | None = None,
    to_tier: Tier | None = None,
    summary: str = "",
    tried: str = "",
    expected: str = "",
    now: datetime,
) -> Transfer:
    """Hand a running talk on with its context; the customer goes before those who came after them.

    A named agent is asked first; if they do not answer, it is their queue's. Whoever gives it comes last: it does not
    ring at them again before everybody else had a minute for it, as after a decline.

    Another line gets a whole packet, and the case that it is about; so does a queue of a line that is given one.
    Raises NotPossible.
    """
    packet = Packet(summary=summary, tried=tried, expected=expected).tidy()
    line = to_tier or (to_queue.tier if to_queue and is_whole(packet) else None)
    if line:
        packet = packets.checked(packet, by=by)
    interaction, segment = _talk(interaction)
    came_from = queue_of(segment)
    queue = _target_queue(segment, came_from, to_queue=to_queue, to_agent=to_agent, to_tier=to_tier, now=now)
    segment.wrap_up_due_at = wrap_up_due(segment, now)
    waiting = interactions.give_to_queue(interaction=interaction, wrap_up_due_at=segment.wrap_up_due_at, now=now)
    entry = _entry(interaction, waiting, queue, now=now)
    entry.declined = {str(segment.agent_id): (now + NOT_AGAIN_FOR).isoformat()}
    if line:
        entry.hand_over = packets.write(
            packet,
            case=case_of(interaction),
            interaction=interaction,
            queue=queue,
            to_tier=line,
            from_queue=came_from,
            by=by,
            now=now,
        )
    place(entry, preferred_agent=to_agent, preferred_why=NAMED if to_agent else "", reason="transfer", now=now, by=by)
    fact = Transfer.objects.create(
        interaction=interaction,
        from_segment=segment,
        target=_target(to_agent, to_tier),
        to_queue=queue,
        to_agent=to_agent,
        summary=packet.summary,
        hand_over=entry.hand_over,
        by=by,
        at=now,
    )
    agents = [segment.agent_id, to_agent.pk if to_agent else None]
    tell("transfer.made", entry, now=now, by=by, agents=agents, customer=True, transfer=fact.pk, segment=segment.pk)
    segment.refresh_from_db()
    begin_wrap_up(segment, now=now, by=by)
    return fact


@transaction.atomic
def reassign(
    *,
    entry_id: int | None = None,
    interaction: Interaction | None = None,
    to_agent: Agent | None = None,
    to_queue: Queue | None = None,
    by: Agent,
    now: datetime,
) -> QueueEntry:
    """A supervisor sends waiting work, or a running talk, to an agent or another queue. Raises NotPossible."""
    if (to_agent is None) == (to_queue is None):
        raise NotPossible(Refusal.ONE_TARGET)
    if entry_id is None and interaction is not None:
        waiting = interaction.queue_entries.filter(state__in=WAITS).first()
        if waiting is None:
            transfer(interaction=interaction, by=by, to_agent=to_agent, to_queue=to_queue, now=now)
            return interaction.queue_entries.latest("id")
        entry_id = waiting.pk
    if to_agent and not available(to_agent):
        raise NotPossible(Refusal.NOT_THERE)
    entry = lock_entry(entry_id or 0)
    if entry.state not in WAITS:
        raise NotPossible(Refusal.GONE)
    withdraw_offer(entry, reason="reassigned", now=now, by=by)
    leave(entry, state=EntryState.WITHDRAWN, now=now, by=by, reason="reassigned")
    fresh = moved(entry, queue=to_queue or entry.queue)
    return place(
        fresh, preferred_agent=to_agent, preferred_why=NAMED if to_agent else "", reason="reassigned", now=now, by=by
    )


@transaction.atomic
def change_priority(*, entry_id: int, priority: int, by: Agent | None, now: datetime) -> QueueEntry:
    """Raise or lower what waits: 1 low … 4 urgent. Raises NotPossible when it no longer waits."""
    entry = lock_entry(entry_id)
    if entry.state not in WAITS:
        raise NotPossible(Refusal.GONE)
    before, entry.priority = entry.priority, min(max(priority, 1), 4)
    entry.version += 1
    entry.save(update_fields=["priority", "version"])
    tell("queue.priority_changed", entry, now=now, by=by, before=before)
    return entry


def hand_back(*, agent: Agent, reason: str, by: Agent | None, now: datetime) -> None:
    """Whatever the agent has goes back to the front of where it came from; their wrap-ups end."""
    leave_calls(agent, by=by, now=now)
    for entry_id in list(Offer.objects.filter(agent=agent, state=OfferState.OPEN).values_list("entry_id", flat=True)):
        entry = lock_entry(entry_id)
        withdraw_offer(entry, reason=reason, now=now, by=by)
        if entry.state == EntryState.OFFERED:
            to_front(entry, now=now)
    mine = Segment.objects.filter(agent=agent, kind=SegmentKind.AGENT, wrapped_up_at=None).select_related("interaction")
    for segment in list(mine):
        if segment.ended_at is None:
            give_back(segment, reason=reason, by=by, now=now)
        complete_wrap_up(segment_id=segment.pk, by=by, now=now)


def give_back(
    segment: Segment, *, reason: str, prefer: Agent | None = None, by: Agent | None, now: datetime
) -> QueueEntry:
    """A running talk goes back to the front of its queue; `prefer`: who has it again if they are back in time."""
    queue = queue_of(segment) or _any_queue(segment.interaction)
    waiting = interactions.give_to_queue(interaction=segment.interaction, wrap_up_due_at=now, now=now)
    entry = _entry(segment.interaction, waiting, queue, now=now)
    entry.position_at -= TO_THE_FRONT
    if prefer:
        entry.preferred_agent, entry.preferred_why, entry.preferred_until = prefer, CAME_BACK, now
    return place(entry, reason=reason, newcomer=False, now=now, by=by)


def _talk(interaction: Interaction) -> tuple[Interaction, Segment]:
    interaction = interactions.lock(interaction.pk)
    running = Segment.objects.filter(interaction=interaction, ended_at=None, kind=SegmentKind.AGENT)
    segment = running.select_related("interaction").first()
    if segment is None:
        raise NotPossible(Refusal.NO_TALK)
    return interaction, segment


def case_of(interaction: Interaction) -> Case | None:
    """The open case that the talk is about: that of the topic in focus, else of the latest."""
    topics = Topic.objects.filter(interaction=interaction, withdrawn_at=None, case__isnull=False)
    latest = topics.annotate(at=Max("spans__started_at")).order_by(F("at").desc(nulls_last=True), "-pk")
    found = matters.read_on([key for key in latest.values_list("case", flat=True) if key])
    left = next((case for case in found if case.state != CaseState.SETTLED), None)
    return locked(left) if left else None


def _entry(interaction: Interaction, segment: Segment, queue: Queue, *, now: datetime) -> QueueEntry:
    """A further wait of the same contact: it keeps its priority and the place of its beginning."""
    last = interaction.queue_entries.order_by("-id").first()
    return QueueEntry(
        queue=queue,
        interaction=interaction,
        segment=segment,
        channel=interaction.channel,
        priority=last.priority if last else queue.priority,
        skills={},
        entered_at=now,
        position_at=interaction.started_at,
        practice=interaction.practice or queue.practice,
    )


def _target_queue(
    segment: Segment,
    came_from: Queue | None,
    *,
    to_queue: Queue | None,
    to_agent: Agent | None,
    to_tier: Tier | None,
    now: datetime,
) -> Queue:
    if sum(target is not None for target in (to_queue, to_agent, to_tier)) != 1:
        raise NotPossible(Refusal.ONE_TARGET)
    if to_agent:
        if to_agent.pk == segment.agent_id:
            raise NotPossible(Refusal.SAME_AGENT)
        if not available(to_agent):
            raise NotPossible(Refusal.NOT_THERE)
        return came_from or _any_queue(segment.interaction)
    if to_queue:
        if not open_now(to_queue, now):
            raise NotPossible(Refusal.NO_QUEUE)
        return to_queue
    queue = queue_of_tier(to_tier, practice=segment.interaction.practice, now=now)
    if queue is None or not open_now(queue, now):
        raise NotPossible(Refusal.NO_QUEUE)
    return queue


def _any_queue(interaction: Interaction) -> Queue:
    queue = (
        Queue.objects.filter(active=True)
        .order_by("practice" if not interaction.practice else "-practice", "id")
        .first()
    )
    if queue is None:
        raise NotPossible(Refusal.NO_QUEUE)
    return queue


def available(agent: Agent) -> bool:
    return agent.is_active and agent.states.filter(ended_at=None, state=Presence.AVAILABLE).exists()


def _target(to_agent: Agent | None, to_tier: Tier | None) -> TransferTarget:
    return TransferTarget.AGENT if to_agent else TransferTarget.TIER if to_tier else TransferTarget.QUEUE

"""A case goes to another line with a packet, into a queue like any other work, and back to where it came from."""

from datetime import datetime

from django.db import transaction

from fanal.agents.models import Agent, Tier
from fanal.cases.actions.telling import locked
from fanal.cases.models import Case, CaseState
from fanal.interactions.models import Topic
from fanal.routing.actions import packets
from fanal.routing.actions.cases import dequeue_case, waiting_entry
from fanal.routing.actions.entering import NOT_AGAIN_FOR, place
from fanal.routing.actions.refusals import NotPossible, Refusal
from fanal.routing.models import EntryState, HandOver, Queue, QueueEntry
from fanal.routing.opening import open_now
from fanal.routing.rules import NAMED
from fanal.routing.rules.packets import Packet


@transaction.atomic
def hand_over(
    *,
    case: Case,
    to_queue: Queue | None = None,
    to_tier: Tier | None = None,
    packet: Packet,
    by: Agent | None,
    now: datetime,
) -> HandOver:
    """Hand a case to another line. The owner stays until somebody there accepts; then it is theirs.

    A line is an open queue of it, else one that opens. Where the case waits already it is taken out. Whoever gives it
    comes last for a minute. `by` None: a rule, whose sentence is the packet's summary. Raises NotPossible.
    """
    packet = packets.checked(packet, by=by)
    if (to_queue is None) == (to_tier is None):
        raise NotPossible(Refusal.ONE_TARGET)
    case = _taken_out(case, reason="handed_over", by=by, now=now)
    queue = to_queue or queue_of_tier(to_tier, practice=case.practice, now=now)
    if queue is None or queue.tier is None or not queue.active or queue.practice != case.practice:
        raise NotPossible(Refusal.NO_QUEUE)
    fact = packets.write(
        packet, case=case, queue=queue, to_tier=queue.tier, from_queue=_came_from(case), by=by, now=now
    )
    entry = _entry(case, fact, now=now)
    if giver := fact.from_agent_id:
        entry.declined = {str(giver): (now + NOT_AGAIN_FOR).isoformat()}
    place(entry, reason="handed_over", now=now, by=by)
    return fact


@transaction.atomic
def hand_back(*, case: Case, why: str, done: str, by: Agent, now: datetime) -> HandOver:
    """Give a case back with a word why and what was done: into the queue it came from, first to who gave it.

    Raises NotPossible when it was not handed over, or nothing is said.
    """
    packet = packets.checked(Packet(summary=why, tried=done, expected=why), by=by)
    case = _taken_out(case, reason="handed_back", by=by, now=now)
    given = packets.standing(case)
    if given is None or given.back_of_id:
        raise NotPossible(Refusal.NOT_HANDED_OVER)
    queue = _back_to(given, now=now)
    packet = Packet(summary=packet.summary, tried=packet.tried)
    fact = packets.write(
        packet,
        case=case,
        queue=queue,
        to_tier=given.from_tier or queue.tier,
        from_queue=given.to_queue,
        back_of=given,
        by=by,
        now=now,
    )
    place(
        _entry(case, fact, now=now),
        preferred_agent=given.from_agent,
        preferred_why=NAMED,
        reason="handed_back",
        now=now,
        by=by,
    )
    return fact


def queue_of_tier(tier: Tier | None, *, practice: bool, now: datetime) -> Queue | None:
    """Where work of a line goes: its first open queue, else the first that opens again."""
    queues = Queue.objects.filter(tier=tier, active=True, practice=practice).order_by("id").select_related("calendar")
    return next((queue for queue in queues if open_now(queue, now)), None) or queues.first()


def _taken_out(case: Case, *, reason: str, by: Agent | None, now: datetime) -> Case:
    """The case, locked, and waiting nowhere. The entry is locked before the case: everybody locks in this order."""
    dequeue_case(case=case, by=by, reason=reason, now=now)
    case = locked(case)
    if case.withdrawn_at or case.state == CaseState.SETTLED:
        raise NotPossible(Refusal.OVER)
    if waiting_entry(case):
        raise NotPossible(Refusal.WAITS_ALREADY)
    return case


def _entry(case: Case, fact: HandOver, *, now: datetime) -> QueueEntry:
    return QueueEntry(
        queue=fact.to_queue,
        case=case,
        hand_over=fact,
        channel="case",
        priority=case.priority,
        entered_at=now,
        position_at=now,
        practice=case.practice,
    )


def _came_from(case: Case) -> Queue | None:
    """The queue from which the case was taken last, else that of its latest contact."""
    taken = QueueEntry.objects.filter(case=case, consultation=None).exclude(state=EntryState.CLOSED)
    talks = Topic.objects.filter(case=case, withdrawn_at=None).values("interaction")
    for rows in (taken, QueueEntry.objects.filter(interaction__in=talks)):
        if entry := rows.filter(queue__tier=case.tier).select_related("queue").order_by("-id").first():
            return entry.queue
    return None


def _back_to(given: HandOver, *, now: datetime) -> Queue:
    queue = given.from_queue if given.from_queue and given.from_queue.active else None
    case = given.case
    if queue is None and case and given.from_tier:
        queue = queue_of_tier(given.from_tier, practice=case.practice, now=now)
    if queue is None and case:
        queue = Queue.objects.filter(active=True, practice=case.practice, tier=None).order_by("id").first()
    if queue is None:
        raise NotPossible(Refusal.NO_QUEUE)
    return queue

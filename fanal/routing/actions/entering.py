"""Work comes to a queue, and leaves it again without an agent."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from fanal.agents.kept import kept
from fanal.agents.models import Agent, Presence, Skill
from fanal.cases.models import Case
from fanal.interactions import actions as interactions
from fanal.interactions.capabilities import can
from fanal.interactions.models import EndReason, Interaction, Segment, SegmentKind
from fanal.routing.actions import loads, packets
from fanal.routing.actions.telling import tell, wake
from fanal.routing.models import WAITS, EntryState, Offer, OfferState, Queue, QueueEntry
from fanal.routing.opening import open_now, opens_at
from fanal.routing.rules import CAN_LIE
from fanal.running.connections.inserting import insert
from fanal.running.connections.updating import update

KEPT_FOR_PREFERRED = timedelta(seconds=60)
# To whoever declined it or handed it on, it is not offered for this long.
NOT_AGAIN_FOR = timedelta(seconds=60)
PRIORITIES = range(1, 5)
# The front is the past, in the order of the original waits.
TO_THE_FRONT = timedelta(days=3650)


@transaction.atomic(savepoint=False)
def enqueue(
    *,
    interaction: Interaction | None = None,
    case: Case | None = None,
    queue: Queue,
    priority: int | None = None,
    skills: Mapping[str, int] | Mapping[int, int] | None = None,
    preferred_agent: Agent | None = None,
    preferred_why: str = "",
    now: datetime,
    by: Agent | None = None,
) -> QueueEntry:
    """An interaction or a case waits for an agent. What waits already is returned as it is.

    `skills`: id or code to least level, beyond the queue's. Who is preferred but not there is not waited for.
    A closed queue passes work on to its overflow if that is open; else talks end as closed, the rest waits.
    """
    if interaction:
        interaction = interactions.lock(interaction.pk)
    if waiting := _waiting.first(interaction=interaction and interaction.pk, case=case and case.pk):
        return waiting
    queue = open_one(queue, now)
    entry = QueueEntry(
        queue=queue,
        interaction=interaction,
        case=case,
        segment=_queue_segment(interaction, now) if interaction else None,
        channel=interaction.channel if interaction else "case",
        priority=min(max(priority or queue.priority, PRIORITIES[0]), PRIORITIES[-1]),
        skills=_by_id(skills or {}),
        entered_at=now,
        position_at=now,
        practice=queue.practice or (interaction.practice if interaction else case.practice if case else False),
    )
    return place(entry, preferred_agent=preferred_agent, preferred_why=preferred_why, now=now, by=by)


def place(
    entry: QueueEntry,
    *,
    preferred_agent: Agent | None = None,
    preferred_why: str = "",
    reason: str = "",
    newcomer: bool = True,
    now: datetime,
    by: Agent | None = None,
) -> QueueEntry:
    """Put a prepared entry into its queue, or close it at once.

    Who was in a talk already is no `newcomer`: a closed queue's setting says what becomes of them.
    """
    queue = entry.queue
    if preferred_agent and _there(preferred_agent):
        entry.preferred_agent, entry.preferred_why = preferred_agent, preferred_why
        entry.preferred_until = now + KEPT_FOR_PREFERRED
    if queue.overflow_to_id and queue.overflow_after_seconds:
        entry.overflow_at = now + timedelta(seconds=queue.overflow_after_seconds)
    is_open = open_now(queue, now)
    if newcomer and not is_open and entry.channel not in CAN_LIE:
        entry.state, entry.left_at = EntryState.CLOSED, now
    entry.look_at = now if is_open or not newcomer else opens_at(queue, now)
    insert(entry)
    tell("queue.entered", entry, now=now, by=by, customer=True, reason=reason)
    if entry.state == EntryState.CLOSED:
        _tell_left(entry, now=now, customer=True)
        if entry.interaction and not can(entry.channel).spoken:
            interactions.end_talk(interaction=entry.interaction, reason=EndReason.CLOSED, now=now)
    wake()
    return entry


@transaction.atomic
def abandon(*, interaction: Interaction, now: datetime) -> None:
    """The customer leaves while waiting or ringing: the offer ends, the contact is abandoned. Afterwards, nothing."""
    entry = lock_waiting(interaction=interaction)
    if entry:
        withdraw_offer(entry, reason="abandoned", now=now)
        leave(entry, state=EntryState.ABANDONED, now=now, customer=True)
    reason = EndReason.CLOSED if entry is None and was_sent_away(interaction) else EndReason.ABANDONED
    interactions.end_talk(interaction=interaction, reason=reason, now=now)


@transaction.atomic
def send_away(*, interaction: Interaction, reason: str, now: datetime) -> bool:
    """A caller waits for nobody any more; the line ends once they have heard why. False if they did not wait."""
    entry = lock_waiting(interaction=interaction)
    if entry is None or entry.state != EntryState.WAITING:
        return False
    leave(entry, state=EntryState.CLOSED, now=now, customer=True, reason=reason)
    return True


@transaction.atomic
def wait_no_more(*, interaction: Interaction, reason: str, now: datetime) -> None:
    """A caller has chosen another way, such as being called back: nothing rings for them any more."""
    entry = lock_waiting(interaction=interaction)
    if entry:
        withdraw_offer(entry, reason=reason, now=now)
        leave(entry, state=EntryState.WITHDRAWN, now=now, customer=True, reason=reason)


def last_entry(interaction: Interaction) -> QueueEntry | None:
    rows = QueueEntry.objects.filter(interaction=interaction).select_related("queue__calendar", "interaction")
    return rows.order_by("-pk").first()


def was_sent_away(interaction: Interaction) -> bool:
    """Whether their last queue closed to them."""
    entry = last_entry(interaction)
    return entry is not None and entry.state == EntryState.CLOSED


@transaction.atomic
def overflow(*, entry_id: int, now: datetime) -> QueueEntry | None:
    """Nobody took it in time: it goes to the queue's overflow, once, and keeps its place in time."""
    entry = lock_entry(entry_id)
    target = entry.queue.overflow_to
    if entry.state != EntryState.WAITING or entry.overflow_at is None or entry.overflow_at > now or target is None:
        return None
    seen = QueueEntry.objects.filter(
        interaction=entry.interaction_id,
        case=entry.case_id,
        consultation=entry.consultation_id,
        participation=entry.participation_id,
    )
    if not open_now(target, now) or seen.filter(queue=target, state=EntryState.OVERFLOWED).exists():
        QueueEntry.objects.filter(pk=entry.pk).update(overflow_at=None, version=entry.version + 1)
        return None
    leave(entry, state=EntryState.OVERFLOWED, now=now, reason="overflowed")
    return place(moved(entry, queue=target), reason="overflow", now=now)


def moved(entry: QueueEntry, *, queue: Queue) -> QueueEntry:
    """The same work for another queue, with the wait it has behind it."""
    return QueueEntry(
        queue=queue,
        interaction=entry.interaction,
        case=entry.case,
        segment=entry.segment,
        hand_over=entry.hand_over,
        consultation=entry.consultation,
        participation=entry.participation,
        channel=entry.channel,
        priority=entry.priority,
        skills=entry.skills,
        entered_at=entry.entered_at,
        position_at=entry.position_at,
        practice=entry.practice,
    )


def open_one(queue: Queue, now: datetime) -> Queue:
    """The queue itself if it is open, else the first open one along its overflows, else itself."""
    seen, there = set(), queue
    while there.pk not in seen:
        if open_now(there, now):
            return there
        seen.add(there.pk)
        if there.overflow_to is None:
            break
        there = there.overflow_to
    return queue


def lock_waiting(*, interaction: Interaction) -> QueueEntry | None:
    """The interaction's waiting or ringing entry, locked after the interaction itself."""
    interactions.lock(interaction.pk)
    return _waiting_locked.first(interaction=interaction.pk)


def lock_entry(entry_id: int) -> QueueEntry:
    """One entry, locked after its interaction, or the one it is asked in: everybody locks in this order."""
    whose = _whose(entry=entry_id)
    if whose and whose[0]:
        interactions.lock(whose[0])
    found = _entry_locked.first(entry=entry_id)
    if found is None:
        raise QueueEntry.DoesNotExist
    return found


def withdraw_offer(entry: QueueEntry, *, reason: str, now: datetime, by: Agent | None = None) -> None:
    """Stop the ringing of an entry, if it rings; the entry itself is the caller's."""
    for offer in Offer.objects.select_for_update(of=("self",)).filter(entry=entry, state=OfferState.OPEN):
        end_offer(offer, entry, state=OfferState.WITHDRAWN, reason=reason, now=now, by=by)


def end_offer(
    offer: Offer, entry: QueueEntry, *, state: OfferState, reason: str, now: datetime, by: Agent | None = None
) -> None:
    """An offer ends without an answer; the agent's place among the available ones stays."""
    offer.state, offer.reason, offer.answered_at = state, reason, max(now, offer.offered_at)
    update(offer, "state", "reason", "answered_at")
    loads.change(offer.agent_id, channel=entry.channel, by=-1, ringing=-1, now=now)
    tell(
        f"offer.{state.value}",
        entry,
        now=now,
        by=by,
        agents=[offer.agent_id],
        offer=offer.pk,
        agent=offer.agent_id,
        reason=reason,
    )


def to_front(entry: QueueEntry, *, now: datetime) -> None:
    """Back to the front of its queue and priority, to be looked at now; nobody is preferred any more."""
    entry.state = EntryState.WAITING
    entry.position_at = min(entry.position_at, entry.entered_at - TO_THE_FRONT)
    entry.preferred_until = None
    entry.look_at = now
    entry.version += 1
    entry.save()
    wake()


def leave(
    entry: QueueEntry,
    *,
    state: EntryState,
    now: datetime,
    by: Agent | None = None,
    customer: bool = False,
    reason: str = "",
    agent: int | None = None,
) -> None:
    """The entry's wait is over."""
    entry.state, entry.left_at, entry.look_at = state, max(now, entry.entered_at), None
    entry.version += 1
    update(entry, "state", "left_at", "look_at", "version")
    _tell_left(entry, now=now, by=by, customer=customer, reason=reason, agent=agent)
    if entry.hand_over and state in (EntryState.ABANDONED, EntryState.CLOSED):
        packets.give_up(entry.hand_over, by=by, now=now)


def _tell_left(
    entry: QueueEntry,
    *,
    now: datetime,
    by: Agent | None = None,
    customer: bool = False,
    reason: str = "",
    agent: int | None = None,
) -> None:
    """The outcome is what the entry is counted as; the reason says why, where that is more."""
    outcome = str(entry.state)
    data: dict[str, object] = {"outcome": outcome, "reason": reason or outcome}
    if agent:
        data["agent"] = agent
    tell("queue.left", entry, now=now, by=by, customer=customer, agents=[agent], **data)


def _queue_segment(interaction: Interaction, now: datetime) -> Segment:
    running = interactions.running_segment(interaction)
    if running is not None and running.kind == SegmentKind.QUEUE:
        return running
    return interactions.give_to_queue(interaction=interaction, now=now)


@kept
def _waiting(interaction: int | None, case: int | None) -> QuerySet[QueueEntry]:
    rows = QueueEntry.objects.filter(interaction=interaction, case=case, consultation=None, state__in=WAITS)
    return rows.order_by("pk")[:1]


def _there(agent: Agent) -> bool:
    return agent.states.filter(ended_at=None, state=Presence.AVAILABLE).exists()


def _by_id(skills: Mapping[str, int] | Mapping[int, int]) -> dict[str, int]:
    """A code that is no skill of ours asks for nothing: nobody waits for what nobody can have."""
    codes = [str(key) for key in skills if not str(key).isdigit()]
    ids = dict(Skill.objects.filter(code__in=codes).values_list("code", "pk")) if codes else {}
    known = {str(ids.get(str(key), key)): level for key, level in skills.items()}
    return {key: level for key, level in known.items() if key.isdigit()}


@kept
def _whose(entry: int) -> QuerySet[QueueEntry, int | None]:
    whose = Coalesce("interaction", "participation__interaction")
    return QueueEntry.objects.filter(pk=entry).values_list(whose, flat=True)


@kept
def _entry_locked(entry: int) -> QuerySet[QueueEntry]:
    rows = QueueEntry.objects.select_for_update(of=("self",))
    related = ("interaction", "case", "participation__interaction", "queue__overflow_to__calendar")
    return rows.select_related(*related).filter(pk=entry)


@kept
def _waiting_locked(interaction: int) -> QuerySet[QueueEntry]:
    rows = QueueEntry.objects.select_for_update(of=("self",)).select_related("interaction", "queue")
    return rows.filter(interaction=interaction, state__in=WAITS).order_by("pk")[:1]

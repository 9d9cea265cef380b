"""What waiting does: it widens the circle of agents, raises the priority, and at last goes before everything."""

from datetime import datetime, timedelta

from fanal.routing.rules.state import EntryFacts, Levels, QueueFacts

LEAST_LEVEL = 1


def widened(entry: EntryFacts, queue: QueueFacts, now: datetime) -> int:
    """By how much the required levels are lower after this wait."""
    if not queue.widen_after_seconds:
        return 0
    return max(0, int((now - entry.entered_at).total_seconds() // queue.widen_after_seconds))


def effective_priority(entry: EntryFacts, queue: QueueFacts, now: datetime) -> int:
    """The priority with what ageing adds to it."""
    if not queue.ageing_seconds:
        return entry.priority
    return entry.priority + max(0, int((now - entry.entered_at).total_seconds() // queue.ageing_seconds))


def starving(entry: EntryFacts, queue: QueueFacts, now: datetime) -> bool:
    """Whether it has waited so long that it goes first whatever its priority."""
    return 0 < queue.longest_wait_seconds <= (now - entry.entered_at).total_seconds()


def next_look(entry: EntryFacts, queue: QueueFacts, now: datetime) -> datetime | None:
    """When time alone can next change who may have it; None: only an agent who comes free can."""
    moments = [entry.preferred_until, entry.overflow_at, _next_widening(entry, queue, now), *entry.declined.values()]
    return min((moment for moment in moments if moment and moment > now), default=None)


def _next_widening(entry: EntryFacts, queue: QueueFacts, now: datetime) -> datetime | None:
    steps = widened(entry, queue, now)
    if not queue.widen_after_seconds or _highest(queue.skills, entry.skills) - steps <= LEAST_LEVEL:
        return None
    return entry.entered_at + timedelta(seconds=(steps + 1) * queue.widen_after_seconds)


def _highest(*required: Levels) -> int:
    return max((level for levels in required for level in levels.values()), default=0)

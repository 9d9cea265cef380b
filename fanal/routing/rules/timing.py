"""What waiting does: it widens the circle of agents, raises the priority, and at last goes before everything."""

from datetime import datetime, timedelta

from fanal.routing.rules.state import EntryFacts, Levels, QueueFacts

LEAST_LEVEL = 1


def widened(entry: EntryFacts, queue: QueueFacts, now: datetime) -> int:
    """By how much the required levels are lower after this wait."""
    return whole_steps(waited(entry, now), queue.widen_after_seconds)


def effective_priority(entry: EntryFacts, queue: QueueFacts, now: datetime) -> int:
    """The priority with what ageing adds to it."""
    return entry.priority + whole_steps(waited(entry, now), queue.ageing_seconds)


def starving(entry: EntryFacts, queue: QueueFacts, now: datetime) -> bool:
    """Whether it has waited so long that it goes first whatever its priority."""
    return 0 < queue.longest_wait_seconds <= waited(entry, now)


def waited(entry: EntryFacts, now: datetime) -> float:
    """Seconds."""
    return (now - entry.entered_at).total_seconds()


def whole_steps(seconds: float, each: int) -> int:
    """How many whole steps of so many seconds have passed; of 0 seconds none ever."""
    return int(seconds // each) if each and seconds > 0 else 0


def next_look(entry: EntryFacts, queue: QueueFacts, now: datetime) -> datetime | None:
    """When time alone can next change who may have it; None: only an agent who comes free can."""
    moments = [entry.preferred_until, entry.overflow_at, _next_widening(entry, queue, now), *entry.declined.values()]
    return min((moment for moment in moments if moment and moment > now), default=None)


def _next_widening(entry: EntryFacts, queue: QueueFacts, now: datetime) -> datetime | None:
    lower = widened(entry, queue, now)
    if not queue.widen_after_seconds or highest_level(queue.skills, entry.skills) - lower <= LEAST_LEVEL:
        return None
    return entry.entered_at + timedelta(seconds=(lower + 1) * queue.widen_after_seconds)


def highest_level(*required: Levels) -> int:
    """The highest that is required; without any, the least there is."""
    return max((level for levels in required for level in levels.values()), default=LEAST_LEVEL)

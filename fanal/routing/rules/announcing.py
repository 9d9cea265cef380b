"""What a caller who waits is told of it, and when: honest, and never so that it seems to get worse."""

from dataclasses import dataclass
from datetime import datetime, timedelta

AT_LEAST = 15.0
"""Seconds between two announcements, whatever has changed meanwhile."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How a queue tells: first after so many seconds, then every so many; 0 never, or once."""

    after: int
    every: int


@dataclass(frozen=True, kw_only=True)
class Announced:
    """What was told last: `seconds` and `position` as they were said, None where they were not."""

    at: datetime
    position: int | None = None
    seconds: int | None = None


def may_tell(*, plan: Plan, since: datetime, last: Announced | None, now: datetime) -> bool:
    """Whether it is time for anything at all, whatever their place is by now."""
    if not plan.after or (now - since).total_seconds() < plan.after:
        return False
    return last is None or (now - last.at).total_seconds() >= AT_LEAST


def announce(
    *, plan: Plan, since: datetime, last: Announced | None, position: int, seconds: int | None, now: datetime
) -> Announced | None:
    """What to tell now; None: nothing.

    A better place is told as soon as it is decent. A worse one is never told; the sentence of comfort is heard all the
    same. The wait that is told is never shorter than what is left of the one told before, unless the place is better.
    """
    if not may_tell(plan=plan, since=since, last=last, now=now):
        return None
    if last is None:
        return Announced(at=now, position=position, seconds=seconds)
    passed = (now - last.at).total_seconds()
    better = last.position is None or position < last.position
    due = plan.every and passed >= plan.every
    if not (due or (better and last.position is not None)):
        return None
    if not better and position != last.position:
        return Announced(at=now, position=None, seconds=None)
    if seconds is not None and last.seconds is not None and not better:
        seconds = max(seconds, round(last.seconds - passed))
    return Announced(at=now, position=position, seconds=seconds)


def best(last: Announced | None, fresh: Announced) -> Announced:
    """What is remembered: where nothing was told of the place, what was told before still stands in their mind."""
    if last is None or fresh.position is not None:
        return fresh
    left = None if last.seconds is None else max(0, round(last.seconds - (fresh.at - last.at) / timedelta(seconds=1)))
    return Announced(at=fresh.at, position=last.position, seconds=left)

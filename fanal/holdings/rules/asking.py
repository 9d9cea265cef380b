"""Whether what we have of a thing is fresh, is being asked for, or is as old as it says."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

AGAIN = timedelta(seconds=20)
"""After a try that brought nothing, nobody's page asks again before this."""
LOST = timedelta(seconds=60)
"""A question that has been under way for longer was lost with its process."""


class Standing(StrEnum):
    FRESH = "fresh"
    ASKING = "asking"
    OLD = "old"
    SLOW = "slow"
    DOWN = "down"
    NOT_KNOWN = "not_known"


@dataclass(frozen=True, kw_only=True)
class Tried:
    """What is known of the questions about one thing; all times may be missing."""

    wanted_at: datetime | None = None
    tried_at: datetime | None = None
    read_at: datetime | None = None
    outcome: str = ""


def standing(tried: Tried, *, fresh_for: timedelta, now: datetime) -> Standing:
    if tried.wanted_at is not None and now - tried.wanted_at < LOST:
        return Standing.ASKING
    if tried.outcome in (Standing.SLOW, Standing.DOWN, Standing.NOT_KNOWN):
        return Standing(tried.outcome)
    if tried.read_at is not None and now - tried.read_at < fresh_for:
        return Standing.FRESH
    return Standing.OLD


def due(tried: Tried, *, fresh_for: timedelta, now: datetime) -> bool:
    """Whether a page that opens should ask: not what is fresh, on its way, or was tried in vain a moment ago."""
    match standing(tried, fresh_for=fresh_for, now=now):
        case Standing.FRESH | Standing.ASKING:
            return False
        case Standing.SLOW | Standing.DOWN | Standing.NOT_KNOWN:
            return tried.tried_at is None or now - tried.tried_at >= max(AGAIN, fresh_for)
        case _:
            return True

"""Who else is looking at a case right now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

STILL_THERE = timedelta(seconds=45)


@dataclass(frozen=True, kw_only=True)
class Looking:
    """One agent with the case open."""

    agent: int
    name: str
    seen_at: datetime
    writing: bool


def others(viewers: Iterable[Looking], *, agent: int, now: datetime) -> list[Looking]:
    """The colleagues seen within the last 45 seconds, those who write first."""
    there = [viewer for viewer in viewers if viewer.agent != agent and now - viewer.seen_at <= STILL_THERE]
    return sorted(there, key=lambda viewer: (not viewer.writing, viewer.name, viewer.agent))

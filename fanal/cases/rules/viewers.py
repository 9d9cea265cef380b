"""Who else is at a case right now: looking at it, writing on it, helping with it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

STILL_THERE = timedelta(seconds=45)


@dataclass(frozen=True, kw_only=True)
class Looking:
    """One agent with the case open, or who helps with it; `seen_at`: None for a helper who has it not open."""

    agent: int
    name: str
    seen_at: datetime | None = None
    writing: bool = False
    helping: bool = False


def others(viewers: Iterable[Looking], *, agent: int, now: datetime) -> list[Looking]:
    """The colleagues seen within the last 45 seconds, those who write first."""
    there = [viewer for viewer in viewers if viewer.agent != agent and viewer.seen_at and _there(viewer.seen_at, now)]
    return sorted(there, key=lambda viewer: (not viewer.writing, viewer.name, viewer.agent))


def beside(rows: Sequence[Looking], *, agent: int, now: datetime) -> list[Looking]:
    """Who is there, with who of them helps, and after them those who help and are elsewhere."""
    helping = {one.agent for one in rows if one.helping}
    there = [replace(one, helping=one.agent in helping) for one in others(rows, agent=agent, now=now)]
    known = {one.agent for one in there} | {agent}
    away = [one for one in rows if one.helping and one.agent not in known]
    return there + sorted(away, key=lambda one: (one.name, one.agent))


def _there(seen_at: datetime, now: datetime) -> bool:
    return now - seen_at <= STILL_THERE

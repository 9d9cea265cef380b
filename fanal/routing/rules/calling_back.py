"""When somebody is called who wants to be: at whose turn, when again, and when no more.

A callback stands in the line like a caller, at the place where they hung up; one for a named time comes to its end
at that time, and so does each further try. So nobody who holds the line waits longer than if everybody held it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

PAUSES = (timedelta(minutes=10), timedelta(minutes=30), timedelta(hours=3))
"""After each try that came to nothing; after the last one nobody calls any more."""
BUSY_PAUSE = timedelta(minutes=5)
"""Whoever talks is there, and will have finished."""
LATEST = timedelta(days=60)


class Came(StrEnum):
    """What came of one try."""

    REACHED = "reached"
    NOT_REACHED = "not_reached"
    NOT_TRIED = "not_tried"  # ours was not lifted: they know nothing of it
    KEPT = "kept"  # the queue closed, and their matter is a case


@dataclass(frozen=True, kw_only=True)
class Next:
    """Again at `at`; or not any more, where there is none."""

    at: datetime | None
    counts: bool = True


def came_of(*, end_reason: str, answered: bool) -> Came:
    """From how the contact ended, and whether their phone was lifted."""
    if end_reason in ("voicemail", "busy", "no_answer", "failed"):
        return Came.NOT_REACHED
    if answered:
        return Came.REACHED
    if end_reason == "closed":
        return Came.KEPT
    return Came.NOT_TRIED


def again(*, came: Came, end_reason: str, tries: int, now: datetime) -> Next:
    """`tries`: how many were made, this one too."""
    if came == Came.NOT_TRIED:
        return Next(at=now, counts=False)
    if tries > len(PAUSES):
        return Next(at=None)
    pause = PAUSES[tries - 1]
    return Next(at=now + (min(pause, BUSY_PAUSE) if end_reason == "busy" and tries == 1 else pause))


def place(*, at: datetime | None, waited_since: datetime | None, now: datetime) -> datetime:
    """Where they stand in the line: where they stood, or at the named time."""
    return at or min(waited_since or now, now)

"""Whether a queue is open: its calendar as the opening-hours rules take it."""

from datetime import datetime

from fanal.hours.reading import hours_of
from fanal.hours.rules import is_open, next_opening
from fanal.routing.models import Queue


def open_now(queue: Queue, now: datetime) -> bool:
    """A queue without a calendar is always open; one that is switched off never."""
    if not queue.active:
        return False
    return queue.calendar is None or is_open(hours_of(queue.calendar), now)


def opens_at(queue: Queue, now: datetime) -> datetime | None:
    """When it opens next; None while it is always open or never opens."""
    return next_opening(hours_of(queue.calendar), now) if queue.calendar else None

"""Which queues are open at a moment."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import prefetch_related_objects

from fanal.hours import rules
from fanal.hours.reading import hours_of
from fanal.routing.models import Queue


def open_queues(queues: Iterable[Queue], *, now: datetime) -> frozenset[str]:
    """The codes of those whose calendar is open; a queue without a calendar always is."""
    queues = list(queues)
    timed = [queue for queue in queues if queue.calendar]
    prefetch_related_objects(timed, "calendar__periods", "calendar__special_days")
    calendars = {queue.calendar.pk: queue.calendar for queue in queues if queue.calendar}
    opened = {key for key, row in calendars.items() if rules.is_open(hours_of(row), now)}
    return frozenset(queue.code for queue in queues if queue.calendar_id is None or queue.calendar_id in opened)

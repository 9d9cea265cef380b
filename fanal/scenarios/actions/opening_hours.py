"""Which queues are open at a moment."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import prefetch_related_objects

from fanal.hours import rules
from fanal.hours.models import Calendar
from fanal.routing.models import Queue


def open_queues(queues: Iterable[Queue], *, now: datetime) -> frozenset[str]:
    """The codes of those whose calendar is open; a queue without a calendar always is."""
    queues = list(queues)
    calendars = {row.pk: row for row in Calendar.objects.filter(pk__in={queue.calendar_id for queue in queues})}
    prefetch_related_objects(list(calendars.values()), "periods", "special_days")
    opened = {key for key, row in calendars.items() if rules.is_open(_rule(row), now)}
    return frozenset(queue.code for queue in queues if queue.calendar_id is None or queue.calendar_id in opened)


def _rule(row: Calendar) -> rules.Calendar:
    return rules.Calendar(
        zone=row.zone,
        periods=tuple(
            rules.WeeklyPeriod(weekday=period.weekday, opens=period.opens_at, closes=period.closes_at)
            for period in row.periods.all()
        ),
        special_days=tuple(
            rules.SpecialDay(
                on=day.on,
                name=day.name,
                periods=(rules.Period(opens=day.opens_at, closes=day.closes_at),)
                if day.opens_at is not None and day.closes_at is not None
                else (),
            )
            for day in row.special_days.all()
        ),
    )

"""Whether a queue is open: its calendar as the opening-hours rules take it."""

from datetime import datetime

from fanal.hours.models import Calendar
from fanal.hours.rules import Calendar as Hours
from fanal.hours.rules import Period, SpecialDay, WeeklyPeriod, is_open, next_opening
from fanal.routing.models import Queue


def open_now(queue: Queue, now: datetime) -> bool:
    """A queue without a calendar is always open; one that is switched off never."""
    if not queue.active:
        return False
    return queue.calendar is None or is_open(_hours(queue.calendar), now)


def opens_at(queue: Queue, now: datetime) -> datetime | None:
    """When it opens next; None while it is always open or never opens."""
    return next_opening(_hours(queue.calendar), now) if queue.calendar else None


def _hours(calendar: Calendar) -> Hours:
    return Hours(
        zone=calendar.zone,
        periods=tuple(
            WeeklyPeriod(weekday=period.weekday, opens=period.opens_at, closes=period.closes_at)
            for period in calendar.periods.all()
        ),
        special_days=tuple(
            SpecialDay(
                on=day.on,
                name=day.name,
                periods=(Period(opens=day.opens_at, closes=day.closes_at),) if day.opens_at and day.closes_at else (),
            )
            for day in calendar.special_days.all()
        ),
    )

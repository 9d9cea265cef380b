"""A stored calendar as the opening-hours rules take it."""

from fanal.hours import rules
from fanal.hours.models import Calendar


def hours_of(calendar: Calendar) -> rules.Calendar:
    """The calendar with its periods and special days; two questions unless they were prefetched."""
    return rules.Calendar(
        zone=calendar.zone,
        periods=tuple(
            rules.WeeklyPeriod(weekday=period.weekday, opens=period.opens_at, closes=period.closes_at)
            for period in calendar.periods.all()
        ),
        special_days=tuple(
            rules.SpecialDay(
                on=day.on,
                name=day.name,
                periods=(rules.Period(opens=day.opens_at, closes=day.closes_at),)
                if day.opens_at is not None and day.closes_at is not None
                else (),
            )
            for day in calendar.special_days.all()
        ),
    )

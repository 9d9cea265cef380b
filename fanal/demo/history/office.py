"""The office hours of the demo company, as the promises of its cases count them."""

from datetime import datetime

from fanal.demo.company import work
from fanal.hours.rules import Calendar, WeeklyPeriod, add_open_time, open_seconds_between


class Office:
    """Holidays are left out: whoever reckons without them is early."""

    def __init__(self) -> None:
        _name, zone, periods = work.CALENDARS["office"]
        weekly = (WeeklyPeriod(weekday=day, opens=opens, closes=closes) for day, opens, closes in periods)
        self.calendar = Calendar(zone=zone, periods=tuple(weekly))

    def later(self, since: datetime, hours: float) -> datetime:
        found = add_open_time(self.calendar, since, hours * 3600)
        assert found is not None
        return found

    def hours(self, start: datetime, end: datetime) -> float:
        return open_seconds_between(self.calendar, start, end) / 3600


OFFICE = Office()

"""When we are open: weekly periods and special days in one time zone, counted in real seconds.

A period belongs to the day it begins on. One that closes at or before its opening time closes on the next day, so
22:00-06:00 is a night shift and 00:00-00:00 a whole day. A special day replaces whatever would begin on its date; what
began the evening before still runs to its end.

Clock changes: a period opens at the first and closes at the last moment its wall clock shows, and a time that the clock
skips is read with the offset from before the change (RFC 5545 section 3.3.5).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

# Longer than any weekly pattern can hide an opening; special days are looked up beyond it.
HORIZON = timedelta(days=400)
DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Period:
    """Open from `opens` until just before `closes`, local time."""

    opens: time
    closes: time


@dataclass(frozen=True, kw_only=True)
class WeeklyPeriod(Period):
    """A period that begins every `weekday` (0 is Monday)."""

    weekday: int

    def __post_init__(self) -> None:
        if not 0 <= self.weekday <= 6:
            raise ValueError("A weekday is 0 (Monday) to 6 (Sunday).")


@dataclass(frozen=True, kw_only=True)
class SpecialDay:
    """A date with its own periods; without any it is closed."""

    on: date
    periods: tuple[Period, ...] = ()
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """`zone` is an IANA name such as Europe/Paris."""

    zone: str
    periods: tuple[WeeklyPeriod, ...] = ()
    special_days: tuple[SpecialDay, ...] = field(default=())

    @cached_property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @cached_property
    def by_date(self) -> dict[date, SpecialDay]:
        """Several entries for one date are one day with the periods of all of them."""
        days: dict[date, SpecialDay] = {}
        for special in self.special_days:
            known = days.get(special.on)
            days[special.on] = replace(known, periods=known.periods + special.periods) if known else special
        return days

    def beginning_on(self, day: date) -> tuple[Period, ...]:
        """The periods that begin on a date."""
        special = self.by_date.get(day)
        if special is not None:
            return special.periods
        return tuple(period for period in self.periods if period.weekday == day.weekday())


Stretch = tuple[datetime, datetime]


def is_open(calendar: Calendar, at: datetime) -> bool:
    """Whether `at` (aware) lies in a period; the closing moment itself is closed."""
    at = _aware(at)
    for opens, closes in _pieces(calendar, at, until=at + DAY):
        if opens > at:
            return False
        if at < closes:
            return True
    return False


def next_opening(calendar: Calendar, after: datetime) -> datetime | None:
    """The first moment later than `after` at which we go from closed to open, in UTC; None if there is none.

    None for a calendar that never opens, and for one that never closes.
    """
    after = _aware(after)
    return next((opens for opens, _ in _stretches(calendar, after) if opens > after), None)


def closes_at(calendar: Calendar, at: datetime) -> datetime | None:
    """When the stretch that is open at `at` ends, in UTC; None if closed, or open for longer than the horizon."""
    stretch = _stretch_at(calendar, at)
    return stretch[1] if stretch and stretch[1] - _aware(at) < HORIZON else None


def open_seconds_between(calendar: Calendar, start: datetime, end: datetime) -> float:
    """Real seconds of opening time between two moments; 0 when `end` is not after `start`."""
    start, end = _aware(start), _aware(end)
    total = 0.0
    for opens, closes in _pieces(calendar, start, until=end):
        if opens >= end:
            break
        total += max(0.0, (min(closes, end) - max(opens, start)).total_seconds())
    return total


def add_open_time(calendar: Calendar, start: datetime, seconds: float) -> datetime | None:
    """The moment, in UTC, by which `seconds` of opening time have passed since `start`; None if that never happens.

    Zero seconds while closed gives the next opening: a clock that runs in opening time stands still until then.
    """
    if seconds < 0:
        raise ValueError("Opening time can only be added.")
    start = _aware(start)
    left = timedelta(seconds=seconds)
    for opens, closes in _pieces(calendar, start):
        begin = max(opens, start)
        if begin >= closes:
            continue
        if left <= closes - begin:
            return begin + left
        left -= closes - begin
    return None


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("A moment needs a time zone.")
    return at.astimezone(UTC)


def _stretch_at(calendar: Calendar, at: datetime) -> Stretch | None:
    at = _aware(at)
    for opens, closes in _stretches(calendar, at):
        if opens > at:
            return None
        if at < closes:
            return opens, closes
    return None


def _stretches(calendar: Calendar, around: datetime) -> Iterator[Stretch]:
    """Periods that touch or overlap joined; a stretch that lasts past the horizon is given up to there."""
    current: Stretch | None = None
    for opens, closes in _pieces(calendar, around):
        if current is None or opens > current[1]:
            if current is not None:
                yield current
            current = (opens, closes)
        else:
            current = (current[0], max(current[1], closes))
        if current[1] - around > HORIZON:
            break
    if current is not None:
        yield current


def _pieces(calendar: Calendar, around: datetime, *, until: datetime | None = None) -> Iterator[Stretch]:
    """Disjoint open intervals in order, from just before `around`; ends after a horizon without any opening."""
    reached, last_seen = None, around
    days_known = sorted(calendar.by_date)
    day = _day(calendar, around, -2)
    last = _day(calendar, until, 2) if until else date.max - DAY
    while day < last:
        if datetime.combine(day, time(), UTC) - last_seen > HORIZON:
            ahead = next((known for known in days_known if known >= day), None)
            if ahead is None:
                return
            day = max(day, ahead)
            last_seen = datetime.combine(day, time(), UTC)
        for opens, closes in sorted(_bounds(calendar, day, period) for period in calendar.beginning_on(day)):
            opens = max(opens, reached) if reached else opens
            if closes > opens:
                yield opens, closes
                reached, last_seen = closes, max(last_seen, closes)
        day += DAY


def _day(calendar: Calendar, at: datetime, shift: int) -> date:
    try:
        return at.astimezone(calendar.tz).date() + shift * DAY
    except OverflowError:
        return date.min if at.year < 5000 else date.max - DAY


def _bounds(calendar: Calendar, day: date, period: Period) -> Stretch:
    closing_day = day if period.closes > period.opens else day + DAY
    opens = datetime.combine(day, period.opens, calendar.tz).replace(fold=0)
    closes = datetime.combine(closing_day, period.closes, calendar.tz)
    return _utc(opens), max(_utc(closes.replace(fold=0)), _utc(closes.replace(fold=1)))


def _utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC) if at.year < 5000 else datetime.max.replace(tzinfo=UTC)

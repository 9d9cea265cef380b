"""The periods that reports are asked for, on the borders of intervals."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fanal.kpis.rules import INTERVAL, interval_of

HOUR = timedelta(hours=1)

NAMES: dict[str, str | Promise] = {
    "today": _("Today"),
    "yesterday": _("Yesterday"),
    "7days": _("7 days"),
    "30days": _("30 days"),
}


@dataclass(frozen=True, kw_only=True)
class Period:
    """[start, end); `name` is how it was asked for."""

    start: datetime
    end: datetime
    name: str = ""

    @property
    def days(self) -> int:
        return round((self.end - self.start) / timedelta(days=1))


def zone() -> ZoneInfo:
    """Where the centre's days begin and end."""
    return ZoneInfo(settings.TIME_ZONE)


def day_of(moment: datetime) -> datetime:
    local = moment.astimezone(zone())
    return datetime.combine(local.date(), time(), tzinfo=zone())


def hour_of(moment: datetime) -> datetime:
    """The start of the hour on the centre's clocks, in UTC."""
    return moment.astimezone(zone()).replace(minute=0, second=0, microsecond=0).astimezone(UTC)


def next_day(day: datetime) -> datetime:
    return datetime.combine(day.astimezone(zone()).date() + timedelta(days=1), time(), tzinfo=zone())


def named(name: str, now: datetime) -> Period:
    """Today so far, yesterday, or the last 7 or 30 days with today. Raises KeyError for any other name."""
    today = day_of(now)
    match name:
        case "today":
            return Period(start=today, end=next_day(today), name=name)
        case "yesterday":
            return Period(start=day_of(today - timedelta(hours=12)), end=today, name=name)
        case "7days":
            return Period(start=day_of(today - timedelta(days=6, hours=-12)), end=next_day(today), name=name)
        case "30days":
            return Period(start=day_of(today - timedelta(days=29, hours=-12)), end=next_day(today), name=name)
    raise KeyError(name)


def before(period: Period, now: datetime) -> Period:
    """As many days right before it; of a period that is not over only as much as has passed of it."""
    if not period.days:
        return Period(start=period.start - (period.end - period.start), end=period.start)
    days = timedelta(days=period.days)
    start = datetime.combine(period.start.astimezone(zone()).date() - days, time(), tzinfo=zone())
    if not period.start < now < period.end:
        return Period(start=start, end=period.start)
    until = now.astimezone(zone()).replace(tzinfo=None) - days
    return Period(start=start, end=min(interval_of(until.replace(tzinfo=zone())) + INTERVAL, period.start))


def stretch(start: datetime, span: timedelta) -> Period:
    """A quarter of an hour or an hour. Raises ValueError when it does not begin where one begins."""
    if span not in (INTERVAL, HOUR) or start != (interval_of(start) if span == INTERVAL else hour_of(start)):
        raise ValueError("an interval begins on its border")
    return Period(start=start, end=start + span)


def between(start: datetime, end: datetime) -> Period:
    """Any period of at most 400 days. Raises ValueError when it is empty or too long."""
    if start >= end or end - start > timedelta(days=400):
        raise ValueError("a period ends after it starts and is at most 400 days long")
    return Period(start=start, end=end)

"""The periods that reports are asked for, on the borders of intervals."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

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


def between(start: datetime, end: datetime) -> Period:
    """Any period of at most 400 days. Raises ValueError when it is empty or too long."""
    if start >= end or end - start > timedelta(days=400):
        raise ValueError("a period ends after it starts and is at most 400 days long")
    return Period(start=start, end=end)

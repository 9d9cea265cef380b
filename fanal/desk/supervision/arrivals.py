"""Everything that came in, by day and channel: received = processed + set aside + not yet, and the rows behind each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from fanal.channels.models import ChannelKind, RawEvent, RawState

DAYS = 7
STATES = (RawState.PROCESSED, RawState.QUARANTINED, RawState.RECEIVED)


@dataclass(frozen=True, kw_only=True)
class Number:
    number: int
    query: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """What came in on one day by one channel. The first count is the sum of the others."""

    on: date
    channel: str
    counts: tuple[Number, ...]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Whose rows are looked at: of a day, a channel and a state; empty where it does not matter."""

    on: date | None = None
    channel: str = ""
    state: str = ""


def asked(given: Any) -> Asked:
    """From an address; what makes no sense there is not asked for."""
    try:
        on = date.fromisoformat(given.get("on", ""))
    except ValueError:
        on = None
    channel, state = given.get("channel", ""), given.get("state", "")
    return Asked(
        on=on,
        channel=channel if channel in ChannelKind.values else "",
        state=state if state in RawState.values else "",
    )


def lines(*, until: date) -> list[Line]:
    """The days up to this one, the latest first; a day and channel on which nothing came has no line."""
    rows = RawEvent.objects.filter(
        received_at__gte=_begin(until - timedelta(days=DAYS - 1)), received_at__lt=_end(until)
    )
    counted: Iterable[Any] = (
        rows.annotate(on=TruncDate("received_at"))
        .values("on", "account__kind")
        .annotate(**{state.value: Count("pk", filter=Q(state=state)) for state in STATES})
        .order_by("-on", "account__kind")
    )
    return [_line(row["on"], row["account__kind"], [row[state.value] for state in STATES]) for row in counted]


def rows(wanted: Asked) -> QuerySet[RawEvent]:
    """The input itself, the newest first: what it is and what became of it, never what is in it."""
    found = RawEvent.objects.select_related("account").order_by("-id")
    if wanted.on:
        found = found.filter(received_at__gte=_begin(wanted.on), received_at__lt=_end(wanted.on))
    if wanted.channel:
        found = found.filter(account__kind=wanted.channel)
    return found.filter(state=wanted.state) if wanted.state else found


def _line(on: date, channel: str, numbers: Iterable[int]) -> Line:
    of = {"on": on.isoformat(), "channel": channel}
    each = tuple(
        Number(number=number, query=urlencode({**of, "state": state.value}))
        for number, state in zip(numbers, STATES, strict=True)
    )
    whole = Number(number=sum(one.number for one in each), query=urlencode(of))
    return Line(on=on, channel=str(ChannelKind(channel).label), counts=(whole, *each))


def _begin(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())


def _end(day: date) -> datetime:
    return _begin(day + timedelta(days=1))

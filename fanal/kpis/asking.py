"""What a report is asked for, read from an address: the same words for pages, files and the API."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.http import QueryDict
from django.utils.translation import gettext as _

from fanal.channels.models import ChannelKind
from fanal.kpis.actions.figures import DIMENSIONS, Filters
from fanal.kpis.catalogue import GROUPS, KPIS, Kpi
from fanal.kpis.periods import HOUR, NAMES, Period, between, named, stretch, zone
from fanal.kpis.rules import INTERVAL

OWN = "own"
"""The period from one day to another."""
STRETCHES = {"quarter": INTERVAL, "hour": HOUR}


class NotUnderstood(ValueError):
    """The question makes no sense; the message says to people what is wrong."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """Over which period, which figures, told apart by what, only which."""

    period: Period
    group: str
    by: str | None
    filters: Filters
    compare: bool = False


def question(asked: QueryDict | Mapping[str, str], now: datetime) -> Question:
    """Read period (or from and to, both days included), group, by, and the filters. Raises NotUnderstood.

    Days are those of the company's time zone. With a named period, from and to are not looked at.
    """
    by = asked.get("by") or None
    if by is not None and by not in DIMENSIONS:
        raise NotUnderstood(_("Figures can be told apart by %(names)s.") % {"names": ", ".join(DIMENSIONS)})
    group = asked.get("group") or ""
    if group and group not in GROUPS:
        raise NotUnderstood(_("Figures come in groups: %(names)s.") % {"names": ", ".join(GROUPS)})
    return Question(
        period=_period(asked, now), group=group, by=by, filters=_filters(asked), compare=bool(asked.get("compare"))
    )


def kpi(asked: str) -> Kpi:
    """Raises NotUnderstood for a figure that does not exist."""
    try:
        return KPIS[asked]
    except KeyError:
        raise NotUnderstood(_("There is no figure of this name. See the list of figures.")) from None


def _period(asked: QueryDict | Mapping[str, str], now: datetime) -> Period:
    name = asked.get("period") or ""
    for span, length in STRETCHES.items():
        if asked.get(span):
            return _stretch(str(asked[span]), length)
    if name == OWN or (not name and (asked.get("from") or asked.get("to"))):
        try:
            first, last = date.fromisoformat(str(asked["from"])), date.fromisoformat(str(asked["to"]))
            start = datetime.combine(first, time(), tzinfo=zone())
            return between(start, datetime.combine(last + timedelta(days=1), time(), tzinfo=zone()))
        except (KeyError, ValueError, OverflowError):
            raise NotUnderstood(
                _("Give the first and the last day as 2026-01-31, at most 400 days, the last not before the first.")
            ) from None
    name = name or "today"
    if name not in NAMES:
        raise NotUnderstood(_("A period is one of %(names)s, or a first and a last day.") % {"names": ", ".join(NAMES)})
    return named(name, now)


def _stretch(asked: str, length: timedelta) -> Period:
    try:
        start = datetime.fromisoformat(asked)
        if start.tzinfo is None:
            raise ValueError
        return stretch(start.astimezone(UTC), length)
    except (ValueError, OverflowError):
        raise NotUnderstood(
            _("Give the start of an hour or of a quarter of an hour with its time zone, as 2026-01-31T09:15:00+00:00.")
        ) from None


def _filters(asked: QueryDict | Mapping[str, str]) -> Filters:
    channels = _list(asked, "channel")
    if any(channel not in (*ChannelKind.values, "case") for channel in channels):
        raise NotUnderstood(_("There is no channel of this name."))
    return Filters(
        queues=_numbers(asked, "queue"),
        agents=_numbers(asked, "agent"),
        types=_numbers(asked, "type"),
        tiers=_numbers(asked, "tier"),
        escalations=_numbers(asked, "escalation"),
        rules=_numbers(asked, "rule"),
        channels=tuple(channels),
    )


def _list(asked: QueryDict | Mapping[str, str], name: str) -> list[str]:
    given = asked.getlist(name) if isinstance(asked, QueryDict) else [asked.get(name, "")]
    return [str(part) for one in given for part in str(one).split(",") if part][:200]


def _numbers(asked: QueryDict | Mapping[str, str], name: str) -> tuple[int, ...]:
    try:
        numbers = tuple(int(one) for one in _list(asked, name))
    except ValueError:
        raise NotUnderstood(_("Queues, agents, types and rules are named by their numbers.")) from None
    if any(not 0 < number < 2**63 for number in numbers):
        raise NotUnderstood(_("Queues, agents, types and rules are named by their numbers."))
    return numbers

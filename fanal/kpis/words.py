"""Figures as people read them: the same text on a tile, in a table, in a chart and in a file."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.utils import formats
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fanal.kpis.catalogue import Unit

NOTHING = "–"


def shown(value: float | None, unit: Unit) -> str:
    """87.5 % · 4:20 · 1 234; a dash when there is nothing to divide by."""
    if value is None:
        return NOTHING
    match unit:
        case Unit.PERCENT:
            return _("%(number)s %%") % {"number": number(round(value * 100, 1), 1)}
        case Unit.SECONDS:
            return duration(value)
        case Unit.COUNT:
            return number(round(value), grouped=True)


def number(value: float, places: int = 0, *, grouped: bool = False) -> str:
    """As the reader's language writes it."""
    return _number(value, places, grouped, get_language() or "")


@lru_cache(maxsize=8192)
def _number(value: float, places: int, grouped: bool, language: str) -> str:
    """A page of figures says the same small numbers again and again, and writing one takes a while."""
    return formats.number_format(value, places, use_l10n=True, force_grouping=grouped)


def duration(seconds: float) -> str:
    """Minutes and seconds, with hours from an hour on: 0:07 · 4:20 · 1:02:03."""
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, last = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{last:02}" if hours else f"{minutes}:{last:02}"


@dataclass(frozen=True, kw_only=True)
class Since:
    """A moment from which a page counts on: for the script, and in words for those without one."""

    iso: str
    text: str


def since(moment: datetime, now: datetime) -> Since:
    return Since(iso=moment.isoformat(timespec="seconds"), text=duration((now - moment).total_seconds()))


def parts(numerator: float, denominator: float | None, numerator_is_time: bool, denominator_is_time: bool) -> str:
    """What was divided by what, for the small line under a figure; empty when nothing was divided."""
    if denominator is None:
        return ""
    above = duration(numerator) if numerator_is_time else number(round(numerator))
    below = duration(denominator) if denominator_is_time else number(round(denominator))
    return _("%(above)s of %(below)s") % {"above": above, "below": below}


def moment(key: datetime, by: str) -> Any:
    """The name of a day or an interval."""
    return formats.date_format(key, "SHORT_DATE_FORMAT") if by == "day" else formats.time_format(key, "H:i")

"""Figures as people read them: the same text on a tile, in a table, in a chart and in a file."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.utils import formats
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fanal.kpis.catalogue import Unit
from fanal.kpis.periods import zone

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


def moment(key: datetime, by: str, *, with_day: bool = False) -> str:
    """The name of a day, or of an hour or quarter by the company's clocks, with its day where there are several."""
    local = key.astimezone(zone())
    if by == "day":
        return formats.date_format(local, "SHORT_DATE_FORMAT")
    again = local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()
    clock = formats.time_format(local, "H:i") + (f" ({local:%Z})" if again else "")
    return f"{formats.date_format(local, 'SHORT_DATE_FORMAT')} {clock}" if with_day else clock


def change(value: float | None, before: float | None, unit: Unit) -> str:
    """By how much it rose or fell: percentage points of shares, time, and the percent of counts."""
    if value is None or before is None or (unit == Unit.COUNT and not before):
        return NOTHING
    difference = (value - before) / before if unit == Unit.COUNT else value - before
    sign = "+" if difference > 0 else "−" if difference < 0 else "±"
    match unit:
        case Unit.SECONDS:
            return sign + duration(abs(difference))
        case Unit.PERCENT:
            return _("%(number)s points") % {"number": sign + _hundredths(difference)}
        case Unit.COUNT:
            return _("%(number)s %%") % {"number": sign + _hundredths(difference)}


def _hundredths(share: float) -> str:
    return formats.number_format(round(abs(share) * 100, 1), 1)

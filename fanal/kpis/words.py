"""Figures as people read them: the same text on a tile, in a table, in a chart and in a file."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from django.utils import formats
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fanal.kpis.catalogue import Unit
from fanal.kpis.periods import zone

NOTHING = "–"
BEHIND = timedelta(minutes=1)
"""The worker folds every other second: figures that lack more than this are not being kept up."""


@dataclass(frozen=True, kw_only=True)
class Words:
    """How one language writes figures, looked up once for all of a page."""

    language: str
    percent: str
    divided: str

    def shown(self, value: float | None, unit: Unit) -> str:
        """87.5 % · 4:20 · 1 234; a dash when there is nothing to divide by."""
        if value is None:
            return NOTHING
        match unit:
            case Unit.PERCENT:
                return self.percent % {"number": _number(round(value * 100, 1), 1, False, self.language)}
            case Unit.SECONDS:
                return duration(value)
            case Unit.SCORE:
                return _number(round(value, 2), 2, False, self.language)
            case Unit.COUNT:
                return _number(round(value), 0, True, self.language)

    def parts(self, numerator: float, denominator: float | None, summed: tuple[Unit, Unit]) -> str:
        """What was divided by what, for the small line under a figure; empty when nothing was divided."""
        if denominator is None:
            return ""
        above, below = (self._sum(amount, unit) for amount, unit in zip((numerator, denominator), summed, strict=True))
        return self.divided % {"above": above, "below": below}

    def _sum(self, amount: float, unit: Unit) -> str:
        match unit:
            case Unit.SECONDS:
                return duration(amount)
            case Unit.SCORE:
                return _number(round(amount, 1), 1, False, self.language)
        return _number(round(amount), 0, False, self.language)


def words() -> Words:
    """Those of the reader's language."""
    return Words(language=get_language() or "", percent=_("%(number)s %%"), divided=_("%(above)s of %(below)s"))


def shown(value: float | None, unit: Unit) -> str:
    """One figure in the reader's words."""
    return words().shown(value, unit)


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


@dataclass(frozen=True, kw_only=True)
class AsOf:
    """Up to when figures hold everything: in words, and whether that is so long ago that somebody should look."""

    text: str
    behind: bool


def as_of(until: datetime, now: datetime) -> AsOf:
    """14:03:12, with its day when that is not today."""
    local, today = until.astimezone(zone()), now.astimezone(zone()).date()
    clock = formats.time_format(local, "H:i:s")
    text = clock if local.date() == today else f"{formats.date_format(local, 'SHORT_DATE_FORMAT')} {clock}"
    return AsOf(text=text, behind=now - until > BEHIND)


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
        case Unit.SCORE:
            return sign + _number(round(abs(difference), 2), 2, False, get_language() or "")
        case Unit.PERCENT:
            return _("%(number)s points") % {"number": sign + _hundredths(difference)}
        case Unit.COUNT:
            return _("%(number)s %%") % {"number": sign + _hundredths(difference)}


def _hundredths(share: float) -> str:
    return formats.number_format(round(abs(share) * 100, 1), 1)

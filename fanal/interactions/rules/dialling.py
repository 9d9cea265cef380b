"""Whether a number may be called: which countries, which kinds of numbers, how often, at what time of theirs."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from fanal.norms import phones
from fanal.norms.phones import Kind, Phone

COUNTED_OVER = timedelta(hours=24)
"""Caps count what went out in this time: no midnight opens them all at once."""
EXPECTED_FOR = timedelta(hours=2)
"""So long who asked to be called is up and waits for it, whatever the hour there."""
ORDINARY = frozenset({Kind.MOBILE, Kind.FIXED, Kind.FIXED_OR_MOBILE, Kind.INTERNET, Kind.TOLL_FREE})
"""Kinds that cost what an ordinary call costs. Of the others the price is not known, or is somebody's income."""
DEAR: Mapping[Kind, str] = {Kind.PREMIUM: "premium", Kind.SHARED_COST: "shared_cost"}
NAME_OF_TRUNK = re.compile(r"[a-z][a-z0-9_-]{0,30}")
NO_COUNTRY = "001"
"""Satellites and networks of no country, as libphonenumber names them."""
QUIET_BEFORE, QUIET_FROM = time(8), time(20)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What an account for calls allows; nothing goes out where no country is named. A cap of 0 lets nothing pass.

    `opens` and `closes`: when people may be called by their own clocks; whoever asked for a call and waits for it is
    not bound by it. `callbacks_to_number`: whoever shows a number that is not theirs has no stranger rung all day.
    `minutes_without_agent`: how long two outside talk whom nobody of ours hears.
    """

    trunk: str = ""
    countries: frozenset[str] = frozenset()
    region: str | None = None
    calls_of_agent: int = 100
    calls: int = 1000
    minutes_of_agent: int = 300
    minutes: int = 3000
    callbacks_to_number: int = 5
    at_once_of_agent: int = 5
    at_once: int = 30
    minutes_without_agent: int = 60
    opens: time = QUIET_BEFORE
    closes: time = QUIET_FROM


@dataclass(frozen=True, kw_only=True)
class Spent:
    """What went out within `COUNTED_OVER`, by this agent and from this account; calls that run count so far.

    Where it is no callback, those to the number count for nothing. `at_once`: what runs or rings now, from whatever
    number of ours.
    """

    calls_of_agent: int = 0
    calls: int = 0
    minutes_of_agent: float = 0
    minutes: float = 0
    callbacks_to_number: int | None = None
    at_once_of_agent: int = 0
    at_once: int = 0


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """`number` is what would be dialled; `refused` says as a code why it is not, `value` what the code speaks of."""

    number: str = ""
    refused: str = ""
    value: str = ""
    phone: Phone | None = None


def limits_of(settings: Mapping[str, Any]) -> Limits:
    """As the settings of an account say it; what makes no sense there allows nothing rather than everything."""
    told = settings.get("dialling")
    told = told if isinstance(told, Mapping) else {}
    countries = told.get("countries", [])
    given = {name: _whole(told[name]) for name in NUMBERS if name in told}
    trunk = str(told.get("trunk", ""))
    return Limits(
        trunk=trunk if NAME_OF_TRUNK.fullmatch(trunk) else "",
        countries=frozenset(str(one).upper() for one in countries) if isinstance(countries, list) else frozenset(),
        region=str(settings.get("region", "")) or None,
        opens=_time(told.get("opens"), QUIET_BEFORE),
        closes=_time(told.get("closes"), QUIET_FROM),
        **given,
    )


CAPS = ("calls_of_agent", "calls", "minutes_of_agent", "minutes", "callbacks_to_number", "at_once_of_agent", "at_once")
NUMBERS = (*CAPS, "minutes_without_agent")


def may_call(said: str, *, limits: Limits, spent: Spent) -> Verdict:
    """Whether this number may be dialled now, as far as the number and the caps go."""
    if not limits.trunk or not limits.countries:
        return Verdict(refused="not_set_up")
    if phones.emergency(said, limits.region):
        return Verdict(refused="emergency")
    if phones.short(said, limits.region):
        return Verdict(refused="short_number")
    phone = phones.normalise(said, limits.region)
    if phone is None:
        return Verdict(refused="no_number")
    code, value = _against_number(phone, limits) or _against_caps(limits, spent) or ("", "")
    return Verdict(number=phone.e164, refused=code, value=value, phone=phone)


def awake(zones: Sequence[str], *, limits: Limits, at: datetime) -> bool:
    """Whether it is a time to call wherever this number may be; a number of no known zone is at no time."""
    return bool(zones) and all(opens <= at < closes for opens, closes in (_day(zone, limits, at) for zone in zones))


def expected(asked_at: datetime | None, *, now: datetime) -> bool:
    """Whether they wait for the call that they asked for."""
    return asked_at is not None and now - asked_at <= EXPECTED_FOR


def next_awake(zones: Sequence[str], *, limits: Limits, at: datetime) -> datetime | None:
    """The first moment from `at` on at which they may be called; None if there is none within a week."""
    if not zones or limits.opens >= limits.closes:
        return None
    openings = sorted(_day(zone, limits, at, later=later)[0] for zone in zones for later in range(8))
    return next((one for one in [at, *openings] if one >= at and awake(zones, limits=limits, at=one)), None)


def _against_number(phone: Phone, limits: Limits) -> tuple[str, str] | None:
    if phone.region == NO_COUNTRY:
        return "satellite", ""
    if phone.kind in DEAR:
        return DEAR[phone.kind], ""
    if not phone.valid:
        return "not_in_use", ""
    if phone.kind not in ORDINARY:
        return "unknown_price", ""
    if phone.region not in limits.countries:
        return "country", phone.region
    if phone.extension:
        return "extension", ""
    return None


def _against_caps(limits: Limits, spent: Spent) -> tuple[str, str] | None:
    for name in CAPS:
        so_far = getattr(spent, name)
        if so_far is not None and so_far >= (most := getattr(limits, name)):
            return name, str(most)
    return None


def _day(zone: str, limits: Limits, at: datetime, *, later: int = 0) -> tuple[datetime, datetime]:
    """From when until when people may be called there, on the day of `at` there or so many days later; in UTC."""
    tz = ZoneInfo(zone)
    day = at.astimezone(tz).date() + timedelta(days=later)
    opens, closes = (datetime.combine(day, clock, tzinfo=tz).astimezone(UTC) for clock in (limits.opens, limits.closes))
    return opens, closes


def _whole(told: Any) -> int:
    return told if isinstance(told, int) and not isinstance(told, bool) and told > 0 else 0


def _time(told: Any, otherwise: time) -> time:
    try:
        return time.fromisoformat(told) if told else otherwise
    except (TypeError, ValueError):
        return otherwise

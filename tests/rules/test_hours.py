"""Opening hours across time zones, clock changes, nights and holidays."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanal.hours.rules import (
    Calendar,
    Period,
    SpecialDay,
    WeeklyPeriod,
    add_open_time,
    closes_at,
    is_open,
    next_opening,
    open_seconds_between,
)

ZONES = ["UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata", "Africa/Casablanca", "Australia/Lord_Howe",
         "Pacific/Apia", "America/St_Johns", "Asia/Tehran", "Africa/Cairo", "Pacific/Kiritimati",
         "America/Sao_Paulo"]  # fmt: skip
PARIS = ZoneInfo("Europe/Paris")


def weekly(*days, opens, closes):
    return tuple(
        WeeklyPeriod(weekday=day, opens=time.fromisoformat(opens), closes=time.fromisoformat(closes)) for day in days
    )


def paris(text):
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


OFFICE = Calendar(
    zone="Europe/Paris",
    periods=weekly(0, 1, 2, 3, 4, opens="09:00", closes="17:00"),
    special_days=(
        SpecialDay(on=date(2026, 12, 25), name="Christmas"),
        SpecialDay(on=date(2026, 12, 24), name="Christmas Eve", periods=(Period(opens=time(9), closes=time(12)),)),
        SpecialDay(on=date(2026, 12, 26), periods=(Period(opens=time(10), closes=time(11)),)),
    ),
)
NIGHT = Calendar(zone="Europe/Paris", periods=weekly(0, 1, 2, 3, 4, 5, 6, opens="22:00", closes="06:00"))
ALWAYS = Calendar(zone="Europe/Paris", periods=weekly(0, 1, 2, 3, 4, 5, 6, opens="00:00", closes="00:00"))
NEVER = Calendar(zone="Europe/Paris")

TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))
MOMENTS = st.datetimes(datetime(2009, 1, 1), datetime(2030, 1, 1)).map(lambda at: at.replace(microsecond=0, tzinfo=UTC))
CALENDARS = st.builds(
    Calendar,
    zone=st.sampled_from(ZONES),
    periods=st.lists(st.builds(WeeklyPeriod, weekday=st.integers(0, 6), opens=TIMES, closes=TIMES), max_size=5).map(
        tuple
    ),
    special_days=st.lists(
        st.builds(
            SpecialDay,
            on=st.dates(date(2009, 1, 1), date(2030, 1, 1)),
            periods=st.lists(st.builds(Period, opens=TIMES, closes=TIMES), max_size=2).map(tuple),
        ),
        max_size=3,
    ).map(tuple),
)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-23T08:59:59", False),
        ("2026-11-23T09:00", True),
        ("2026-11-23T16:59:59", True),
        ("2026-11-23T17:00", False),
        ("2026-11-22T12:00", False),
        ("2026-12-24T11:00", True),
        ("2026-12-24T13:00", False),
        ("2026-12-25T12:00", False),
        ("2026-12-26T10:30", True),
    ],
)
def test_the_opening_minute_is_open_and_the_closing_minute_is_not(at, expected):
    assert is_open(OFFICE, paris(at)) is expected


def test_a_night_shift_belongs_to_the_day_it_begins_on():
    friday = Calendar(
        zone="Europe/Paris",
        periods=weekly(4, opens="22:00", closes="06:00"),
        special_days=(SpecialDay(on=date(2026, 11, 28)),),
    )
    assert is_open(friday, paris("2026-11-28T05:59"))
    assert not is_open(friday, paris("2026-11-27T05:59"))
    assert closes_at(friday, paris("2026-11-27T23:00")) == paris("2026-11-28T06:00")


def test_after_the_holidays_we_open_on_the_next_working_day():
    assert next_opening(OFFICE, paris("2026-12-24T12:00")) == paris("2026-12-26T10:00")
    assert next_opening(OFFICE, paris("2026-12-26T11:00")) == paris("2026-12-28T09:00")


def test_a_night_is_an_hour_shorter_in_spring_and_longer_in_autumn():
    spring = open_seconds_between(NIGHT, paris("2026-03-28T12:00"), paris("2026-03-29T12:00"))
    autumn = open_seconds_between(NIGHT, paris("2026-10-24T12:00"), paris("2026-10-25T12:00"))
    assert (spring / 3600, autumn / 3600) == (7, 9)


def test_an_hour_that_the_clock_skips_or_repeats_is_counted_once():
    skipped = Calendar(zone="Europe/Paris", periods=weekly(6, opens="02:00", closes="03:00"))
    assert open_seconds_between(skipped, paris("2026-03-29T00:00"), paris("2026-03-29T12:00")) == 0
    assert open_seconds_between(skipped, paris("2026-10-25T00:00"), paris("2026-10-25T12:00")) == 7200


def test_touching_and_overlapping_periods_are_one_stretch():
    split = Calendar(
        zone="UTC",
        periods=weekly(0, opens="08:00", closes="12:00")
        + weekly(0, opens="12:00", closes="15:00")
        + weekly(0, opens="14:00", closes="18:00"),
    )
    monday = datetime(2026, 11, 23, tzinfo=UTC)
    assert closes_at(split, monday.replace(hour=9)) == monday.replace(hour=18)
    assert open_seconds_between(split, monday, monday + timedelta(days=1)) == 10 * 3600


def test_a_calendar_without_periods_never_opens_and_ends_every_question():
    now = paris("2026-11-23T12:00")
    assert not is_open(NEVER, now)
    assert next_opening(NEVER, now) is None
    assert closes_at(NEVER, now) is None
    assert add_open_time(NEVER, now, 1) is None
    assert open_seconds_between(NEVER, now, now + timedelta(days=4000)) == 0


def test_a_calendar_that_never_closes_has_no_closing_and_no_next_opening():
    now = paris("2026-11-23T12:00")
    assert is_open(ALWAYS, now)
    assert closes_at(ALWAYS, now) is None
    assert next_opening(ALWAYS, now) is None
    assert add_open_time(ALWAYS, now, 90 * 86400) == now.astimezone(UTC) + timedelta(days=90)


def test_a_single_special_day_years_ahead_is_found():
    opening = SpecialDay(on=date(2031, 5, 1), periods=(Period(opens=time(10), closes=time(12)),))
    once = Calendar(zone="Europe/Paris", special_days=(opening,))
    assert next_opening(once, paris("2026-11-23T12:00")) == paris("2031-05-01T10:00")
    assert add_open_time(once, paris("2026-11-23T12:00"), 7201) is None


def test_two_entries_for_one_special_day_are_both_kept():
    day = date(2026, 11, 23)
    morning = SpecialDay(on=day, periods=(Period(opens=time(9), closes=time(10)),))
    evening = SpecialDay(on=day, periods=(Period(opens=time(20), closes=time(21)),))
    split = Calendar(zone="UTC", special_days=(morning, evening))
    midnight = datetime(2026, 11, 23, tzinfo=UTC)
    assert open_seconds_between(split, midnight, midnight + timedelta(days=1)) == 7200


def test_a_promise_of_eight_working_hours_on_friday_at_three_is_kept_on_monday_at_three():
    assert add_open_time(OFFICE, paris("2026-11-27T15:00"), 8 * 3600) == paris("2026-11-30T15:00")


def test_a_clock_in_opening_time_stands_still_until_we_open():
    assert add_open_time(OFFICE, paris("2026-11-28T15:00"), 0) == paris("2026-11-30T09:00")


def test_a_moment_without_a_zone_a_wrong_weekday_and_negative_time_are_refused():
    with pytest.raises(ValueError, match="zone"):
        is_open(OFFICE, datetime(2026, 1, 1))
    with pytest.raises(ValueError, match="weekday"):
        WeeklyPeriod(weekday=7, opens=time(1), closes=time(2))
    with pytest.raises(ValueError, match="added"):
        add_open_time(OFFICE, paris("2026-11-28T15:00"), -1)


@settings(max_examples=150, deadline=None)
@given(CALENDARS, MOMENTS, st.integers(0, 10 * 86400))
def test_adding_open_time_and_counting_it_agree(calendar, start, seconds):
    end = add_open_time(calendar, start, seconds)
    if end is not None:
        assert end >= start
        assert open_seconds_between(calendar, start, end) == seconds


@settings(max_examples=150, deadline=None)
@given(CALENDARS, MOMENTS, st.integers(0, 60 * 86400), st.integers(0, 60 * 86400))
def test_open_time_adds_up_over_a_cut_and_never_exceeds_real_time(calendar, start, first, second):
    middle, end = start + timedelta(seconds=first), start + timedelta(seconds=first + second)
    whole = open_seconds_between(calendar, start, end)
    assert whole == open_seconds_between(calendar, start, middle) + open_seconds_between(calendar, middle, end)
    assert 0 <= whole <= first + second
    assert open_seconds_between(calendar, end, start) == 0 or first + second == 0


@settings(max_examples=150, deadline=None)
@given(CALENDARS, MOMENTS)
def test_what_is_open_closes_and_what_opens_was_closed(calendar, at):
    second = timedelta(seconds=1)
    closes = closes_at(calendar, at)
    if closes:
        assert is_open(calendar, at)
        assert is_open(calendar, closes - second)
        assert not is_open(calendar, closes)
        assert open_seconds_between(calendar, at, closes) == (closes - at).total_seconds()
    opens = next_opening(calendar, at)
    if opens:
        assert opens > at
        assert is_open(calendar, opens)
        assert not is_open(calendar, opens - second)
        if not is_open(calendar, at):
            assert open_seconds_between(calendar, at, opens) == 0


@settings(max_examples=150, deadline=None)
@given(MOMENTS, st.sampled_from(ZONES), TIMES, TIMES)
def test_on_an_ordinary_day_the_wall_clock_decides(at, zone, opens, closes):
    local = at.astimezone(ZoneInfo(zone))
    steady = {(local + timedelta(days=shift)).utcoffset() for shift in (-2, -1, 0, 1, 2)}
    if len(steady) > 1 or opens >= closes:
        return
    calendar = Calendar(zone=zone, periods=weekly(*range(7), opens=opens.isoformat(), closes=closes.isoformat()))
    assert is_open(calendar, at) == (opens <= local.time() < closes)

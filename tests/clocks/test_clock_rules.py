"""The rules of clocks: which target holds, and when a clock is due on a calendar with pauses."""

from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from fanal.clocks.rules.moves import Do, Due, Happened, Standing, merged, moves
from fanal.clocks.rules.targets import KINDS, Matter, Promise, choose
from fanal.clocks.rules.timing import Course, Still, missed, moment, spent, times
from fanal.hours.rules import Calendar, SpecialDay, WeeklyPeriod

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
HOUR = 3600


def office(zone: str = "Europe/Paris", *, nights: bool = False) -> Calendar:
    opens, closes = (time(22), time(6)) if nights else (time(9), time(17))
    week = tuple(WeeklyPeriod(weekday=day, opens=opens, closes=closes) for day in range(5))
    return Calendar(zone=zone, periods=week)


def promise(code: str, **more: int) -> Promise:
    return Promise(id=hash(code) % 1000, code=code, seconds={"resolution": HOUR}, **more)


MATTER = Matter(type=1, priority=3, value_band=2)


def test_the_target_that_names_most_of_the_case_wins():
    all_, typed, both = promise("a"), promise("b", type=1), promise("c", type=1, priority=3)
    assert choose("resolution", MATTER, [all_, both, typed]) == both
    assert both.names() == ("type", "priority")


def test_between_equals_the_type_weighs_more_than_the_value_and_that_more_than_the_priority():
    typed, valued, urgent = promise("c", type=1), promise("b", value_band=2), promise("a", priority=3)
    assert choose("resolution", MATTER, [urgent, valued, typed]) == typed
    assert choose("resolution", MATTER, [urgent, valued]) == valued


def test_a_target_that_names_something_else_holds_for_nobody_here_and_unknown_people_have_no_value():
    assert choose("resolution", MATTER, [promise("a", type=2)]) is None
    assert choose("resolution", Matter(type=1, priority=3), [promise("a", value_band=0)]) is None


def test_each_kind_is_taken_from_the_most_specific_target_that_promises_it():
    general, special = promise("a"), Promise(id=2, code="b", type=1, seconds={"first_response": 60})
    assert choose("resolution", MATTER, [general, special]) == general
    assert choose("first_response", MATTER, [general, special]) == special


def test_eight_hours_from_friday_at_three_are_over_on_monday_at_three_and_a_holiday_adds_a_day():
    friday = datetime(2026, 3, 6, 14, tzinfo=UTC)  # 15:00 in Paris
    course = Course(started_at=friday, seconds=8 * HOUR, at_risk_percent=75)
    assert times(course, office()).due_at == friday + timedelta(days=3)
    holiday = Calendar(
        zone="Europe/Paris", periods=office().periods, special_days=(SpecialDay(on=datetime(2026, 3, 9).date()),)
    )
    assert times(course, holiday).due_at == friday + timedelta(days=4)


def test_the_night_of_a_clock_change_counts_the_hours_that_pass():
    nights = Calendar(
        zone="Europe/Paris", periods=tuple(WeeklyPeriod(weekday=d, opens=time(22), closes=time(6)) for d in range(7))
    )
    for evening, hours in ((datetime(2026, 3, 28, 21, tzinfo=UTC), 7), (datetime(2026, 10, 24, 20, tzinfo=UTC), 9)):
        course = Course(started_at=evening, seconds=hours * HOUR, at_risk_percent=75)
        assert times(course, nights).due_at == evening + timedelta(hours=hours)


def test_a_calendar_that_never_opens_is_never_due_and_never_missed():
    never = Calendar(zone="UTC")
    course = Course(started_at=MONDAY, seconds=60, at_risk_percent=75)
    assert times(course, never).due_at is None
    ended = Course(started_at=MONDAY, seconds=60, at_risk_percent=75, ended_at=MONDAY + timedelta(days=9))
    assert not missed(ended, never)


def test_what_was_due_before_it_stood_still_stays_due_then():
    stood = Course(
        started_at=MONDAY, seconds=HOUR, at_risk_percent=75, pauses=(Still(started_at=MONDAY + timedelta(hours=5)),)
    )
    found = times(stood, None)
    assert (found.due_at, found.left_seconds) == (MONDAY + timedelta(hours=1), -4 * HOUR)


def test_of_cases_that_become_one_the_earliest_due_of_each_kind_goes_on():
    later, sooner = MONDAY + timedelta(hours=2), MONDAY + timedelta(hours=1)
    clocks = [
        Due(clock=1, kind="resolution", due_at=later),
        Due(clock=2, kind="resolution", due_at=sooner),
        Due(clock=3, kind="resolution", due_at=None),
        Due(clock=4, kind="first_response", due_at=None),
    ]
    assert merged(clocks) == [2, 4]


def test_whatever_happens_twice_does_nothing_more_the_second_time():
    still = Standing(kind="resolution", still=True)
    assert moves(Happened.WAITING, [still]) == []
    assert moves(Happened.NOT_WAITING, [Standing(kind="resolution")]) == []
    assert moves(Happened.SETTLED, [Standing(kind="resolution", ended_by="settled")]) == []
    assert moves(Happened.REOPENED, [Standing(kind="resolution")]) == []
    assert moves(Happened.REPLIED, [still]) == []


CALENDARS = st.sampled_from(
    [None, office(), office("Asia/Kathmandu"), office("America/New_York", nights=True), office("Australia/Lord_Howe")]
)
MOMENTS = st.integers(0, 370 * 24 * 60).map(lambda minutes: MONDAY + timedelta(minutes=minutes))
GAPS = st.lists(st.tuples(st.integers(1, 5000), st.integers(1, 5000)), max_size=4)


def with_pauses(start: datetime, seconds: int, gaps: list[tuple[int, int]]) -> Course:
    at, pauses = start, []
    for run, stand in gaps:
        at += timedelta(minutes=run)
        pauses.append(Still(started_at=at, ended_at=at + timedelta(minutes=stand)))
        at += timedelta(minutes=stand)
    return Course(started_at=start, seconds=seconds, at_risk_percent=75, pauses=tuple(pauses))


@given(CALENDARS, MOMENTS, st.integers(60, 40 * HOUR), GAPS)
def test_a_clock_that_ends_when_it_is_due_has_run_exactly_what_was_promised(calendar, start, seconds, gaps):
    course = with_pauses(start, seconds, gaps)
    due = moment(course, calendar, seconds)
    assert due is not None
    ended = Course(
        started_at=start,
        seconds=seconds,
        at_risk_percent=75,
        pauses=tuple(pause for pause in course.pauses if pause.ended_at and pause.ended_at <= due),
        ended_at=due,
    )
    assert abs(spent(ended, calendar) - seconds) < 1e-3
    assert not any(pause.started_at < due < (pause.ended_at or due) for pause in course.pauses)


@given(CALENDARS, MOMENTS, st.integers(60, 40 * HOUR), st.integers(60, 40 * HOUR), GAPS)
def test_a_longer_promise_is_never_due_sooner_and_at_risk_comes_before_due(calendar, start, one, other, gaps):
    short, long = sorted((one, other))
    first, second = (moment(with_pauses(start, 60, gaps), calendar, seconds) for seconds in (short, long))
    assert first is not None
    assert second is not None
    assert first <= second
    found = times(with_pauses(start, long, gaps), calendar)
    assert found.at_risk_at is not None
    assert found.due_at is not None
    assert found.at_risk_at <= found.due_at


@given(CALENDARS, MOMENTS, st.integers(60, 40 * HOUR), GAPS, st.integers(1, 5000))
def test_standing_still_never_makes_a_clock_due_sooner(calendar, start, seconds, gaps, more):
    before = moment(with_pauses(start, seconds, gaps), calendar, seconds)
    after = moment(with_pauses(start, seconds, [*gaps, (1, more)]), calendar, seconds)
    assert before is not None
    assert after is not None
    assert before <= after


@given(
    st.sampled_from(list(Happened)),
    st.lists(st.builds(Standing, kind=st.sampled_from(KINDS), still=st.booleans()), unique_by=lambda one: one.kind),
)
def test_nothing_that_happens_starts_a_second_clock_of_a_kind(happened, clocks):
    running = {clock.kind for clock in clocks}
    for move in moves(happened, clocks):
        if move.do is Do.START and happened is not Happened.OPENED:
            assert move.kind not in running

"""When a rule of escalation may act on a case, and why: by table, without a database."""

from datetime import UTC, datetime, time, timedelta

import pytest

from fanal.clocks.rules.timing import Course, Still
from fanal.escalation.rules import Facts, Rule, Running, act, due, holds, next_at, why
from fanal.hours.rules import Calendar, WeeklyPeriod

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # a Monday
HOUR = timedelta(hours=1)


def running(
    id: int = 7, kind: str = "resolution", *, hours: int = 8, calendar: Calendar | None = None, **more
) -> Running:
    course = Course(started_at=NOON, seconds=hours * 3600, at_risk_percent=75, **more)
    return Running(
        id=id,
        kind=kind,
        course=course,
        calendar=calendar,
        at_risk_at=NOON + hours * HOUR * 0.75,
        due_at=NOON + hours * HOUR,
    )


def facts(**more) -> Facts:
    given = {"type": 1, "tier": 10, "priority": 2, "value_band": 1, "opened_at": NOON, "clocks": (running(),)}
    return Facts(**given | more)


def rule(when: str = "missed", **more) -> Rule:
    return Rule(id=1, when=when, **more)


@pytest.mark.parametrize(
    ("one", "at"),
    [
        (rule("at_once"), NOON),
        (rule("age", age_minutes=90), NOON + 1.5 * HOUR),
        (rule("share", percent=50), NOON + 4 * HOUR),
        (rule("share", percent=100), NOON + 8 * HOUR),
        (rule("at_risk"), NOON + 6 * HOUR),
        (rule("missed"), NOON + 8 * HOUR + timedelta(seconds=1)),
        (rule("missed", clock="resolution"), NOON + 8 * HOUR + timedelta(seconds=1)),
        (rule("missed", clock="first_response"), None),
    ],
)
def test_the_moment_of_a_rule(one, at):
    assert next_at([one], facts()) == at


def test_a_share_of_the_time_is_counted_in_the_hours_of_the_clock_and_without_its_pauses():
    nine_to_five = Calendar(
        zone="UTC", periods=tuple(WeeklyPeriod(weekday=day, opens=time(9), closes=time(17)) for day in range(7))
    )
    still = Still(started_at=NOON + HOUR, ended_at=NOON + 2 * HOUR)
    one = facts(clocks=(running(calendar=nine_to_five, pauses=(still,)),))
    # An hour until one, none until two, three until five: four are full then; half of eight.
    assert next_at([rule("share", percent=50)], one) == NOON + 5 * HOUR
    assert next_at([rule("share", percent=75)], one) == NOON + 23 * HOUR


@pytest.mark.parametrize(
    ("given", "wanted", "answer"),
    [
        ({}, {}, True),
        ({}, {"type": 1}, True),
        ({}, {"type": 2}, False),
        ({}, {"tier": 10}, True),
        ({}, {"tier": 11}, False),
        ({"tier": None}, {"tier": 11}, False),
        ({}, {"priority_at_least": 2}, True),
        ({}, {"priority_at_least": 3}, False),
        ({"priority": 4}, {"priority_at_least": 3}, True),
        ({}, {"value_at_least": 1}, True),
        ({}, {"value_at_least": 2}, False),
        ({"value_band": None}, {"value_at_least": 0}, False),
        ({"value_band": None}, {}, True),
        ({"open": False}, {}, False),
    ],
)
def test_a_rule_holds_for_what_it_names(given, wanted, answer):
    assert holds(rule(**wanted), facts(**given)) is answer


def test_a_rule_acts_once_in_a_stretch_and_again_when_the_case_was_reopened():
    first = act(rule(), facts())
    assert first is not None
    assert act(rule(), facts(done=frozenset({(1, first.stretch)}))) is None
    again = act(rule(), facts(done=frozenset({(1, first.stretch)}), openings=1))
    assert again is not None
    assert again.stretch != first.stretch
    grown = act(rule("age", age_minutes=5), facts())
    assert grown is not None
    assert act(rule("age", age_minutes=5), facts(done=frozenset({(1, grown.stretch)}), openings=1)) is None


def test_of_several_clocks_the_earliest_counts_and_each_has_its_own_stretch():
    two = facts(clocks=(running(7), running(8, "first_response", hours=1)))
    one = act(rule(), two)
    assert (one.clock, one.at) == ("first_response", NOON + HOUR + timedelta(seconds=1))
    assert act(rule(), facts(clocks=two.clocks, done=frozenset({(1, one.stretch)}))).clock == "resolution"


def test_what_is_due_is_done_in_the_order_of_the_rules_and_nothing_before_its_time():
    rules = [Rule(id=2, when="at_risk"), Rule(id=1, when="share", percent=10)]
    assert due(rules, facts(), NOON) is None
    assert due(rules, facts(), NOON + HOUR).rule.id == 1
    assert due(rules, facts(), NOON + 7 * HOUR).rule.id == 2


def test_it_says_why_first_the_time_then_what_the_rule_names():
    one = rule("share", percent=50, priority_at_least=2, value_at_least=1, type=1, tier=10)
    assert why(act(one, facts(priority=3)), facts(priority=3)) == [
        {"code": "share", "clock": "resolution", "percent": 50},
        {"code": "priority", "value": 3},
        {"code": "value_band", "value": 1},
        {"code": "type", "value": 1},
        {"code": "tier", "value": 10},
    ]
    assert why(act(rule("at_once"), facts()), facts()) == []

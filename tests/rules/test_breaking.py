"""A back office that does not answer is left alone, longer each time, and one question finds out for all."""

from datetime import UTC, datetime, timedelta

from fanal.holdings.rules import Breaker, may_ask, told
from fanal.holdings.rules.breaking import FAILURES

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)


def after_failures(number: int) -> Breaker:
    breaker = Breaker()
    for _ in range(number):
        breaker = told(breaker, answered=False, now=NOW)
    return breaker


def test_it_is_asked_until_so_many_in_a_row_had_no_answer() -> None:
    assert may_ask(after_failures(FAILURES - 1), in_flight=5, now=NOW)
    assert not may_ask(after_failures(FAILURES), in_flight=0, now=NOW)


def test_when_the_pause_is_over_one_question_finds_out_and_no_other_goes_beside_it() -> None:
    breaker = after_failures(FAILURES)
    assert breaker.until is not None
    assert not may_ask(breaker, in_flight=0, now=breaker.until - timedelta(milliseconds=1))
    assert may_ask(breaker, in_flight=0, now=breaker.until)
    assert not may_ask(breaker, in_flight=1, now=breaker.until)
    assert told(breaker, answered=True, now=breaker.until) == Breaker()


def test_the_pauses_double_up_to_two_minutes() -> None:
    untils = [after_failures(FAILURES + more).until for more in range(6)]
    assert [(until - NOW).total_seconds() for until in untils if until] == [15, 30, 60, 120, 120, 120]

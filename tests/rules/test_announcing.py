"""What callers who wait are told: at intervals, sooner for better, never a worse place, never less without reason."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as draws

from fanal.routing.rules.announcing import AT_LEAST, Announced, Plan, announce, best

BEGAN = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
PLAN = Plan(after=20, every=60)


def at(seconds: float) -> datetime:
    return BEGAN + timedelta(seconds=seconds)


def told(
    seconds: float, last: Announced | None = None, *, position: int = 3, wait: int | None = 300, plan: Plan = PLAN
):
    return announce(plan=plan, since=BEGAN, last=last, position=position, seconds=wait, now=at(seconds))


def test_nothing_is_told_before_its_time_and_never_where_the_queue_says_so():
    assert told(19) is None
    assert told(900, plan=Plan(after=0, every=60)) is None
    assert told(20) == Announced(at=at(20), position=3, seconds=300)


def test_the_same_is_told_again_after_the_interval_and_once_where_there_is_none():
    first = told(20)
    assert told(79, first) is None
    assert told(80, first, wait=250) == Announced(at=at(80), position=3, seconds=250)
    assert told(900, first, plan=Plan(after=20, every=0)) is None


def test_a_better_place_is_told_soon_and_a_worse_one_never():
    first = told(20)
    assert told(30, first, position=2) is None
    assert told(35, first, position=2) == Announced(at=at(35), position=2, seconds=300)
    assert told(80, first, position=5) == Announced(at=at(80))


def test_a_wait_that_is_not_known_is_not_told():
    assert told(20, wait=None) == Announced(at=at(20), position=3, seconds=None)


def test_a_wait_is_not_told_shorter_than_what_is_left_of_it_unless_the_place_is_better():
    first = told(20, wait=300)
    assert told(80, first, wait=30) == Announced(at=at(80), position=3, seconds=240)
    assert told(80, first, wait=30, position=1) == Announced(at=at(80), position=1, seconds=30)


@given(draws.lists(draws.tuples(draws.integers(1, 9), draws.none() | draws.integers(0, 4000)), max_size=60))
def test_no_place_that_is_told_is_ever_worse_than_one_before(steps):
    last, places, times = None, [], []
    for number, (position, wait) in enumerate(steps):
        if fresh := told(5 * number, last, position=position, wait=wait):
            last = best(last, fresh)
            times.append(fresh.at)
            places += [fresh.position] if fresh.position else []
    assert places == sorted(places, reverse=True)
    assert all((later - sooner).total_seconds() >= AT_LEAST for sooner, later in pairwise(times))

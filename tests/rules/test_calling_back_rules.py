"""Nobody who holds the line waits longer because others keep their place without holding it."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as draws

from fanal.routing.rules.calling_back import PAUSES, Came, again, came_of, place

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def simulated(arrivals: list[int], *, hang_up: set[int], agents: int, talk: int) -> dict[int, int]:
    """When each caller is served, in seconds, by who has the earliest place; who hangs up keeps theirs."""
    places = {
        who: place(
            at=None, waited_since=NOON + timedelta(seconds=at), now=NOON + timedelta(seconds=at + 30 * (who in hang_up))
        )
        for who, at in enumerate(arrivals)
    }
    free, served = [0] * agents, {}
    waiting = dict(places)
    while waiting:
        free.sort()
        moment = max(free[0], min(int((at - NOON).total_seconds()) for at in waiting.values()))
        there = [who for who, at in waiting.items() if at <= NOON + timedelta(seconds=moment)]
        first = min(there, key=lambda who: (waiting[who], who))
        served[first] = moment
        free[0] = moment + talk
        del waiting[first]
    return served


@settings(max_examples=200, deadline=None)
@given(
    arrivals=draws.lists(draws.integers(0, 1800), min_size=1, max_size=40).map(sorted),
    agents=draws.integers(1, 4),
    hang_up=draws.sets(draws.integers(0, 39)),
)
def test_who_holds_the_line_waits_as_long_as_if_everybody_held_it(
    arrivals: list[int], agents: int, hang_up: set[int]
) -> None:
    everybody_holds = simulated(arrivals, hang_up=set(), agents=agents, talk=180)
    some_wait_for_a_call = simulated(arrivals, hang_up=hang_up, agents=agents, talk=180)
    for who in range(len(arrivals)):
        assert some_wait_for_a_call[who] <= everybody_holds[who]


def test_a_named_time_and_a_further_try_come_to_the_end_of_the_line() -> None:
    at = NOON + timedelta(hours=2)
    assert place(at=at, waited_since=NOON, now=NOON) == at
    assert place(at=None, waited_since=None, now=NOON) == NOON


def test_tries_are_counted_paused_and_limited() -> None:
    now, pauses = NOON, []
    for tries in range(1, 10):
        following = again(came=Came.NOT_REACHED, end_reason="no_answer", tries=tries, now=now)
        if following.at is None:
            break
        pauses.append(following.at - now)
    assert tuple(pauses) == PAUSES
    assert again(came=Came.NOT_REACHED, end_reason="busy", tries=1, now=NOON).at == NOON + timedelta(minutes=5)
    assert not again(came=Came.NOT_TRIED, end_reason="not_lifted", tries=9, now=NOON).counts


def test_what_came_of_it_is_read_from_how_the_contact_ended() -> None:
    assert came_of(end_reason="customer", answered=True) == Came.REACHED
    assert came_of(end_reason="voicemail", answered=True) == Came.NOT_REACHED
    assert came_of(end_reason="agent", answered=False) == Came.NOT_TRIED
    assert came_of(end_reason="closed", answered=False) == Came.KEPT

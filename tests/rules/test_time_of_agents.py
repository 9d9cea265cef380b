"""An agent's time in a quarter of an hour: the short way to it gives what the long way gives."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from fanal.kpis.rules import INTERVAL, Span, Stretch, edges_of, spent_alike, time_spent

AT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
MINUTES = st.integers(min_value=-40, max_value=40).map(lambda minutes: AT + timedelta(minutes=minutes))
STATES = st.sampled_from(["available", "break", "not_answering", "offline"])


@given(
    present=st.lists(st.tuples(MINUTES, MINUTES, STATES), max_size=3),
    talks=st.lists(st.tuples(MINUTES, MINUTES | st.none()), max_size=4),
)
def test_a_quarter_in_which_nothing_changes_is_known_without_adding_up(
    present: list[tuple[datetime, datetime, str]], talks: list[tuple[datetime, datetime | None]]
) -> None:
    stretches = [Stretch(start=start, end=end, state=state) for start, end, state in present]
    work = [Span(id=number, start=start, end=end) for number, (start, end) in enumerate(talks)]
    short = spent_alike(stretches, *edges_of(work), AT)
    assert short is None or short == time_spent(stretches, work, AT, AT + INTERVAL)


def test_the_short_way_is_taken_where_it_can_be() -> None:
    there = [Stretch(start=AT - INTERVAL, end=AT + INTERVAL, state="available")]
    talk = Span(id=1, start=AT - timedelta(minutes=5), end=None)
    assert spent_alike(there, [], [], AT) == {
        "signed_in_ms": 900_000, "available_ms": 900_000, "busy_ms": 0, "idle_ms": 900_000
    }  # fmt: skip
    assert spent_alike(there, *edges_of([talk]), AT) == {
        "signed_in_ms": 900_000, "available_ms": 900_000, "busy_ms": 900_000, "idle_ms": 0
    }  # fmt: skip
    assert spent_alike(there, *edges_of([talk]), AT - INTERVAL) is None

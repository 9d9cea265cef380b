"""What an exchange counts of a line, and how it sounded between two counts."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fanal.channels.asterisk.counts import Counted, Half, Stretch, came, read, went


def test_what_was_told_is_read_and_what_makes_no_sense_counts_as_nothing() -> None:
    told = {"rxcount": 500, "rxploss": 5, "rxjitter": 0.002, "txcount": 480, "txploss": -1, "rtt": float("nan")}
    assert read(told) == Counted(comes=Half(packets=500, lost=5, jitter=0.002), goes=Half(packets=480))


def test_half_of_what_came_since_the_last_count_was_lost() -> None:
    before = Counted(comes=Half(packets=1000, lost=0))
    now = Counted(comes=Half(packets=1100, lost=100, jitter=0.01))
    assert came(before, now) == Stretch(loss=0.5, jitter=0.01, round_trip=0)


def test_what_reaches_them_is_known_only_from_their_own_reports() -> None:
    before, sent = Counted(), Half(packets=200)
    assert went(before, Counted(goes=sent)) is None
    now = Counted(goes=Half(packets=200, lost=20), reported=True, round_trip=0.05)
    assert went(before, now) == Stretch(loss=0.1, jitter=0, round_trip=0.05)


@pytest.mark.parametrize("packets", [0, 40])
def test_a_line_that_was_silent_or_began_to_count_anew_says_nothing(packets: int) -> None:
    before = Counted(comes=Half(packets=40))
    assert came(before, Counted(comes=Half(packets=packets))) is None


counts = st.builds(
    read,
    st.dictionaries(
        st.sampled_from(["rxcount", "rxploss", "rxjitter", "txcount", "txploss", "txjitter", "rtt"]),
        st.one_of(st.integers(), st.floats(), st.none(), st.text(max_size=3)),
    ),
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(counts, counts)
def test_whatever_is_told_a_share_is_a_share(before: Counted, now: Counted) -> None:
    for stretch in (came(before, now), went(before, now)):
        if stretch:
            assert 0 <= stretch.loss <= 1
            assert stretch.jitter >= 0
            assert stretch.round_trip >= 0

"""Processes die at random while customers write on both channels, and nothing of what was acknowledged is lost."""

import pytest

from fanal.benches import kills
from fanal.benches.frame import met


@pytest.mark.timeout(600)
def test_nothing_is_lost_doubled_or_left_over_whatever_is_killed() -> None:
    """The long run is `fanal bench kills`; this one kills a few, of every kind that holds something."""
    told: list[str] = []
    load, figures = kills.run(told.append, kills=7, seed=11, pause=1.5, rate=90)
    assert met(figures, kills.GOALS), (figures, told)
    assert figures["acknowledged"] > 20
    assert figures["acknowledged_by_mail"] > 3
    assert load["kills"] == 7

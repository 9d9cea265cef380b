"""Some seconds of ten times what can be served: nobody is overtaken, nothing lost, no chat behind the post."""

import pytest

from fanal.benches import flood
from fanal.benches.frame import met


@pytest.mark.timeout(400)
def test_in_a_flood_the_oldest_of_the_highest_comes_first_and_all_of_it_is_kept(bench_database: None) -> None:
    told: list[str] = []
    _, figures = flood.run(told.append, seconds=8, agents=2)
    goals = {name: goal for name, goal in flood.GOALS.items() if name != "grown_mb"}  # of a minute, not of seconds
    assert met(figures, goals), figures
    assert figures["chats_taken"] > 5 * figures["served"] > 0, "it was no flood"
    assert figures["contacts_waiting"] > 50
    assert figures["could_be_younger"] > 0, "and nobody could have been overtaken"
    assert figures["mails_taken"] > 10

"""Recorded calls, played with whatever can go wrong between Asterisk and us: afterwards the rows say what it has.

The room is killed before and after each event and at each of its orders, and begins anew with nothing but rows; or its
line is cut there while it lives, and it goes on with what it knew; events come twice, late and in another order. What
the carrier and the telephones do is the same each time.
"""

import os

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as draws

from fanal.interactions.models import Interaction, Segment, SegmentKind
from fanal.routing.models import EntryState, QueueEntry
from tests import recorded_calls as recorded
from tests.channels.asterisk.plays import ENDS, Play

pytestmark = [pytest.mark.timeout(300), pytest.mark.django_db(transaction=True)]
LENGTHS = {name: len(recorded.of(name)) for name in ENDS}
EXAMPLES = int(os.environ.get("FANAL_EXAMPLES", "20"))
TAKES = 4  # seconds, of one example on a busy machine


def test_played_as_it_was_it_comes_out_as_it_was() -> None:
    for name, (_who, reason) in ENDS.items():
        play = Play(name)
        play.goes()
        play.is_over()
        assert not play.skipped
        assert Interaction.objects.get().end_reason == reason
        talked = Segment.objects.filter(kind=SegmentKind.AGENT).count()
        assert talked == (name != "abandoned")
        states = [EntryState.ABANDONED] if name == "abandoned" else [EntryState.ANSWERED]
        assert list(QueueEntry.objects.values_list("state", flat=True)) == states


@pytest.mark.parametrize("name", ENDS)
def test_killed_after_each_event_it_comes_out_the_same(name: str) -> None:
    for at in range(LENGTHS[name]):
        play = Play(name)
        play.goes(killed_after=[at])
        play.is_over()
        assert not play.skipped, at
        assert Interaction.objects.get().end_reason == ENDS[name][1], at


@pytest.mark.parametrize("name", ENDS)
def test_killed_before_each_event_which_nobody_hears_it_ends_once_and_leaves_nothing(name: str) -> None:
    for at in range(LENGTHS[name]):
        play = Play(name)
        play.goes(lost=[at])
        play.is_over()
        assert play.ended_otherwise or not play.skipped, at


@pytest.mark.parametrize("name", ENDS)
def test_the_line_cut_after_each_event_while_the_room_lives_it_comes_out_the_same(name: str) -> None:
    for at in range(LENGTHS[name]):
        play = Play(name)
        play.goes(cut_after=[at])
        play.is_over()
        assert not play.skipped, at
        assert Interaction.objects.get().end_reason == ENDS[name][1], at


@pytest.mark.parametrize("gap", [1, 3])
@pytest.mark.parametrize("name", ENDS)
def test_the_line_cut_before_each_event_while_the_room_lives_it_ends_once_and_leaves_nothing(
    name: str, gap: int
) -> None:
    for at in range(LENGTHS[name]):
        play = Play(name)
        play.goes(unheard=range(at, at + gap))
        play.is_over()
        assert play.ended_otherwise or gap > 1 or not play.skipped, at


@pytest.mark.parametrize("name", ENDS)
def test_killed_at_each_of_its_orders_no_order_has_a_second_effect(name: str) -> None:
    whole = Play(name)
    whole.goes()
    for number in range(1, whole.asterisk.effects + 1):
        play = Play(name)
        play.goes(dies_at=number)
        play.is_over()
        assert not play.skipped, number
        assert Interaction.objects.get().end_reason == ENDS[name][1], number


few = draws.lists(draws.integers(0, 4), max_size=16)


# A limit that is reached in the midst of a statement leaves the connection there, and looks like another fault.
@pytest.mark.timeout(300 + TAKES * EXAMPLES)
@settings(max_examples=EXAMPLES, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(
    name=draws.sampled_from(sorted(ENDS)),
    late=few,
    again=few,
    lost=draws.lists(draws.integers(0, 15), max_size=2),
    killed_after=draws.lists(draws.integers(0, 15), max_size=2),
    unheard=draws.lists(draws.integers(0, 15), max_size=3),
    cut_after=draws.lists(draws.integers(0, 15), max_size=2),
    dies_at=draws.none() | draws.integers(1, 9),
)
def test_twice_late_in_another_order_cut_and_killed_it_ends_once_and_leaves_nothing(
    name: str,
    late: list[int],
    again: list[int],
    lost: list[int],
    killed_after: list[int],
    unheard: list[int],
    cut_after: list[int],
    dies_at: int | None,
) -> None:
    play = Play(name)
    play.goes(
        lost=lost, killed_after=killed_after, unheard=unheard, cut_after=cut_after, dies_at=dies_at, late=late,
        again=again,
    )  # fmt: skip
    play.is_over()


def test_come_in_told_twice_after_they_wait_nobody_hears_ringing_in_a_talk() -> None:
    play = Play("agent")
    play.goes(lost=[4], late=[4, 1, 1, 2], again=[4, 2, 2, 4, 1, 0, 3, 0, 2, 1, 3])
    play.is_over()


def test_that_they_came_is_told_after_they_were_found_and_went_and_begins_no_second_contact() -> None:
    play = Play("abandoned")
    play.goes(lost=[0, 3], late=[3, 0, 0, 0, 2, 4, 3], again=[4, 1], killed_after=[2, 15], dies_at=8)
    play.is_over()

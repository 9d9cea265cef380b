"""When a technician can go where, and what may become of a visit: by table."""

from datetime import UTC, datetime, timedelta

import pytest

from fanal.cases.rules import NotPossible
from fanal.cases.rules.visits import Slot, check_move, check_outcome, check_slot

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def slot(start: float, end: float) -> Slot:
    return Slot(begins_at=NOW + timedelta(hours=start), ends_at=NOW + timedelta(hours=end))


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (slot(1, 2), None),
        (slot(4, 5), None),
        (slot(3.9, 5), "slot_taken"),
        (slot(1, 2.1), "slot_taken"),
        (slot(2.5, 3), "slot_taken"),
        (slot(1, 5), "slot_taken"),
        (slot(5, 5), "slot_backwards"),
        (slot(6, 5), "slot_backwards"),
        (slot(5, 22), "slot_too_long"),
        (slot(-2, -1), "slot_past"),
        (slot(-1, 1), None),
    ],
)
def test_a_slot_is_free_in_order_and_ahead(wanted, code):
    if code is None:
        check_slot(wanted, others=[slot(2, 4)], now=NOW)
        return
    with pytest.raises(NotPossible) as problem:
        check_slot(wanted, others=[slot(2, 4)], now=NOW)
    assert problem.value.code == code


@pytest.mark.parametrize(
    ("before", "after", "goes"),
    [
        ("planned", "on_the_way", True),
        ("planned", "done", True),
        ("planned", "cancelled", True),
        ("on_the_way", "not_done", True),
        ("on_the_way", "planned", False),
        ("done", "on_the_way", False),
        ("cancelled", "done", False),
        ("not_done", "done", False),
    ],
)
def test_a_visit_moves_on_only(before, after, goes):
    if goes:
        check_move(before, after)
    else:
        with pytest.raises(NotPossible):
            check_move(before, after)


def test_an_outcome_fits_whether_it_was_done_and_says_a_word_unless_all_is_settled():
    assert check_outcome("done", "settled", " ") == ""
    assert check_outcome("not_done", "no_access", " Dog ") == "Dog"
    for state, outcome, word, code in (
        ("done", "nobody_there", "x", "outcome_unknown"),
        ("not_done", "settled", "x", "outcome_unknown"),
        ("done", "again", "", "word_missing"),
    ):
        with pytest.raises(NotPossible) as problem:
            check_outcome(state, outcome, word)
        assert problem.value.code == code

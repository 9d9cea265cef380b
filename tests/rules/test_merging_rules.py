"""Which case can be merged into which, and when a split can be taken back."""

from datetime import UTC, datetime
from typing import Any

import pytest

from fanal.cases.rules import NotPossible
from fanal.cases.rules.merging import Part, may_merge, may_take_split_back

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)


def part(pk: int, **more: Any) -> Part:
    return Part(**{"id": pk, "practice": False, "customer": 7} | more)


def test_a_duplicate_can_be_merged_once() -> None:
    assert may_merge(part(1), part(2))
    assert may_merge(part(1, customer=None), part(2))
    assert not may_merge(part(1, merged_into=2), part(2))


@pytest.mark.parametrize(
    ("case", "into", "why"),
    [
        (part(1), part(1), "merged_into_itself"),
        (part(1, merged_into=3), part(2), "merged_already"),
        (part(1, withdrawn_at=NOW), part(2), "withdrawn"),
        (part(1), part(2, withdrawn_at=NOW), "withdrawn"),
        (part(1, practice=True), part(2), "problem_practises"),
        (part(1, has_children=True), part(2), "problem_stays"),
        (part(1), part(2, settled=True), "merged_into_settled"),
        (part(1), part(2, customer=8), "other_customer"),
        (part(1), part(2, customer=None), "merge_other_way"),
    ],
)
def test_what_cannot_be_merged_is_refused(case: Part, into: Part, why: str) -> None:
    with pytest.raises(NotPossible, match=why):
        may_merge(case, into)


def test_a_settled_case_can_be_merged_into_a_settled_one() -> None:
    assert may_merge(part(1, settled=True), part(2, settled=True))


GIVEN: dict[str, Any] = {
    **{"withdrawn": False, "merged": False, "settled": False},
    **{"notes": [1], "moved": [1, 2], "contacts": 0},
}


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"merged": True}, "merged_already"),
        ({"settled": True}, "part_worked_on"),
        ({"contacts": 1}, "part_worked_on"),
        ({"notes": [1, 3]}, "part_worked_on"),
    ],
)
def test_a_split_is_taken_back_until_somebody_has_worked_on_it(more: dict[str, Any], why: str) -> None:
    assert may_take_split_back(**GIVEN)
    assert not may_take_split_back(**GIVEN | {"withdrawn": True})
    with pytest.raises(NotPossible, match=why):
        may_take_split_back(**GIVEN | more)

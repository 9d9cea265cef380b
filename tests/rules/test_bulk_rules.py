"""What stands against a change of many cases."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fanal.cases.rules.bulk import UNDO_FOR, Item, Wanted, may_undo, refusal

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)


def item(**more: Any) -> Item:
    return Item(**{"id": 1, "practice": False, "settled": False} | more)


@pytest.mark.parametrize(
    ("case", "wanted", "why"),
    [
        (item(now_is=2), Wanted(kind="priority", to=3), ""),
        (item(now_is=3), Wanted(kind="priority", to=3), "stands_already"),
        (item(withdrawn=True), Wanted(kind="priority", to=3), "withdrawn"),
        (item(merged=True), Wanted(kind="settle"), "merged"),
        (item(settled=True), Wanted(kind="settle"), "settled_already"),
        (item(missing=["x"]), Wanted(kind="settle"), "missing_to_settle"),
        (item(missing=["x"]), Wanted(kind="owner", to=7, practice=False), ""),
        (item(), Wanted(kind="owner", to=7, practice=True), "owner_practises"),
        (item(now_is=7), Wanted(kind="owner", to=None), ""),
        (item(), Wanted(kind="owner", to=None), "stands_already"),
        (item(settled=True), Wanted(kind="queue", to=7, practice=False), "settled"),
        (item(waiting=True), Wanted(kind="queue", to=7, practice=False), "waits_already"),
        (item(), Wanted(kind="queue", to=7, practice=True), "queue_practises"),
        (item(), Wanted(kind="problem", to=1, practice=False), "below_itself"),
        (item(has_children=True), Wanted(kind="problem", to=2, practice=False), "is_a_problem"),
        (item(now_is=3), Wanted(kind="problem", to=2, practice=False), "has_a_problem"),
        (item(now_is=2), Wanted(kind="problem", to=2, practice=False), "stands_already"),
    ],
)
def test_what_stands_against_a_case(case: Item, wanted: Wanted, why: str) -> None:
    assert refusal(case, wanted) == why


def test_what_sets_something_is_taken_back_for_thirty_days() -> None:
    assert may_undo("owner", state="done", ended_at=NOW, now=NOW + UNDO_FOR)
    assert not may_undo("owner", state="done", ended_at=NOW, now=NOW + UNDO_FOR + timedelta(seconds=1))
    assert not may_undo("owner", state="running", ended_at=None, now=NOW)
    assert not may_undo("settle", state="done", ended_at=NOW, now=NOW)

"""What may stand in the fields of a case."""

from typing import Any

import pytest

from fanal.cases.rules import NotPossible
from fanal.cases.rules.values import LONGEST_TEXT, Field, checked, missing

FIELDS = [
    Field(code="serial", name="Serial number", required="to_open"),
    Field(code="load", name="Load", kind="number"),
    Field(code="bought", name="Bought on", kind="date", required="to_settle"),
    Field(code="colour", name="Colour", kind="choice", choices=("red", "green")),
    Field(code="repaired", name="Repaired before", kind="yes_no"),
]


@pytest.mark.parametrize(
    ("code", "said", "kept"),
    [
        ("serial", "  A\x007 ", "A7"),
        ("load", "1.50", "1.50"),
        ("load", "١٢", "12"),
        ("load", "-3e2", "-300"),
        ("bought", "2026-03-02", "2026-03-02"),
        ("colour", "green", "green"),
        ("repaired", "yes", True),
        ("repaired", "no", False),
        ("repaired", True, True),
    ],
)
def test_a_value_is_kept_as_its_kind(code: str, said: Any, kept: Any) -> None:
    assert checked(FIELDS, {code: said}, {}) == {code: kept}


@pytest.mark.parametrize(
    ("code", "said", "why"),
    [
        ("serial", "x" * (LONGEST_TEXT + 1), "value_too_long"),
        ("serial", True, "value_wrong"),
        ("load", "1,000", "value_no_number"),
        ("load", "NaN", "value_no_number"),
        ("load", "9" * 31, "value_no_number"),
        ("bought", "02.03.2026", "value_no_date"),
        ("colour", "blue", "value_not_offered"),
        ("repaired", "perhaps", "value_wrong"),
        ("size", "7", "value_unknown"),
    ],
)
def test_what_does_not_fit_is_refused_by_name_and_nothing_is_cut(code: str, said: Any, why: str) -> None:
    with pytest.raises(NotPossible, match=why) as refused:
        checked(FIELDS, {code: said}, {})
    assert len(refused.value.names) == 1


def test_an_empty_value_goes_and_the_others_stay() -> None:
    known = {"serial": "A7", "load": "1", "of_another_type": "x"}
    assert checked(FIELDS, {"load": " "}, known) == {"serial": "A7", "of_another_type": "x"}


def test_what_is_missing_is_named() -> None:
    assert missing(FIELDS, {}, to="to_open") == ["Serial number"]
    assert missing(FIELDS, {"serial": "A7"}, to="to_settle") == ["Bought on"]
    assert missing(FIELDS, {"serial": "A7", "bought": "2026-03-02"}, to="to_settle") == []

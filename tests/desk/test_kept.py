"""Kept questions: exactly the SQL that Django would make each time, for every role and every shape of the values."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import product
from types import NoneType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from psycopg import ClientCursor
from psycopg.types.numeric import Int8

import fanal.urls  # noqa: F401 - so that every kept question of the pages is known
from fanal.agents.kept import Kept, every, kept
from fanal.agents.models import Agent, Permission, Role
from fanal.cases.models import Case

VARIETY: dict[Any, list[tuple[Any, Any]]] = {
    int: [(11, 12)],
    str: [("one", "other")],
    bool: [(True, True), (False, False)],
    NoneType: [(None, None)],
    list[int]: [([1], [5]), ([1, 2, 3], [7, 8, 9]), ([], [])],
    datetime: [(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 2, tzinfo=UTC))],
}


def two_agents() -> list[tuple[Agent, Agent]]:
    """Pairs of different people with the same rights, in every combination that visibility looks at."""
    rights: list[list[str]] = [
        [Permission.HANDLE],
        [Permission.HANDLE, Permission.SEE_ALL_CASES],
        [Permission.SUPERVISE],
        [Permission.SUPERVISE_OWN_QUEUES],
        [],
    ]
    return [
        (
            Agent(pk=21, team_id=31 if team else None, role=Role(permissions=may), practising=practising),
            Agent(pk=22, team_id=32 if team else None, role=Role(permissions=may), practising=practising),
        )
        for may, team, practising in product(rights, (True, False), (True, False))
    ]


def given(question: Kept[Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    hints = {name: hint for name, hint in get_type_hints(question.make).items() if name != "return"}
    for choice in product(*map(variety, hints.values())):
        first, second = ({name: pair[side] for name, pair in zip(hints, choice, strict=True)} for side in (0, 1))
        yield first, second


def variety(hint: Any) -> list[tuple[Any, Any]]:
    if hint is Agent:
        return two_agents()
    if get_origin(hint) is Union or (hasattr(hint, "__or__") and type(hint).__name__ == "UnionType"):
        return [pair for one in get_args(hint) for pair in variety(one)]
    return VARIETY[hint]


def whole(sql: str, params: Sequence[Any]) -> str:
    """The SQL with every value in its place."""
    connection.ensure_connection()
    return ClientCursor(connection.connection).mogrify(sql, params)


def plain(queryset: QuerySet[Any, Any]) -> str | None:
    try:
        return whole(*queryset.query.get_compiler(using="default").as_sql())
    except EmptyResultSet:
        return None


def assert_plain(question: Kept[Any]) -> None:
    """What was kept while one person asked is filled in for another: nothing of the first may be left in it."""
    for first, second in given(question):
        for values in (first, second):
            found, filling = question.question(values)
            assert (found and whole(found.sql, found.filled(filling))) == plain(question.make(**values))


@pytest.mark.parametrize("question", every, ids=lambda one: f"{one.__module__}.{one.__qualname__}")
def test_a_kept_question_is_the_plain_one_with_other_values(db: None, question: Kept[Any]) -> None:
    assert_plain(question)


def test_what_never_changes_stands_in_the_sql_and_nothing_else_does(db: None) -> None:
    @kept
    def odd(name: str) -> QuerySet[Case]:
        return Case.objects.filter(subject__in=["100 %s", "it's"], state=name, priority=3)

    every.remove(odd)
    question, values = odd.question({"name": "o'clock"})
    assert question is not None
    assert question.filled(values) == ["o'clock"]
    assert "'100 %%s'" in question.sql
    assert "'it''s'" in question.sql
    assert "o'clock" not in question.sql
    assert odd(name="open") == []


def test_a_query_that_looks_at_the_value_itself_is_found_out(db: None) -> None:
    @kept
    def cheats(pk: int) -> QuerySet[Case]:
        return Case.objects.filter(pk=pk) if pk == 11 else Case.objects.filter(pk__gt=pk)

    every.remove(cheats)
    with pytest.raises(AssertionError):
        assert_plain(cheats)


def test_small_and_large_ids_are_sent_as_one_type_so_that_one_statement_is_prepared(db: None) -> None:
    @kept
    def some(ids: list[int]) -> QuerySet[Case]:
        return Case.objects.filter(pk__in=ids)

    every.remove(some)
    question, values = some.question({"ids": [1, 40_000, 3_000_000_000]})
    assert question
    assert [type(one) for one in question.filled(values)] == [Int8] * 3


@pytest.mark.parametrize("pk", [2**63, 10**30, -(10**30)])
def test_an_id_beyond_all_numbers_finds_nothing_and_breaks_nothing(db: None, pk: int) -> None:
    @kept
    def some(pk: int) -> QuerySet[Case]:
        return Case.objects.filter(pk=pk)

    every.remove(some)
    assert some(pk=pk) == []
    assert connection.is_usable()


def test_what_would_need_a_second_query_cannot_be_kept() -> None:
    @kept
    def more(pk: int) -> QuerySet[Case]:
        return Case.objects.filter(pk=pk).prefetch_related("topics")

    every.remove(more)
    with pytest.raises(TypeError):
        more(pk=1)

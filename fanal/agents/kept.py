"""Questions that every page asks: put into SQL once in each process, and only filled in afterwards.

Putting a query together costs Django more than asking it. `kept` runs the function that makes the query with
stand-ins in the place of what changes, once for each shape that it can have, and keeps the SQL. Visibility is still
decided by `visible_to` alone: it is asked with a stand-in for the agent who has the same role.
"""

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import update_wrapper
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import QuerySet
from django.db.models.query import FlatValuesListIterable, ModelIterable, ValuesListIterable, get_related_populators
from psycopg.sql import Literal
from psycopg.types.numeric import Int8

from fanal.agents.models import Agent
from fanal.running.connections import prepared_cursor

T = TypeVar("T")
LARGEST_NUMBER = 2**63 - 1
FIRST_NUMBER = 7_000_000_000_000_000_000
FIRST_MOMENT = datetime(1900, 1, 1, tzinfo=UTC)
every: list["Kept[Any]"] = []


@dataclass(frozen=True)
class Question:
    """SQL in which the values that never change are written out, and for each blank which value fills it, as what."""

    sql: str
    blanks: list[tuple[int, Callable[[Any], Any]]]
    read: Callable[[list[Any]], list[Any]]

    def ask(self, values: Sequence[Any]) -> list[Any]:
        with prepared_cursor() as cursor:
            cursor.execute(self.sql, self.filled(values))
            rows = cursor.fetchall()
        return self.read(rows) if rows else []

    def filled(self, values: Sequence[Any]) -> list[Any]:
        return [adapt(values[number]) for number, adapt in self.blanks]


class Kept(Generic[T]):
    """A function that makes a query of its keyword arguments, which are the agent, ids, moments and lists of ids.

    Nothing but an agent's rights, whether a value is None or a truth, and how long a list is may change the shape
    of the query; tests/desk/test_kept.py compares every kept question with the plain one.
    """

    def __init__(self, make: Callable[..., Any]) -> None:
        self.make = make
        self._questions: dict[tuple[Any, ...], Question | None] = {}
        update_wrapper(self, make)
        every.append(self)

    def __call__(self, **given: Any) -> list[T]:
        question, values = self.question(given)
        if question is None or any(type(value) is int and abs(value) > LARGEST_NUMBER for value in values):
            return []  # no row has an id beyond all numbers, whatever stood in an address
        return question.ask(values)

    def first(self, **given: Any) -> T | None:
        """The first row; let the query itself ask for one only."""
        rows = self(**given)
        return rows[0] if rows else None

    def question(self, given: dict[str, Any]) -> tuple[Question | None, list[Any]]:
        shape, values = _taken_apart(given)
        if shape not in self._questions:
            self._questions[shape] = _question(self.make, given, len(values))
        return self._questions[shape], values


def kept(make: Callable[..., QuerySet[Any, T]]) -> Kept[T]:
    """Keep the SQL of the query that the function returns."""
    return Kept(make)


def _taken_apart(given: dict[str, Any]) -> tuple[tuple[Any, ...], list[Any]]:
    """What decides the query's shape, and the values that fill it."""
    shape: list[Any] = []
    values: list[Any] = []
    for name, value in given.items():
        match value:
            case None | bool():
                shape.append((name, value))
            case int() | str() | datetime():
                shape.append((name, type(value)))
                values.append(value)
            case list():
                shape.append((name, len(value)))
                values.extend(value)
            case Agent():
                rights = (*value.role.permissions, value.is_active, value.practising, value.team_id is None)
                shape.append((name, rights))
                values += [value.pk, value.team_id]
            case _:
                raise TypeError(f"{name} cannot be filled in")
    return tuple(shape), values


def _question(make: Callable[..., QuerySet[Any, Any]], given: dict[str, Any], number: int) -> Question | None:
    """Make the query with stand-ins, and find where they went; None for one that can find nothing."""
    marks: list[Any] = []

    def mark(value: Any) -> Any:
        stand_in: Any
        match value:
            case int():
                stand_in = FIRST_NUMBER + len(marks)
            case str():
                stand_in = f"\ue000{len(marks)}\ue000"
            case _:
                stand_in = FIRST_MOMENT + timedelta(microseconds=len(marks))
        marks.append(stand_in)
        return stand_in

    queryset: Any = make(**{name: _stand_in(value, mark) for name, value in given.items()})
    assert len(marks) == number
    if queryset._known_related_objects or queryset._prefetch_related_lookups:
        raise TypeError("only rows can be kept: start from the model's own manager, and fetch nothing besides")
    compiler = queryset.query.get_compiler(using=DEFAULT_DB_ALIAS)
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        return None
    blanks = [(marks.index(value), _adapter(value)) for value in params if value in marks]
    return Question(sql=_written_out(sql, params, marks), blanks=blanks, read=_reader(queryset, compiler))


def _written_out(sql: str, params: Sequence[Any], marks: list[Any]) -> str:
    """The SQL with its constants: the server then knows which partial index fits, and can keep one plan for all.

    Of a question in which "open" is a blank too, it can neither, and makes a plan each time it is asked.
    """
    connection.ensure_connection()
    first, *rest = sql.split("%s")
    return first + "".join(
        ("%s" if value in marks else Literal(value).as_string(connection.connection).replace("%", "%%")) + text
        for value, text in zip(params, rest, strict=True)
    )


def _stand_in(value: Any, mark: Callable[[Any], Any]) -> Any:
    match value:
        case None | bool():
            return value
        case list():
            return [mark(one) for one in value]
        case Agent():
            agent = copy.copy(value)
            agent.pk, team = mark(0), mark(0)
            agent.team_id = team if value.team_id is not None else None
            return agent
        case _:
            return mark(value)


def _adapter(param: Any) -> Callable[[Any], Any]:
    """Django gives most numbers the type of their column. The others are ids: of one size, or each size of each id in
    a list would be another statement to prepare.
    """
    if type(param) is int:
        return Int8
    return _same if type(param) in (str, datetime) else type(param)


def _same(value: Any) -> Any:
    return value


def _reader(queryset: QuerySet[Any, Any], compiler: Any) -> Callable[[list[Any]], list[Any]]:
    """What Django's own iterables do with the rows, with all that is the same each time done already."""
    converted = _conversion(compiler)
    match queryset._iterable_class:
        case iterable if iterable is ModelIterable:
            return _objects(compiler, converted)
        case iterable if iterable is FlatValuesListIterable:
            return lambda rows: [row[0] for row in converted(rows)]
        case iterable if iterable is ValuesListIterable:
            return lambda rows: list(converted(rows))
    raise TypeError("only objects and values_list can be kept")


def _conversion(compiler: Any) -> Callable[[list[Any]], Any]:
    converters = compiler.get_converters([column[0] for column in compiler.select[: compiler.col_count]]).items()
    if not converters:
        return _same

    def converted(rows: list[Any]) -> Iterator[list[Any]]:
        for found in rows:
            row = list(found)
            for place, (conversions, expression) in converters:
                for conversion in conversions:
                    row[place] = conversion(row[place], expression, connection)
            yield row

    return converted


def _objects(compiler: Any, converted: Callable[[list[Any]], Any]) -> Callable[[list[Any]], list[Any]]:
    klass_info, select = compiler.klass_info, compiler.select
    model, fields = klass_info["model"], klass_info["select_fields"]
    start, end = fields[0], fields[-1] + 1
    names = [column[0].target.attname for column in select[start:end]]
    related = get_related_populators(klass_info, select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]
    annotations = list((compiler.annotation_col_map or {}).items())

    def objects(rows: list[Any]) -> list[Any]:
        found = []
        for row in converted(rows):
            one = model.from_db(DEFAULT_DB_ALIAS, names, row[start:end])
            for populator in related:
                populator.populate(row, one)
            for name, place in annotations:
                setattr(one, name, row[place])
            found.append(one)
        return found

    return objects

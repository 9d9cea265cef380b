"""A new row written with a statement that each connection prepares once: what `create` does, not put together anew."""

from functools import cache
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model

from fanal.running.connections import prepared_cursor

Row = TypeVar("Row", bound=Model)


def insert(row: Row) -> Row:
    """Write a row that has all its values, and give it its id. Columns that the database fills are not for this."""
    _written(row, _statement(type(row)))
    return row


def insert_once(row: Model) -> bool:
    """Write it unless a row with the same name is there already, as a constraint says; whether it was written."""
    return _written(row, _statement(type(row), unless="ON CONFLICT DO NOTHING"))


def _written(row: Model, how: tuple[list[Any], str]) -> bool:
    fields, statement = how
    with prepared_cursor() as cursor:
        cursor.execute(
            statement, [one.get_db_prep_save(one.pre_save(row, add=True), connection=connection) for one in fields]
        )
        found = cursor.fetchone()
    if found:
        row.pk = found[0]
        row._state.adding, row._state.db = False, connection.alias
    return found is not None


@cache
def _statement(model: type[Model], unless: str = "") -> tuple[list[Any], str]:
    """A primary key of its own is the sequence's to give; one that is another row's is written."""
    meta, quoted = model._meta, connection.ops.quote_name
    fields: list[Any] = [one for one in meta.local_concrete_fields if one is not meta.auto_field]
    columns, blanks = ", ".join(quoted(one.column) for one in fields), ", ".join(["%s"] * len(fields))
    into = f"{quoted(meta.db_table)} ({columns})"
    return fields, f"INSERT INTO {into} VALUES ({blanks}) {unless} RETURNING {quoted(str(meta.pk.column))}"

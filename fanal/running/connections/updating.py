"""Some fields of a row written with a statement that each connection prepares once: what `save` does with them."""

from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Model

from fanal.running.connections import prepared_cursor


def update(row: Model, *names: str) -> None:
    """Write these fields, values and no expressions, of a row that is there. Raises the model's DoesNotExist."""
    fields, statement = _statement(type(row), names)
    values = [one.get_db_prep_save(one.pre_save(row, add=False), connection=connection) for one in fields]
    with prepared_cursor() as cursor:
        cursor.execute(statement, [*values, row.pk])
        if cursor.rowcount != 1:
            raise type(row).DoesNotExist  # type: ignore[attr-defined]


@cache
def _statement(model: type[Model], names: tuple[str, ...]) -> tuple[list[Any], str]:
    meta, quoted = model._meta, connection.ops.quote_name
    fields: list[Any] = [meta.get_field(name) for name in names]
    columns = ", ".join(f"{quoted(one.column)} = %s" for one in fields)
    return fields, f"UPDATE {quoted(meta.db_table)} SET {columns} WHERE {quoted(str(meta.pk.column))} = %s"

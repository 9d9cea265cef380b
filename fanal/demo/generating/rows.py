"""Rows on their way into the database: ids given here, written by COPY, so that thousands take a moment."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pghistory.core
from django.db import connection, models


class Table:
    """Rows of one model. `columns` are named once; whatever else the model has gets its default."""

    def __init__(self, model: type[models.Model], *columns: str) -> None:
        self.model = model
        self.rows: list[tuple[Any, ...]] = []
        fields = {field.name: field for field in model._meta.concrete_fields}
        self._named = [fields[name] for name in columns]
        others = [
            field
            for field in model._meta.concrete_fields
            if field not in self._named and not field.primary_key and not field.has_db_default()
        ]
        self._columns = [field.column for field in (*self._named, *others)]
        self._json = [place for place, field in enumerate(self._named) if isinstance(field, models.JSONField)]
        self._tail = tuple(_default(field) for field in others)
        self.last = 0

    def lock(self) -> None:
        """Nobody else writes to the table until the transaction ends; ids go on where its sequence is."""
        with connection.cursor() as cursor:
            cursor.execute(f'LOCK TABLE "{self.model._meta.db_table}" IN EXCLUSIVE MODE')
            cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [self.model._meta.db_table])
            self.last = cursor.fetchone()[0]

    def add(self, *values: Any) -> int:
        """Append a row; its id."""
        self.last += 1
        if self._json:
            values = tuple(
                json.dumps(value) if place in self._json and value is not None else value
                for place, value in enumerate(values)
            )
        self.rows.append((self.last, *values))
        return self.last

    def change(self, id: int, **values: Any) -> None:
        """Alter a row that has not been written yet."""
        at = id - self.rows[0][0]
        row = list(self.rows[at])
        for name, value in values.items():
            row[1 + next(place for place, field in enumerate(self._named) if field.name == name)] = value
        self.rows[at] = tuple(row)

    def write(self) -> int:
        """Copy the rows in and move the sequence past them; how many. Ends what this table holds in memory."""
        if not self.rows:
            return 0
        names = ", ".join(f'"{column}"' for column in ("id", *self._columns))
        with connection.cursor() as cursor:
            with cursor.copy(f'COPY "{self.model._meta.db_table}" ({names}) FROM STDIN') as copy:
                for row in self.rows:
                    copy.write_row(row + self._tail)
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [self.model._meta.db_table, self.last]
            )
        remember(self, since=self.rows[0][0] - 1)
        written = len(self.rows)
        self.rows = []
        return written


def _default(field: Any) -> Any:
    value = field.get_default()
    if isinstance(field, models.JSONField) and value is not None:
        return json.dumps(value)
    if value is None and not field.null and isinstance(field, models.CharField | models.TextField):
        return ""
    return value


@contextmanager
def unwatched(tables: Iterable[Table]) -> Iterator[None]:
    """While rows are copied in, what looks at each of them rests: a call per row takes longer than the row.

    The triggers that keep the history: `remember` writes for all rows at once what they would have written. The
    references to other rows: taken away, and put back at the end, when each is checked by one join. Within a
    transaction only; nothing is left unchecked.
    """
    names = [table.model._meta.db_table for table in tables]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # PostgreSQL alters no table with checks pending
        cursor.execute(
            "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE contype = 'f' AND conrelid::regclass::text = ANY(%s) ORDER BY oid",
            [names],
        )
        references = cursor.fetchall()
        for name in names:
            cursor.execute(f'ALTER TABLE "{name}" DISABLE TRIGGER USER')
        for name, reference, _ in references:
            cursor.execute(f"ALTER TABLE {name} DROP CONSTRAINT {reference}")
        yield
        for name, reference, definition in references:
            cursor.execute(f"ALTER TABLE {name} ADD CONSTRAINT {reference} {definition}")
        for name in names:
            cursor.execute(f'ALTER TABLE "{name}" ENABLE TRIGGER USER')


def remember(table: Table, *, since: int) -> None:
    """The first entry of the history of the rows with ids above `since`, where the model has a history."""
    model = table.model
    kept = next((one for one in pghistory.core.event_models(tracks_model=model)), None)
    if kept is None:
        return
    of_row = {field.column for field in model._meta.concrete_fields}
    columns = [field.column for field in kept._meta.concrete_fields if field.column in of_row]
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{kept._meta.db_table}" ({names}, pgh_created_at, pgh_label, pgh_obj_id) '
            f"SELECT {names}, now(), 'insert', id FROM \"{model._meta.db_table}\" WHERE id > %s",
            [since],
        )


def analyse(tables: Iterable[Table]) -> None:
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'ANALYZE "{table.model._meta.db_table}"')

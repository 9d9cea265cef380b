"""One message, several statements: what a round begins and ends with goes to the server in one round trip each.

They go as one simple query of prepared statements. A pipeline would save as much, but until it is synchronised the
server does not count the lease of a matcher that stands still; after a simple query it waits for us, and counts.
"""

from collections.abc import Sequence
from typing import Any

import psycopg

from fanal.routing.statements import PREPARED

Connection = psycopg.Connection[Any]
Rows = Sequence[tuple[Any, ...]]


def prepare(connection: Connection) -> None:
    """Make the statements known to this connection's server by their names."""
    for name, (types, statement) in PREPARED.items():
        connection.execute(f"PREPARE {name} {f'({types})' if types else ''} AS {statement}", prepare=False)


def begin(connection: Connection, *calls: tuple[Any, ...]) -> Sequence[Rows]:
    """Begin a transaction with these prepared statements and their arguments; the rows of each."""
    return _send(connection, "BEGIN", *calls)[1:]


def commit(connection: Connection, *calls: tuple[Any, ...]) -> Sequence[Rows]:
    """These prepared statements with their arguments, then commit, then ask what is due; the rows of each."""
    *rows, _, due = _send(connection, *calls, "COMMIT", ("due",))
    return [*rows, due]


def undo(connection: Connection) -> None:
    """Give back what was claimed. With a rollback psycopg forgets all that is prepared, here and on the server."""
    connection.rollback()
    connection.execute("DEALLOCATE ALL", prepare=False)
    prepare(connection)


def _send(connection: Connection, *parts: str | tuple[Any, ...]) -> list[Rows]:
    texts, arguments = [], []
    for part in parts:
        if isinstance(part, str):
            texts.append(part)
            continue
        name, *values = part
        texts.append(f"EXECUTE {name}({', '.join(['%s'] * len(values))})" if values else f"EXECUTE {name}")
        arguments += values
    cursor = psycopg.ClientCursor(connection)
    cursor.execute("; ".join(texts), arguments)
    return [result.fetchall() if result.description else () for result in cursor.results()]

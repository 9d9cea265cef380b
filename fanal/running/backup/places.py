"""Where a back-up goes back to: an empty database, or a new one that takes the name of the old, which is kept."""

import contextlib
from collections.abc import Iterator
from datetime import datetime

import psycopg
from psycopg import sql

from fanal.running.postgres import NotPossible, beside, name_of

TABLES = "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
OTHERS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


def is_empty(address: str) -> bool:
    with psycopg.connect(address) as connection:
        return connection.execute(TABLES).fetchone() == (0,)


def nobody_uses(address: str) -> bool:
    """Whether we are alone in this database: whoever restores has stopped fanal before."""
    with psycopg.connect(address) as connection:
        connection.execute("SELECT pg_sleep(0.2)")  # who just left is still counted
        return connection.execute(OTHERS).fetchone() == (0,)


@contextlib.contextmanager
def scratch(address: str, name: str) -> Iterator[str]:
    """An empty database on the same server, gone afterwards. Raises NotPossible where none may be made."""
    drop(address, name)
    there = create(address, name)
    try:
        yield there
    finally:
        drop(address, name)


def take_the_place(address: str, fresh: str, *, now: datetime) -> str:
    """The database `fresh` gets the name of the one in use, which is kept under the name that is returned."""
    name = name_of(address)
    kept = f"{name}_before_{now:%Y%m%d_%H%M%S}"
    with psycopg.connect(beside(address, "postgres"), autocommit=True) as server, server.transaction():
        server.execute(_sql("ALTER DATABASE {} RENAME TO {}", name, kept))
        server.execute(_sql("ALTER DATABASE {} RENAME TO {}", fresh, name))
    return kept


def create(address: str, name: str) -> str:
    """An empty database beside; its address. Raises NotPossible where none may be made."""
    try:
        with psycopg.connect(beside(address, "postgres"), autocommit=True) as server:
            server.execute(_sql("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'", name))
    except psycopg.Error as problem:
        raise NotPossible(
            f"No database can be made beside this one ({problem}): the user needs CREATEDB, or an empty database."
        ) from problem
    return beside(address, name)


def drop(address: str, name: str) -> None:
    with psycopg.connect(beside(address, "postgres"), autocommit=True) as server:
        server.execute(_sql("DROP DATABASE IF EXISTS {} WITH (FORCE)", name))


def _sql(text: str, *names: str) -> sql.Composed:
    return sql.SQL(text).format(*map(sql.Identifier, names))

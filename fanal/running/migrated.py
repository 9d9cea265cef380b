"""Whether the database has seen every migration of this version, found out without loading Django: a start is quick."""

from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

import psycopg

LABELS = {"procrastinate.contrib.django": "procrastinate"}
"""Of applications whose label is not the last word of their name; one that is missing here only costs a second."""


def nothing_to_migrate(address: str, applications: Iterable[str]) -> bool:
    """True only if each migration that lies on the disk is recorded as applied; when in doubt, False."""
    try:
        with psycopg.connect(address, connect_timeout=10) as rows:
            applied = set(rows.execute("SELECT app, name FROM django_migrations").fetchall())
    except psycopg.Error:
        return False
    return all(migration in applied for migration in migrations(applications))


def migrations(applications: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Application and name of every migration of these applications."""
    for name in applications:
        found = find_spec(name)
        for folder in found.submodule_search_locations or () if found else ():
            for file in Path(folder, "migrations").glob("[0-9]*.py"):
                yield LABELS.get(name, name.rpartition(".")[2]), file.stem

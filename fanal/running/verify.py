"""What fanal promises of its data, as SQL: each invariant is a file whose query returns the rows that break it."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from django.db import connection, transaction

FOLDER = Path(__file__).parent / "invariants"
SHOWN = 10


@dataclass(frozen=True, kw_only=True)
class Invariant:
    """A sentence that always holds, and the query that finds what breaks it.

    With `prepare` the query is what that returns, once it has put into temporary tables what is to be compared.
    """

    name: str
    sentence: str
    sql: str = ""
    prepare: Callable[[], str] | None = None


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """How many rows break an invariant, and the first of them."""

    invariant: Invariant
    offending: int
    columns: tuple[str, ...]
    first: tuple[tuple[str, ...], ...]
    seconds: float

    @property
    def holds(self) -> bool:
        return self.offending == 0


def invariants() -> list[Invariant]:
    """Every invariant; a file begins with its sentence as a comment, and its name is the invariant's."""
    return [_read(path) for path in sorted(FOLDER.glob("*.sql"))]


def verify(*, names: frozenset[str] = frozenset(), besides: Iterable[Invariant] = ()) -> Iterator[Verdict]:
    """Check all invariants (or those named) against one snapshot of the data; changes nothing.

    `besides` are those of packages above this one, which prepare something first: each has a snapshot of its own.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        for invariant in invariants():
            if not names or invariant.name in names:
                yield _check(invariant)
    for invariant in besides:
        if not names or invariant.name in names:
            yield _prepared(invariant)


def _read(path: Path) -> Invariant:
    first, _, sql = path.read_text().partition("\n")
    return Invariant(name=path.stem, sentence=first.removeprefix("--").strip(), sql=sql.strip())


def _prepared(invariant: Invariant) -> Verdict:
    """What was prepared is taken back when it has been compared."""
    began = time.monotonic()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        sql = invariant.prepare() if invariant.prepare else invariant.sql
        verdict = _check(replace(invariant, sql=sql))
        transaction.set_rollback(True)
    return replace(verdict, seconds=time.monotonic() - began)


def _check(invariant: Invariant) -> Verdict:
    began = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT *, count(*) OVER () FROM ({invariant.sql}) AS offending LIMIT {SHOWN}")
        rows = cursor.fetchall()
        columns = tuple(column.name for column in cursor.description or ())[:-1]
    return Verdict(
        invariant=invariant,
        offending=rows[0][-1] if rows else 0,
        columns=columns,
        first=tuple(tuple(str(value) for value in row[:-1]) for row in rows),
        seconds=time.monotonic() - began,
    )

"""What a search may cost at most, so that no search can slow down the desk."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled

MOST_MILLISECONDS = 400
SEARCHES_AT_ONCE = 4
LOCK_CLASS = 0x5EA6C4


class Cut(Exception):
    """The search took too long, or too many ran at once, and was given up."""


@contextmanager
def bounded(*, milliseconds: int = MOST_MILLISECONDS, limited: bool = False) -> Iterator[None]:
    """Each statement within is cancelled after so many milliseconds; with `limited`, only a few run at a time.

    Raises Cut. The limit ends with the block, also inside a longer transaction.
    """
    inside = connection.in_atomic_block
    try:
        with transaction.atomic():
            before = _limit(f"{milliseconds}ms")
            if limited and not _has_room():
                raise Cut("busy")
            yield
            if inside:
                _limit(before)
    except OperationalError as problem:
        if isinstance(problem.__cause__, QueryCanceled):
            raise Cut("slow") from problem
        raise


def _limit(value: str) -> str:
    """Set the time limit until the transaction ends; returns what it was."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('statement_timeout'), set_config('statement_timeout', %s, true)", [value]
        )
        return str(cursor.fetchone()[0])


def _has_room() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT slot FROM generate_series(1, %s) slot WHERE pg_try_advisory_xact_lock(%s, slot) LIMIT 1",
            [SEARCHES_AT_ONCE, LOCK_CLASS],
        )
        return cursor.fetchone() is not None

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
    try:
        with transaction.atomic():
            before = _begin(milliseconds)
            if limited and not _has_room():
                raise Cut("busy")
            yield
            _set_timeout(before)
    except OperationalError as problem:
        if isinstance(problem.__cause__, QueryCanceled):
            raise Cut("slow") from problem
        raise


def _begin(milliseconds: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout')")
        before = str(cursor.fetchone()[0])
    _set_timeout(str(milliseconds))
    return before


def _set_timeout(value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [value])


def _has_room() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT slot FROM generate_series(1, %s) slot WHERE pg_try_advisory_xact_lock(%s, slot) LIMIT 1",
            [SEARCHES_AT_ONCE, LOCK_CLASS],
        )
        return cursor.fetchone() is not None

"""What a search may cost at most, so that no search can slow down the desk."""

from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled

from fanal.running.connections import prepared_cursor

T = TypeVar("T")
MOST_MILLISECONDS = 400
SEARCHES_AT_ONCE = 4
LOCK_CLASS = 0x5EA6C4

# The limit of time and one of the places, until the transaction ends; what the limit was, and no place when all are
# taken.
_BEGIN = f"""
SELECT current_setting('statement_timeout'), set_config('statement_timeout', '{MOST_MILLISECONDS}ms', true),
    (SELECT slot FROM generate_series(1, {SEARCHES_AT_ONCE}) slot
        WHERE pg_try_advisory_xact_lock({LOCK_CLASS}, slot) LIMIT 1)
"""
_END = "SELECT set_config('statement_timeout', %s, true)"


class Cut(Exception):
    """The search took too long, or too many ran at once, and was given up."""


def bounded(ask: Callable[[], T]) -> T:
    """What `ask` finds; each of its statements is cancelled after some time, and only a few such run at a time.

    Raises Cut. The limit ends with this, also inside a longer transaction. To find all places taken is no failure: the
    transaction is committed, since psycopg prepares every statement of a connection anew after one that is taken back.
    """
    inside = connection.in_atomic_block
    try:
        with transaction.atomic(), prepared_cursor() as cursor:
            cursor.execute(_BEGIN)
            before, _, place = cursor.fetchone()
            if place is not None:
                found = ask()
            if inside:
                cursor.execute(_END, [before])
    except OperationalError as problem:
        if isinstance(problem.__cause__, QueryCanceled):
            raise Cut("slow") from problem
        raise
    if place is None:
        raise Cut("busy")
    return found

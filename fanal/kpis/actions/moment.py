"""One moment for all that a page shows: up to when the figures are complete, and nothing folded in between."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, transaction

from fanal.kpis.actions.fold import CURSOR
from fanal.running.connections import prepared_cursor

# Events commit in nearly the order in which they happened: the oldest of the next is among the first.
_NEXT = """
SELECT min(at) FROM (
    SELECT e.at FROM events_event e WHERE (e.xid, e.id) > (
        COALESCE((SELECT xid FROM kpis_cursor WHERE name = %(name)s), '0'::xid8),
        COALESCE((SELECT event FROM kpis_cursor WHERE name = %(name)s), 0))
    ORDER BY e.xid, e.id LIMIT 100
) following
"""


@contextmanager
def at_one_moment(*, now: datetime) -> Iterator[datetime]:
    """Yields up to when the figures hold everything; figures and rows that are read within it agree.

    That is now when all is folded, and otherwise when the first thing happened that is not. Nothing can be written.
    Within a transaction of the caller's neither holds: what is read there is as that transaction sees it.
    """
    if connection.in_atomic_block:
        yield complete_until(now=now)
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield complete_until(now=now)


def complete_until(*, now: datetime) -> datetime:
    """Up to when the figures hold everything, as this moment's snapshot sees it."""
    with prepared_cursor() as cursor:
        cursor.execute(_NEXT, {"name": CURSOR})
        following: datetime | None = cursor.fetchone()[0]
    return min(following or now, now)

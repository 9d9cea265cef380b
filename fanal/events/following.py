"""Following what happened, in the order in which it was committed: what every follower with a cursor shares."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.db import OperationalError, connection, transaction

log = structlog.get_logger(__name__)

AT_ONCE = 500
"""Events in one transaction: readers of events wait for its end, so it has to be short."""


@dataclass(frozen=True, kw_only=True)
class Happening:
    """An event as a follower sees it."""

    id: int
    kind: str
    at: datetime
    data: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Follower:
    """Who follows: under which name in which table of cursors, by one process at a time, and what concerns it.

    `nothing_to_do` is SQL that is true while no event would change anything: the cursor then goes straight to the last.
    """

    name: str
    table: str
    lock: int
    kinds: tuple[str, ...]
    nothing_to_do: str


Take = Callable[[Sequence[Happening]], None]


def follow(follower: Follower, take: Take, *, limit: int) -> int:
    """Follow up to `limit` events; how many: 0 when there are none, and while another process does it."""
    done = 0
    while done < limit:
        number = _follow_some(follower, take, min(AT_ONCE, limit - done))
        done += number
        if number < AT_ONCE:
            break
    return done


def alone(follower: Follower) -> bool:
    """Whether no other process follows, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [follower.lock])
        return bool(cursor.fetchone()[0])


def is_behind(follower: Follower) -> bool:
    """Whether more than one batch is left: until then nobody knows how things stand now."""
    with connection.cursor() as cursor:
        cursor.execute(_BEHIND.format(table=follower.table), {"name": follower.name, "batch": AT_ONCE})
        return cursor.fetchone() is not None


def _follow_some(follower: Follower, take: Take, size: int) -> int:
    """One event that cannot be followed holds up no other: it is logged, and `fanal verify` finds what is missing."""
    try:
        return _follow_batch(follower, take, size)
    except OperationalError:
        raise
    except Exception:
        log.exception("follow_one_by_one", follower=follower.name)
        return _follow_batch(follower, lambda events: _one_by_one(events, take), size)


def _one_by_one(events: Sequence[Happening], take: Take) -> None:
    for event in events:
        try:
            with transaction.atomic():
                take([event])
        except OperationalError:
            raise
        except Exception:
            log.exception("event_not_followed", event_id=event.id, kind=event.kind)


@transaction.atomic
def _follow_batch(follower: Follower, take: Take, size: int) -> int:
    if not alone(follower):
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_SKIP.format(table=follower.table, nothing=follower.nothing_to_do), [follower.name])
        if cursor.fetchone():
            return 0
        # Below the oldest running transaction everything has committed: nothing can appear behind the cursor later.
        about: dict[str, Any] = {"kinds": list(follower.kinds), "name": follower.name, "size": size}
        cursor.execute(_NEXT.format(table=follower.table), about)
        found = cursor.fetchall()
        if not found:
            return 0
        take([Happening(id=row[1], kind=row[2], at=row[3], data=json.loads(row[4])) for row in found if row[4]])
        cursor.execute(_KEEP.format(table=follower.table), [follower.name, *found[-1][:2]])
    return len(found)


_LEFT = """
FROM events_event e
WHERE (e.xid, e.id) > (
        COALESCE((SELECT xid FROM {table} WHERE name = %(name)s), '0'::xid8),
        COALESCE((SELECT event FROM {table} WHERE name = %(name)s), 0))
    AND e.xid < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY e.xid, e.id
"""
_NEXT = f"""
SELECT e.xid::text, e.id, e.kind, e.at, CASE WHEN e.kind = ANY(%(kinds)s) THEN e.data::text END {_LEFT} LIMIT %(size)s
"""
_BEHIND = f"SELECT 1 {_LEFT} OFFSET %(batch)s LIMIT 1"
_KEEP = """
INSERT INTO {table} (name, xid, event) VALUES (%s, %s::xid8, %s)
ON CONFLICT (name) DO UPDATE SET xid = EXCLUDED.xid, event = EXCLUDED.event
"""
_SKIP = """
INSERT INTO {table} (name, xid, event)
SELECT %s, last.xid, last.id FROM (
    SELECT e.xid, e.id FROM events_event e WHERE e.xid < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY e.xid DESC, e.id DESC LIMIT 1
) last
WHERE {nothing}
ON CONFLICT (name) DO UPDATE SET xid = EXCLUDED.xid, event = EXCLUDED.event
RETURNING 1
"""

"""What happens to calls in the database, heard as soon as it is committed."""

import threading
from collections.abc import Callable
from typing import Any

import psycopg
import structlog
from django.db import connection

from fanal.events.actions import CHANNEL
from fanal.running.connections import own_connection

log = structlog.get_logger(__name__)

KINDS = (
    "offer.made", "offer.accepted", "offer.declined", "offer.expired", "offer.withdrawn", "segment.started",
    "segment.ended", "queue.entered", "queue.left", "interaction.ended", "transfer.made", "leg.ended",
    "hold.began", "hold.ended", "participation.began", "participation.joined", "participation.changed",
    "participation.ended", "recording.paused", "recording.resumed", "recording.objected", "recording.told",
    "recording.agreed", "keying.began", "keying.ended",
)  # fmt: skip
OF_PHONES = ("line.issued", "line.ended", "web_call.issued", "web_call.ended")
OF_PEOPLE = ("agent.state_changed",)
PAUSE = 1.0  # seconds after the database went away
LOOK = 1.0  # second until it is looked whether to stop

_LAST = """
SELECT xid::text, id FROM events_event WHERE xid < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY xid DESC, id DESC LIMIT 1
"""
_NEXT = """
SELECT e.xid::text, e.id, i.id, e.kind = ANY(%s), e.kind = ANY(%s)
FROM events_event e LEFT JOIN interactions_interaction i
    ON i.id = coalesce(e.data ->> 'interaction', e.data ->> 'asked_in')::bigint
    AND i.channel = 'voice' AND e.kind = ANY(%s)
WHERE (e.xid, e.id) > (%s::xid8, %s) AND e.xid < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY e.xid, e.id LIMIT 1000
"""


def follow_changes(
    changed: Callable[[int], None],
    phones_changed: Callable[[], None],
    people_changed: Callable[[], None],
    stop: threading.Event,
) -> None:
    """Tell each call that something happened to, and that phones or people are others, until `stop` is set."""
    try:
        while not stop.is_set():
            try:
                with own_connection() as ear:
                    _follow(ear, changed, phones_changed, people_changed, stop)
            except Exception as problem:  # whatever is missed meanwhile is found by the sweep
                log.warning("changes_not_heard", problem=type(problem).__name__)
                stop.wait(PAUSE)
    finally:
        connection.close()


def _follow(
    ear: "psycopg.Connection[Any]",
    changed: Callable[[int], None],
    phones_changed: Callable[[], None],
    people_changed: Callable[[], None],
    stop: threading.Event,
) -> None:
    ear.execute(f"LISTEN {CHANNEL}")
    place = tuple(ear.execute(_LAST).fetchone() or ("0", 0))
    asked = [list(OF_PHONES), list(OF_PEOPLE), list(KINDS)]
    while not stop.is_set():
        while rows := ear.execute(_NEXT, [*asked, *place]).fetchall():
            place = (rows[-1][0], rows[-1][1])
            for interaction in {row[2] for row in rows if row[2]}:
                changed(interaction)
            if any(row[3] for row in rows):
                phones_changed()
            if any(row[4] for row in rows):
                people_changed()
        next(ear.notifies(timeout=LOOK, stop_after=1), None)

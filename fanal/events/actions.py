"""The one way to say that something happened."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from fanal.events.models import Event
from fanal.running.connections import prepared_cursor

CHANNEL = "fanal_events"
HINTS = "fanal_hints"
APPEND = f"""
    INSERT INTO events_event (kind, at, by, data, audience) VALUES (%s, %s, %s, %s::jsonb, %s::varchar[])
    RETURNING id, pg_notify('{CHANNEL}', '')
"""


def publish(
    *, kind: str, data: Mapping[str, Any], audience: Iterable[str] = (), now: datetime, by: int | None = None
) -> Event:
    """Append an event within the caller's transaction and wake the readers when it commits.

    `data` holds ids and codes only; `audience` the keys (`agent:7`, `queue:3`, `visitor:…`, `role:supervisor`)
    of those who may see it in their browser. The wake-up is a hint: readers find the row by themselves.
    """
    event = Event(kind=kind, at=now, by=by, data=dict(data), audience=sorted(set(audience)))
    with prepared_cursor() as cursor:
        cursor.execute(APPEND, [kind, now, by, json.dumps(event.data), event.audience])
        event.pk = cursor.fetchone()[0]
    event._state.adding, event._state.db = False, connection.alias
    return event


def hint(*, kind: str, data: Mapping[str, Any], audience: Iterable[str]) -> None:
    """Tell browsers something not worth keeping, such as that somebody is typing; may be lost. At most 7 kB."""
    payload = json.dumps({"kind": kind, "data": dict(data), "audience": sorted(set(audience))})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [HINTS, payload])

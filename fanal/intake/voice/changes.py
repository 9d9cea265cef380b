"""What happens to calls in the database, heard as soon as it is committed."""

import threading
from collections import defaultdict
from collections.abc import Collection
from typing import Any, Protocol

import psycopg
import structlog
from django.db import connection

from fanal.events.actions import CHANNEL
from fanal.intake.voice.work import Urgency
from fanal.running.connections import own_connection

log = structlog.get_logger(__name__)

KINDS = (
    "offer.made", "offer.accepted", "offer.declined", "offer.expired", "offer.withdrawn", "segment.started",
    "segment.ended", "queue.entered", "queue.left", "interaction.ended", "transfer.made", "leg.ended",
    "hold.began", "hold.ended", "participation.began", "participation.joined", "participation.changed",
    "participation.ended", "recording.paused", "recording.resumed", "recording.objected", "recording.told",
    "recording.agreed", "keying.began", "keying.ended",
)  # fmt: skip
AWAITED = ("offer.made", "offer.accepted", "transfer.made", "hold.ended", "participation.began")
"""After these somebody waits for a phone to ring, or to be heard."""
OF_PHONES = ("line.issued", "line.ended", "line.chosen", "web_call.issued", "web_call.ended")
OF_PEOPLE = ("agent.state_changed",)
PAUSE = 1.0  # seconds after the database went away
LOOK = 1.0  # second until it is looked whether to stop
APART = 0.015  # seconds between two readings: what happens meanwhile is read at once
AT_ONCE = 1000

_LAST = """
SELECT xid::text, id FROM events_event WHERE xid < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY xid DESC, id DESC LIMIT 1
"""
_NEXT = f"""
SELECT e.xid::text, e.id, i.id, e.kind = ANY(%s), e.kind = ANY(%s), e.kind = ANY(%s),
    e.xid < pg_snapshot_xmin(pg_current_snapshot())
FROM events_event e LEFT JOIN interactions_interaction i
    ON i.id = coalesce(e.data ->> 'interaction', e.data ->> 'asked_in')::bigint
    AND i.channel = 'voice' AND e.kind = ANY(%s)
WHERE (e.xid, e.id) > (%s::xid8, %s)
ORDER BY e.xid, e.id LIMIT {AT_ONCE}
"""


class Told(Protocol):
    """Who is told of what happened. `by`: the transactions that did it."""

    def call_changed(self, interaction: int, *, by: Collection[int], urgency: Urgency) -> None: ...
    def phones_changed(self) -> None: ...
    def people_changed(self) -> None: ...


def follow_changes(told: Told, stop: threading.Event) -> None:
    """Tell of each call that something happened to, and that phones or people are others, until `stop` is set."""
    try:
        while not stop.is_set():
            try:
                with own_connection() as ear:
                    _follow(ear, told, stop)
            except Exception as problem:  # whatever is missed meanwhile is found by the sweep
                log.warning("changes_not_heard", problem=type(problem).__name__)
                stop.wait(PAUSE)
    finally:
        connection.close()


def _follow(ear: "psycopg.Connection[Any]", told: Told, stop: threading.Event) -> None:
    """What is committed is told at once, also beside an older transaction; for that one our place waits."""
    ear.execute(f"LISTEN {CHANNEL}")
    place = tuple(ear.execute(_LAST).fetchone() or ("0", 0))
    asked = [list(OF_PHONES), list(OF_PEOPLE), list(AWAITED), list(KINDS)]
    early: set[int] = set()
    while not stop.is_set():
        rows = ear.execute(_NEXT, [*asked, *place]).fetchall()
        _tell(told, [row for row in rows if row[1] not in early])
        settled = [row for row in rows if row[6]]
        if settled:
            place = (settled[-1][0], settled[-1][1])
        early = {row[1] for row in rows if not row[6]}
        if len(rows) == AT_ONCE and settled:
            continue
        stop.wait(APART)
        _wait(ear)


def _wait(ear: "psycopg.Connection[Any]") -> None:
    """For the next notice, a second at most; all that lie there already are one."""
    if not list(ear.notifies(timeout=0)):
        list(ear.notifies(timeout=LOOK, stop_after=1))


def _tell(told: Told, rows: list[tuple[Any, ...]]) -> None:
    changed: defaultdict[int, set[int]] = defaultdict(set)
    awaited = {row[2] for row in rows if row[5]}
    for xid, _id, interaction, *_rest in rows:
        if interaction:
            changed[interaction].add(int(xid))
    for interaction, by in changed.items():
        urgency = Urgency.IS_AWAITED if interaction in awaited else Urgency.FOLLOWS
        told.call_changed(interaction, by=by, urgency=urgency)
    if any(row[3] for row in rows):
        told.phones_changed()
    if any(row[4] for row in rows):
        told.people_changed()

"""One process's view of the stream: reads committed events in order and hands each to the listeners it is meant for."""

import asyncio
import contextlib
import json
import logging
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool

from fanal.events.live.cursor import Cursor

log = logging.getLogger(__name__)

BATCH = 1000
BUFFER = 1000
SWEEP_SECONDS = 1.0
FARTHEST_BACK = 20_000

COLUMNS = "xid::text::bigint, id, kind, at, by, data, audience"
NEWER = f"""
SELECT {COLUMNS}, xid < pg_snapshot_xmin(pg_current_snapshot())
FROM events_event WHERE (xid, id) > (%s::xid8, %s) ORDER BY xid, id LIMIT {BATCH}
"""
BETWEEN = f"""
SELECT {COLUMNS} FROM events_event
WHERE (xid, id) > (%s::xid8, %s) AND (xid, id) <= (%s::xid8, %s) AND audience && %s::varchar[]
ORDER BY xid, id
"""
HOW_FAR = f"""
SELECT %(xid)s::xid8 > pg_snapshot_xmax(pg_current_snapshot()),
       EXISTS (SELECT 1 FROM events_event WHERE (xid, id) > (%(xid)s::xid8, %(id)s) ORDER BY xid, id
               OFFSET {FARTHEST_BACK} LIMIT 1)
"""


class ForeignCursor(ValueError):
    """The cursor lies in this database's future: it comes from another one, or from before a restore."""


class TooFarBack(ValueError):
    """More has happened since than is worth sending: the page had better be loaded anew."""


class CutOff(Exception):
    """The listener did not keep up; it comes back with its cursor."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Occurrence:
    """An event on its way to browsers; without a cursor it is a hint, which nobody keeps."""

    cursor: Cursor | None
    kind: str
    at: str
    by: int | None
    data: Mapping[str, Any]
    audience: frozenset[str]


class Listener:
    """One open stream: the keys it may hear, and what waits to be sent to it."""

    def __init__(self, keys: Iterable[str]) -> None:
        self.keys = frozenset(keys)
        self.overflowed = asyncio.Event()
        self._waiting: list[Occurrence] = []
        self._arrived = asyncio.Event()

    def put(self, occurrence: Occurrence) -> None:
        if len(self._waiting) >= BUFFER:
            self.overflowed.set()
            self._waiting.clear()
        elif not self.overflowed.is_set():
            self._waiting.append(occurrence)
        self._arrived.set()

    async def take(self) -> list[Occurrence]:
        """Wait for what came and return all of it; raises CutOff when it became too much."""
        await self._arrived.wait()
        self._arrived.clear()
        if self.overflowed.is_set():
            raise CutOff
        taken, self._waiting = self._waiting, []
        return taken


class Hub:
    """Follows the event table for every listener of this process; survives a restart of the database."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.cursor: Cursor | None = None
        self.pool: AsyncConnectionPool[Any] = AsyncConnectionPool(
            address, min_size=1, max_size=4, open=False, timeout=10, kwargs={"autocommit": True},
            check=AsyncConnectionPool.check_connection,
        )  # fmt: skip
        self._listeners: dict[str, set[Listener]] = defaultdict(set)
        self._watchers: list[Callable[[Occurrence], None]] = []
        self._wake = asyncio.Event()
        self._started = asyncio.Event()

    async def run(self) -> None:
        """Read until cancelled."""
        await self.pool.open()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._for_ever(self._listen))
                tasks.create_task(self._for_ever(self._follow))
        finally:
            await self.pool.close()

    async def started(self) -> None:
        """Wait until the hub knows where the stream stands."""
        await self._started.wait()

    def watch(self, watcher: Callable[[Occurrence], None]) -> None:
        """Call `watcher` with every event, whoever may see it: for the check of rights, not for browsers."""
        self._watchers.append(watcher)

    def join(self, keys: Iterable[str]) -> tuple[Listener, Cursor]:
        """Begin to listen; whatever lies behind the returned cursor will arrive."""
        if self.cursor is None:
            raise RuntimeError("the hub has not started yet")
        listener = Listener(keys)
        for key in listener.keys:
            self._listeners[key].add(listener)
        return listener, self.cursor

    def leave(self, listener: Listener) -> None:
        for key in listener.keys:
            group = self._listeners[key]
            group.discard(listener)
            if not group:
                del self._listeners[key]

    async def past(self, *, after: Cursor, until: Cursor, keys: Iterable[str]) -> list[Occurrence]:
        """What happened behind `after` up to `until`, from the table; raises ForeignCursor or TooFarBack."""
        async with self.pool.connection() as connection:
            await self._check(connection, after)
            rows = await connection.execute(BETWEEN, (str(after.xid), after.id, str(until.xid), until.id, list(keys)))
            return [_occurrence(row) for row in await rows.fetchall()]

    async def _check(self, connection: psycopg.AsyncConnection[Any], after: Cursor) -> None:
        found = await connection.execute(HOW_FAR, {"xid": str(after.xid), "id": after.id})
        row = await found.fetchone()
        if row and row[0]:
            raise ForeignCursor(str(after))
        if row and row[1]:
            raise TooFarBack(str(after))

    async def _for_ever(self, work: Callable[[psycopg.AsyncConnection[Any]], Any]) -> None:
        """Keep one piece of work going on a connection of its own, however often that breaks."""
        pause = 0.1
        while True:
            with contextlib.suppress(psycopg.Error, OSError):
                async with await psycopg.AsyncConnection.connect(self.address, autocommit=True) as connection:
                    pause = 0.1
                    await work(connection)
            log.warning("the event stream lost its database connection; trying again")
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - spreads the load, guards nothing
            pause = min(pause * 2, 2.0)

    async def _listen(self, connection: psycopg.AsyncConnection[Any]) -> None:
        await connection.execute("LISTEN fanal_events")
        await connection.execute("LISTEN fanal_hints")
        self._wake.set()
        async for notification in connection.notifies():
            if notification.channel == "fanal_events":
                self._wake.set()
            else:
                self._hint(notification.payload)

    async def _follow(self, connection: psycopg.AsyncConnection[Any]) -> None:
        if self.cursor is None:
            found = await connection.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
            row = await found.fetchone()
            self.cursor = Cursor(xid=row[0] if row else 0, id=0)
            self._started.set()
        pause = SWEEP_SECONDS
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), pause)
            self._wake.clear()
            held_back = await self._read(connection)
            # An older transaction is still open: its end wakes nobody, so look again soon, then less and less often.
            pause = min(pause * 2 if pause < SWEEP_SECONDS else 0.002, 0.1) if held_back else SWEEP_SECONDS

    async def _read(self, connection: psycopg.AsyncConnection[Any]) -> bool:
        """Deliver what is final; say whether something is committed that an open transaction still holds back."""
        while self.cursor is not None:
            found = await connection.execute(NEWER, (str(self.cursor.xid), self.cursor.id))
            rows = await found.fetchall()
            for row in rows:
                if not row[7]:
                    return True
                self._deliver(_occurrence(row))
            if len(rows) < BATCH:
                break
            await asyncio.sleep(0)
        return False

    def _deliver(self, occurrence: Occurrence) -> None:
        if occurrence.cursor is not None:
            self.cursor = occurrence.cursor
        for watcher in self._watchers:
            watcher(occurrence)
        meant: set[Listener] = set()
        for key in occurrence.audience:
            meant |= self._listeners.get(key, set())
        for listener in meant:
            listener.put(occurrence)

    def _hint(self, payload: str) -> None:
        try:
            said = json.loads(payload)
            hint = Occurrence(
                cursor=None, kind=str(said["kind"]), at="", by=None, data=dict(said["data"]),
                audience=frozenset(said["audience"]),
            )  # fmt: skip
        except (ValueError, KeyError, TypeError):
            log.warning("a hint could not be read")
            return
        self._deliver(hint)


def _occurrence(row: tuple[Any, ...]) -> Occurrence:
    xid, event, kind, at, by, data, audience = row[:7]
    return Occurrence(
        cursor=Cursor(xid=xid, id=event), kind=kind, at=at.isoformat(), by=by, data=data, audience=frozenset(audience)
    )

"""The loop that offers waiting work to agents: woken by what happens and by the next due time, never by a poll."""

import gc
import itertools
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import psycopg
import structlog
from django.db import close_old_connections
from django.db.utils import Error as DatabaseError

from fanal.events.actions import CHANNEL
from fanal.routing import actions, configuration, matching, messages, statements
from fanal.routing.actions.presence import UNREACHABLE_AFTER
from fanal.routing.matching import Made, Record, Round
from fanal.routing.messages import Connection
from fanal.running.connections import own_connection

log = structlog.get_logger(__name__)

# Wake-ups are hints; what a lost one announced is found by the next of these looks.
SLOW_SWEEP = 5.0
# When others hold what is wanted: they need no longer than this.
BREATH = 0.002
# While more agents are free than fit into one round, entries are looked at every so many rounds.
ENTRIES_WAIT_FOR = 4
# Timers and the configuration are looked at again this long after something happened at the latest.
LOOK_AROUND = 0.2
# A matcher that stands still between its read and its write loses what it had claimed.
LEASE = "2s"


Told = Callable[[Sequence[Made]], None]


def spare_the_collector() -> None:
    """For a process that only matches: nothing loaded by now is garbage, and what a round leaves behind has no cycles.

    Looking through all of it every few hundred offers would be the longest wait of all.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def utc_now() -> datetime:
    return datetime.now(UTC)


def run(
    stop: threading.Event | None = None,
    *,
    record: Record | None = None,
    made: Told | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> None:
    """Match until `stop` is set; a lost database is waited for.

    `record` sees the state of every decision, `made` the offers of each round once they are committed.
    """
    stop = stop or threading.Event()
    while not stop.is_set():
        try:
            with connect() as hot, connect() as ear:
                Loop(hot, ear, stop, record, made, clock).go()
        except (psycopg.Error, DatabaseError) as problem:
            log.warning("acd_lost_the_database", problem=type(problem).__name__)
            close_old_connections()
            stop.wait(0.5)


def connect() -> Connection:
    """A connection of the matcher's own: whoever holds a claim too long is cut off by the server."""
    opened: Connection = own_connection(prepare_threshold=2)
    opened.execute(f"SET idle_in_transaction_session_timeout = '{LEASE}'")
    opened.execute("SET timezone = 'UTC'")
    opened.execute("SET plan_cache_mode = force_generic_plan")  # the plans are the same, and planning costs more
    opened.execute("SET enable_seqscan = off")  # it knows not how few a list is: everything here goes by an index
    messages.prepare(opened)
    return opened


class Loop:
    """The state of one running matcher: its connections, what it knows, and when it looks up next."""

    def __init__(
        self,
        hot: Connection,
        ear: Connection,
        stop: threading.Event,
        record: Record | None,
        made: Told | None,
        clock: Callable[[], datetime],
    ) -> None:
        self.hot, self.ear, self.stop, self.record, self.made, self.clock = hot, ear, stop, record, made, clock
        self.known = configuration.read()
        self.news: tuple[datetime | None, ...] = (None, None)
        self.next_look: datetime | None = None
        self.next_timer: datetime | None = clock()
        self.looked_around = self.tidied = 0.0
        self.listening_since = clock()
        self.stirred = True

    def go(self) -> None:
        matching.warm_up(self.hot, self.known, now=self.clock())
        self.ear.execute(f"LISTEN {statements.WAKE}")
        self.ear.execute(f"LISTEN {CHANNEL}")
        while not self.stop.is_set():
            try:
                self.work_off()
            except matching.Outdated:
                self.known = configuration.read()
                continue
            since = time.monotonic() - self.looked_around
            if self.is_due() or since > (LOOK_AROUND if self.stirred else SLOW_SWEEP):
                self.look_around()
            self.sleep()

    def work_off(self) -> None:
        """Rounds of matching until nothing is due; those who came free go first, as they come."""
        agents_at, entries_at = self.hot.execute("EXECUTE due").fetchone() or (None, None)
        full = False
        for turn in itertools.count(1):
            if self.stop.is_set():
                return
            now = self.clock()
            freed, arrived = (at is not None and at <= now for at in (agents_at, entries_at))
            if not freed and not arrived:
                self.next_look = _first(agents_at, entries_at)
                return
            entries = 0
            # While many come free, each of them takes the best of all that waits, and with it what has arrived.
            if arrived and not (freed and full and turn % ENTRIES_WAIT_FOR):
                entries = matching.ENTRIES_BESIDE_AGENTS if freed else matching.ENTRIES_AT_ONCE
            done = self._told(matching.match(self.hot, self.known, entries=entries, now=now, record=self.record))
            full, agents_at, entries_at = done.full, done.agents_at, done.entries_at
            for entry in done.overflowing:
                actions.overflow(entry_id=entry, now=now)
            if not done.settled:
                self.stop.wait(BREATH)

    def look_around(self) -> None:
        """The timers that ran out, what was changed in the configuration (also before we ran), which timer is next."""
        self.looked_around, self.stirred = time.monotonic(), False
        now = self.clock()
        if (latest := self._latest_news()) != self.news:
            self.news, self.known = latest, configuration.read()
            self.hot.execute(statements.LOOK_AGAIN, {"now": now})
            self.next_look = now
        if self.is_due():
            actions.expire_offers(now=now)
            actions.expire_wrap_ups(now=now)
            actions.lose_unreachable(now=now)
        if time.monotonic() - self.tidied >= SLOW_SWEEP:
            self.tidied = time.monotonic()
            actions.return_talks(listening_since=self.listening_since, now=now)
            actions.close_queues(now=now)
        row = self.hot.execute(statements.NEXT_DUE, {"unreachable_after": UNREACHABLE_AFTER}).fetchone()
        self.next_timer = row[0] if row else None

    def sleep(self) -> None:
        """Until something happens that concerns matching, or the next time is due."""
        longest = LOOK_AROUND if self.stirred else SLOW_SWEEP
        next_due = _first(self.next_look, self.next_timer)
        until = longest if next_due is None else (next_due - self.clock()).total_seconds()
        for note in self.ear.notifies(timeout=min(max(until, 0.0), longest)):
            # Any event may be news of the configuration, for which there is time; the rest of its kind says no more.
            if note.channel == statements.WAKE or not self.stirred:
                self.stirred = True
                return

    def is_due(self) -> bool:
        """Whether a timer has run out."""
        return self.next_timer is not None and self.next_timer <= self.clock()

    def _told(self, done: Round) -> Round:
        """Remember when its offers expire; tell whoever wants to know of them."""
        self.next_timer = _first(self.next_timer, *(offer.expires_at for offer in done.made))
        if self.made and done.made:
            self.made(done.made)
        return done

    def _latest_news(self) -> tuple[datetime | None, ...]:
        return tuple(self.hot.execute(statements.LATEST_NEWS).fetchone() or ())


def _first(*moments: datetime | None) -> datetime | None:
    return min(filter(None, moments), default=None)

"""Carry questions and commands to the back offices, each by threads of its own, and write down what they say.

Only this thread uses the database; those of a source only ask it. So a source that is slow or dead fills its own
threads and nobody else's, and after some failures it is left alone for a while.
"""

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
import structlog
from django.db import close_old_connections, connection
from django.utils import timezone

from fanal.holdings import actions as holdings
from fanal.holdings.actions.reading import WAKE
from fanal.holdings.models import HoldingSource, Reading, SourceCommand
from fanal.holdings.port import Acted, Command, Down, Read, Refused, Slow, Source, Thing, Unknown
from fanal.holdings.rules import Breaker, may_ask, told
from fanal.holdings.sources.opening import opened, thing_of
from fanal.running.connections import own_connection
from fanal.running.sealed import NotReadable
from fanal.scenarios import actions as scenarios

log = structlog.get_logger(__name__)

LOOK = 1.0
"""Seconds until what is wanted is looked for without having been woken."""
BUSY_LOOK = 0.02
"""Seconds between looks at whether an answer has come."""
CONFIGURED = 5.0
"""Seconds for which the sources are taken to be as they were."""
SWEEP = 30.0
PAUSE = 1.0
COMMANDS_AT_ONCE = 2


@dataclass(kw_only=True)
class Room:
    """One source with its own threads: those for questions, and those for commands, which wait for no question."""

    source: HoldingSource
    ask: ThreadPoolExecutor
    act: ThreadPoolExecutor
    office: Source | None
    breaker: Breaker = field(default_factory=Breaker)
    asking: int = 0
    acting: int = 0


class Carrier:
    """Takes what is wanted to its source and brings back what it said, until `stop` is set."""

    def __init__(self, *, stop: threading.Event, now: Callable[[], datetime] = timezone.now) -> None:
        self.stop, self.now = stop, now
        self.rooms: dict[int, Room] = {}
        self.answers: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._configured_at = self._swept_at = float("-inf")

    def run(self) -> None:
        try:
            while not self.stop.is_set():
                try:
                    with own_connection() as ear:
                        ear.execute(f"LISTEN {WAKE}")
                        while not self.stop.is_set():
                            close_old_connections()
                            self.round()
                            self._wait(ear)
                except Exception:
                    log.exception("back_office_not_reached_for")
                    connection.close()
                    self.stop.wait(PAUSE)
        finally:
            self.close()
            connection.close()

    def _wait(self, ear: "psycopg.Connection[Any]") -> None:
        """Until something is wanted or an answer has come, at most LOOK; the database is not asked meanwhile."""
        until = time.monotonic() + LOOK
        while not self.stop.is_set() and self.answers.empty() and (left := until - time.monotonic()) > 0:
            if next(ear.notifies(timeout=min(left, BUSY_LOOK) if self.busy else left, stop_after=1), None):
                return

    @property
    def busy(self) -> bool:
        return any(room.asking or room.acting for room in self.rooms.values())

    def round(self) -> None:
        """Write down what came, then hand out what is wanted."""
        while not self.answers.empty():
            self.answers.get()()
        if time.monotonic() - self._configured_at >= CONFIGURED:
            self._configured_at = time.monotonic()
            self.configure()
        if time.monotonic() - self._swept_at >= SWEEP:
            self._swept_at = time.monotonic()
            scenarios.give_up_lost(now=self.now())
        for room in self.rooms.values():
            self._hand_out_commands(room)
            self._hand_out_questions(room)

    def configure(self) -> None:
        """Take the sources as they are set up now; one that was switched off still brings back what it was given."""
        found = {row.pk: row for row in HoldingSource.objects.prefetch_related("actions")}
        for pk, source in found.items():
            room = self.rooms.get(pk)
            if room is None or room.source.at_once != source.at_once:
                self._close(room)
                room = self.rooms[pk] = _room(source)
            room.source, room.office = source, _office(source)
        for pk in self.rooms.keys() - found.keys():
            self._close(self.rooms.pop(pk))

    def close(self) -> None:
        for room in self.rooms.values():
            self._close(room)

    def _close(self, room: Room | None) -> None:
        for executor in (room.ask, room.act) if room else ():
            executor.shutdown(wait=False, cancel_futures=True)

    def _hand_out_questions(self, room: Room) -> None:
        free = room.source.at_once - room.asking
        if free <= 0:
            return
        if not may_ask(room.breaker, in_flight=room.asking, now=self.now()):
            self._answer_for(room, room.source.at_once)
            return
        for reading in holdings.claim_readings(
            source=room.source.pk, limit=1 if room.breaker.open else free, now=self.now()
        ):
            thing = reading.order or reading.holding
            assert thing is not None
            room.asking += 1
            room.ask.submit(self._ask, room, reading, thing_of(thing))

    def _answer_for(self, room: Room, limit: int) -> None:
        """It is left alone: whoever wants to know is told at once."""
        for reading in holdings.claim_readings(source=room.source.pk, limit=limit, now=self.now()):
            holdings.learnt(claimed=reading, said=Down(code="left_alone"), now=self.now())

    def _hand_out_commands(self, room: Room) -> None:
        while room.acting < COMMANDS_AT_ONCE:
            command = holdings.claim_command(source=room.source.pk, now=self.now())
            if command is None:
                return
            if not may_ask(room.breaker, in_flight=0, now=self.now()):
                scenarios.answered(claimed=command, said=Refused(code="left_alone"), now=self.now())
                continue
            room.acting += 1
            room.act.submit(self._act, room, command, holdings.asked_of(command))

    def _ask(self, room: Room, reading: Reading, thing: Thing) -> None:
        """In a thread of the source."""
        said: Read = Down(code="credential")
        try:
            if room.office:
                said = room.office.read(thing)
        except Exception:
            log.exception("back_office_not_read")
            said = Down(code="program")
        self.answers.put(lambda: self._read(room, reading, said))

    def _act(self, room: Room, command: SourceCommand, asked: Command) -> None:
        """In a thread of the source."""
        said: Acted = Refused(code="credential")
        try:
            if room.office:
                said = room.office.act(asked)
        except Exception:
            log.exception("back_office_not_told")
            said = Unknown(code="program")
        self.answers.put(lambda: self._acted(room, command, said))

    def _read(self, room: Room, reading: Reading, said: Read) -> None:
        room.asking -= 1
        room.breaker = told(room.breaker, answered=not isinstance(said, Slow | Down), now=self.now())
        holdings.learnt(claimed=reading, said=said, now=self.now())

    def _acted(self, room: Room, command: SourceCommand, said: Acted) -> None:
        room.acting -= 1
        lost = isinstance(said, Unknown) or (isinstance(said, Refused) and said.code == "not_reached")
        room.breaker = told(room.breaker, answered=not lost, now=self.now())
        scenarios.answered(claimed=command, said=said, now=self.now())


def keep(stop: threading.Event) -> None:
    """Carry until `stop` is set. Several may run, in several processes: each question is claimed by one."""
    Carrier(stop=stop).run()


def _room(source: HoldingSource) -> Room:
    name = f"source {source.pk}"
    return Room(
        source=source,
        ask=ThreadPoolExecutor(max_workers=max(1, source.at_once), thread_name_prefix=name),
        act=ThreadPoolExecutor(max_workers=COMMANDS_AT_ONCE, thread_name_prefix=f"{name} acts"),
        office=None,
    )


def _office(source: HoldingSource) -> Source | None:
    try:
        return opened(source)
    except NotReadable:
        log.warning("back_office_credential_not_readable", source=source.pk)
        return None

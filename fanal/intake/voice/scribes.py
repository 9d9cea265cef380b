"""What is said in talks goes to a speech service, each side by itself, and comes back as words.

One thread carries the sound of all talks and waits for nobody; another keeps the words. Whatever is slow, away or talks
nonsense costs the words and nothing else: sound that cannot be passed on within seconds is dropped, and that it was is
said once.
"""

import asyncio
import contextlib
import threading
import time
from collections.abc import Collection
from functools import partial

import structlog
from django.db import connection

from fanal.channels.asterisk.ari import Address, Cut, Declined, Orders
from fanal.channels.asterisk.media import connection_of, sound_of
from fanal.channels.asterisk.rules import Side
from fanal.channels.speech.opening import opened
from fanal.channels.speech.port import NotAdmitted, NotUnderstood, Service
from fanal.intake.voice.listening import LAST_WORDS, Ear, Listening, Slow
from fanal.intake.voice.notes import Notes
from fanal.interactions import actions as interactions
from fanal.interactions.models import Interaction, UnheardReason
from fanal.running.sealed import NotReadable

log = structlog.get_logger(__name__)
MOST = 60
"""So many sides of talks at once; the others are not written down, and it is said."""
AGAIN_AFTER, AT_MOST_AFTER = 1.0, 30.0  # seconds
NO_WAY_FOR = 5.0


class Gone(Exception):
    """The exchange has no such line, or not any more."""


class Scribes:
    """`address` and `orders`: the exchange's."""

    def __init__(self, address: Address, orders: Orders) -> None:
        self.address, self.orders = address, orders
        self._ears: dict[str, Ear] = {}
        self._failing: dict[int, set[str]] = {}
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.notes = Notes()
        self._closed = False

    def threads(self) -> list[threading.Thread]:
        """Not started yet."""
        return [threading.Thread(target=work, daemon=True) for work in (self._carry, self.notes.run)]

    def close(self) -> None:
        """Nothing is heard from here on."""
        self.silence()
        with self._lock:
            self._closed, loop = True, self._loop
        if loop:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(lambda: loop.create_task(self._end(loop)))

    def only(self, call: int, sides: Collection[Side]) -> None:
        """Of this call nothing but these sides may be heard, from this moment on."""
        ways = {side.way for side in sides}
        with self._lock:
            ended = [way for way, ear in self._ears.items() if ear.call == call and way not in ways]
            gone = [self._ears.pop(way) for way in ended]
            was_missing = bool(gone and self._failing.get(call))
            if gone and not ways:
                self._failing.pop(call, None)
        self._stop(gone)
        if was_missing and not ways:
            self.notes.heard_again(call)

    def look(self, call: int, sides: Collection[Side], there: Collection[str]) -> None:
        """Whoever may be heard, and whose way out of the exchange is there, is heard."""
        with self._lock:
            loop = self._loop
            if self._closed or loop is None:
                return
            fresh = [side for side in sides if side.way in there and side.way not in self._ears]
            full = bool(fresh) and len(self._ears) + len(fresh) > MOST
            ears = [] if full else [Ear(call=call, side=side) for side in fresh]
            self._ears |= {ear.side.way: ear for ear in ears}
        if full:
            self.notes.missing(call, UnheardReason.FULL)
        for ear in ears:
            loop.call_soon_threadsafe(self._begin, ear)

    def silence(self) -> None:
        """What goes on in the exchange is not known: nothing is heard."""
        with self._lock:
            gone, self._ears = list(self._ears.values()), {}
            self._failing = {}
        self._stop(gone)

    def _stop(self, ears: Collection[Ear]) -> None:
        for ear in ears:
            ear.allowed = False
            if self._loop:
                with contextlib.suppress(RuntimeError):
                    self._loop.call_soon_threadsafe(ear.over.set)

    # On the thread that carries the sound.

    def _carry(self) -> None:
        loop = asyncio.new_event_loop()
        try:
            with self._lock:
                if not self._closed:
                    self._loop = loop
            if self._loop:
                loop.run_forever()
                loop.run_until_complete(loop.shutdown_default_executor())
        finally:
            loop.close()
            self.notes.close()

    async def _end(self, loop: asyncio.AbstractEventLoop) -> None:
        """The last words of whoever still speaks."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=LAST_WORDS + 1)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        loop.stop()

    def _begin(self, ear: Ear) -> None:
        task = asyncio.get_running_loop().create_task(self._attend(ear))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _attend(self, ear: Ear) -> None:
        """Until it may not be heard any more; what fails is tried again, ever more seldom."""
        wait, no_way_since = AGAIN_AFTER, time.monotonic()
        while ear.allowed:
            try:
                await self._write_down(ear)
                wait, no_way_since = AGAIN_AFTER, time.monotonic()
            except Gone:
                if time.monotonic() - no_way_since > NO_WAY_FOR:
                    self._misses(ear, UnheardReason.EXCHANGE)
            except Exception as problem:
                self._misses(ear, _reason(problem))
                log.warning("not_written_down", interaction=ear.call, problem=type(problem).__name__)
                wait = min(2 * wait, AT_MOST_AFTER)
                no_way_since = time.monotonic()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ear.over.wait(), wait)

    async def _write_down(self, ear: Ear) -> None:
        """Raises what the service and the exchange do, and Slow and Gone."""
        service = await asyncio.to_thread(_service_for, ear.call)
        if service is None:
            return
        async with service.line() as line:
            name = await asyncio.to_thread(self._connection_of, ear.side.way)
            try:
                async with sound_of(self.address, name) as sound:
                    await Listening(ear, line, notes=self.notes, hears=partial(self._hears, ear)).run(sound)
            except Cut:
                raise Gone from None

    def _connection_of(self, way: str) -> str:
        try:
            return connection_of(self.orders, way)
        except (Cut, Declined):
            raise Gone from None

    def _misses(self, ear: Ear, why: str) -> None:
        with self._lock:
            if not ear.allowed:
                return
            self._failing.setdefault(ear.call, set()).add(ear.side.way)
        self.notes.missing(ear.call, why)

    def _hears(self, ear: Ear) -> None:
        with self._lock:
            failing = self._failing.get(ear.call, set())
            failing.discard(ear.side.way)
            if not failing:
                self._failing.pop(ear.call, None)
        if not failing:
            self.notes.heard_again(ear.call)


def _service_for(call: int) -> Service | None:
    """Raises NotReadable."""
    try:
        found = Interaction.objects.filter(pk=call).first()
        row = found and interactions.speech_service_for(found.language)
        return opened(row.address, row.credential) if row else None
    finally:
        connection.close()


def _reason(problem: Exception) -> UnheardReason:
    match problem:
        case Slow():
            return UnheardReason.SLOW
        case NotUnderstood():
            return UnheardReason.NONSENSE
        case NotAdmitted() | NotReadable():
            return UnheardReason.REFUSED
    return UnheardReason.AWAY

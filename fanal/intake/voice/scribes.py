"""What is said in talks goes to a speech service, each side by itself, and comes back as words.

One thread carries the sound of all talks and waits for nobody; another keeps the words. Whatever is slow, away or talks
nonsense costs the words and nothing else: sound that cannot be passed on within seconds is dropped, and that it was is
said once.
"""

import asyncio
import contextlib
import queue
import threading
import time
import uuid
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from django.db import connection
from django.utils import timezone

from fanal.channels.asterisk.ari import Address, Cut, Declined, Orders
from fanal.channels.asterisk.media import connection_of, sound_of
from fanal.channels.asterisk.rules import Side
from fanal.channels.speech.opening import opened
from fanal.channels.speech.port import RATE, Away, Line, NotAdmitted, NotUnderstood, Service, Words
from fanal.interactions import actions as interactions
from fanal.interactions.models import Interaction, UnheardReason
from fanal.running.sealed import NotReadable

log = structlog.get_logger(__name__)
MOST = 60
"""So many sides of talks at once; the others are not written down, and it is said."""
PIECE = RATE * 2 // 5
"""Bytes that are passed on at a time: a fifth of a second."""
MOST_PIECES = 50
"""So many wait for a slow service: ten seconds."""
ANSWERS_WITHIN = 10.0
"""Seconds without any answer while sound goes there."""
LAST_WORDS = 3.0
TOLD_EVERY = 0.7
"""Seconds between two looks at a sentence that is not finished."""
MOST_UNKEPT = 1000
AGAIN_AFTER, AT_MOST_AFTER = 1.0, 30.0  # seconds
NO_WAY_FOR = 5.0


class Slow(Exception):
    """The service does not keep up."""


class Gone(Exception):
    """The exchange has no such line, or not any more."""


@dataclass(eq=False)
class Ear:
    """One side of a talk while it may be heard; `over` is set on the thread that carries the sound."""

    call: int
    side: Side
    over: asyncio.Event = field(default_factory=asyncio.Event)
    allowed: bool = True


@dataclass
class Sentence:
    """What is being said on one line: its name, since when, and when it was last looked at."""

    began: datetime
    number: int = 0
    at: datetime | None = None
    told: float = 0.0
    line: str = field(default_factory=lambda: uuid.uuid4().hex[:12])

    @property
    def key(self) -> str:
        return f"{self.line}-{self.number}"


class Scribes:
    """`address` and `orders`: the exchange's."""

    def __init__(self, address: Address, orders: Orders) -> None:
        self.address, self.orders = address, orders
        self._ears: dict[str, Ear] = {}
        self._failing: dict[int, set[str]] = {}
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._to_keep: queue.Queue[Callable[[], object] | None] = queue.Queue(MOST_UNKEPT)
        self._closed = False

    def threads(self) -> list[threading.Thread]:
        """Not started yet."""
        return [threading.Thread(target=work, daemon=True) for work in (self._carry, self._keep)]

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
            self._later(lambda: _heard_again(call))

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
            self._later(lambda: _missing(call, UnheardReason.FULL))
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
            self._to_keep.put(None)

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
                    await self._pass_on(ear, sound, line)
            except Cut:
                raise Gone from None

    def _connection_of(self, way: str) -> str:
        try:
            return connection_of(self.orders, way)
        except (Cut, Declined):
            raise Gone from None

    async def _pass_on(self, ear: Ear, sound: AsyncIterator[bytes], line: Line) -> None:
        sentence, waiting = Sentence(began=timezone.now()), asyncio.Queue[bytes](MOST_PIECES)
        answered = [time.monotonic()]
        fetching = asyncio.create_task(self._fetch(ear, sound, waiting, answered))
        speaking = asyncio.create_task(_speak(ear, waiting, line))
        reading = asyncio.create_task(self._read(ear, line, sentence, answered))
        over = asyncio.create_task(ear.over.wait())
        try:
            done, _ = await asyncio.wait({fetching, speaking, reading, over}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            if reading in done:
                raise Away("it hung up")
            fetching.cancel()
            speaking.cancel()
            with contextlib.suppress(TimeoutError, Away):
                await line.end()
                await asyncio.wait_for(reading, LAST_WORDS)
        finally:
            for task in (fetching, speaking, reading, over):
                task.cancel()
            await asyncio.gather(fetching, speaking, reading, over, return_exceptions=True)
            if sentence.at:
                key = sentence.key
                self._later(lambda: interactions.end_spoken(key=key, now=timezone.now()))

    async def _fetch(
        self, ear: Ear, sound: AsyncIterator[bytes], waiting: "asyncio.Queue[bytes]", answered: list[float]
    ) -> None:
        kept = bytearray()
        async for piece in sound:
            if not ear.allowed:
                return
            kept += piece
            if len(kept) < PIECE:
                continue
            if waiting.full() or time.monotonic() - answered[0] > ANSWERS_WITHIN:
                raise Slow
            waiting.put_nowait(bytes(kept))
            kept.clear()

    async def _read(self, ear: Ear, line: Line, sentence: Sentence, answered: list[float]) -> None:
        first = True
        async for words in line:
            answered[0] = time.monotonic()
            if first:
                first = False
                self._hears(ear)
            self._take(ear, words, sentence)

    def _take(self, ear: Ear, words: Words, sentence: Sentence) -> None:
        """A sentence is kept as it grows, but not each time; its end always is."""
        if not words.text and sentence.at is None:
            return
        now = timezone.now()
        told = None if words.began is None else sentence.began + timedelta(seconds=words.began)
        sentence.at = sentence.at or min(told or now, now)
        if not words.final and (not words.text or time.monotonic() - sentence.told < TOLD_EVERY):
            return
        call, side, key, text, at, final = ear.call, ear.side.spies, sentence.key, words.text, sentence.at, words.final
        sentence.told = time.monotonic()
        self._later(lambda: _keep(call, key=key, side=side, text=text, at=at, final=final))
        if final:
            sentence.number, sentence.at, sentence.told = sentence.number + 1, None, 0.0

    def _misses(self, ear: Ear, why: str) -> None:
        with self._lock:
            if not ear.allowed:
                return
            self._failing.setdefault(ear.call, set()).add(ear.side.way)
        self._later(lambda: _missing(ear.call, why))

    def _hears(self, ear: Ear) -> None:
        with self._lock:
            failing = self._failing.get(ear.call, set())
            failing.discard(ear.side.way)
            if not failing:
                self._failing.pop(ear.call, None)
        if not failing:
            self._later(lambda: _heard_again(ear.call))

    # On the thread that keeps the words.

    def _later(self, keep: Callable[[], object]) -> None:
        try:
            self._to_keep.put_nowait(keep)
        except queue.Full:
            log.warning("words_not_kept")

    def _keep(self) -> None:
        try:
            while (keep := self._to_keep.get()) is not None:
                try:
                    keep()
                except Exception:
                    log.exception("words_not_kept")
                    connection.close_if_unusable_or_obsolete()
        finally:
            connection.close()


async def _speak(ear: Ear, waiting: "asyncio.Queue[bytes]", line: Line) -> None:
    while ear.allowed:
        piece = await waiting.get()
        if ear.allowed:
            await line.speak(piece)


def _service_for(call: int) -> Service | None:
    """Raises NotReadable."""
    try:
        found = Interaction.objects.filter(pk=call).first()
        row = found and interactions.speech_service_for(found.language)
        return opened(row.address, row.credential) if row else None
    finally:
        connection.close()


def _keep(call: int, *, key: str, side: str, text: str, at: datetime, final: bool) -> None:
    found = Interaction.objects.filter(pk=call).first()
    if found:
        interactions.note_spoken(
            interaction=found, key=key, side=side, text=text, at=at, final=final, now=timezone.now()
        )


def _missing(call: int, why: str) -> None:
    found = Interaction.objects.filter(pk=call, ended_at=None).first()
    if found:
        interactions.note_unheard(interaction=found, why=why, now=timezone.now())


def _heard_again(call: int) -> None:
    found = Interaction.objects.filter(pk=call).first()
    if found:
        interactions.note_heard_again(interaction=found, now=timezone.now())


def _reason(problem: Exception) -> UnheardReason:
    match problem:
        case Slow():
            return UnheardReason.SLOW
        case NotUnderstood():
            return UnheardReason.NONSENSE
        case NotAdmitted() | NotReadable():
            return UnheardReason.REFUSED
    return UnheardReason.AWAY

"""One side of a talk on its way to a speech service, and its words on their way back, while it may be heard."""

import asyncio
import contextlib
import time
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone

from fanal.channels.asterisk.rules import Side
from fanal.channels.speech.port import RATE, Away, Line, Words
from fanal.intake.voice.notes import Notes

PIECE = RATE * 2 // 5
"""Bytes that are passed on at a time: a fifth of a second."""
MOST_PIECES = 50
"""So many wait for a slow service: ten seconds."""
ANSWERS_WITHIN = 10.0
"""Seconds without any answer while sound goes there."""
LAST_WORDS = 3.0
TOLD_EVERY = 0.7
"""Seconds between two looks at a sentence that is not finished."""


class Slow(Exception):
    """The service does not keep up."""


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


class Listening:
    """One line to a service; `hears` is called when it answers for the first time."""

    def __init__(self, ear: Ear, line: Line, *, notes: Notes, hears: Callable[[], None]) -> None:
        self.ear, self.line, self.notes, self.hears = ear, line, notes, hears
        self._sentence = Sentence(began=timezone.now())
        self._waiting: asyncio.Queue[bytes] = asyncio.Queue(MOST_PIECES)
        self._answered = time.monotonic()

    async def run(self, sound: AsyncIterator[bytes]) -> None:
        """Until the sound ends or may not be heard any more. Raises Slow, and what reading the line raises."""
        fetching = asyncio.create_task(self._fetch(sound))
        speaking = asyncio.create_task(self._speak())
        reading = asyncio.create_task(self._read())
        over = asyncio.create_task(self.ear.over.wait())
        try:
            done, _ = await asyncio.wait({fetching, speaking, reading, over}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            if reading in done:
                raise Away("it hung up")
            fetching.cancel()
            speaking.cancel()
            with contextlib.suppress(TimeoutError, Away):
                await self.line.end()
                await asyncio.wait_for(reading, LAST_WORDS)
        finally:
            for task in (fetching, speaking, reading, over):
                task.cancel()
            await asyncio.gather(fetching, speaking, reading, over, return_exceptions=True)
            if self._sentence.at:
                self.notes.ended(self._sentence.key)

    async def _fetch(self, sound: AsyncIterator[bytes]) -> None:
        kept = bytearray()
        async for piece in sound:
            if not self.ear.allowed:
                return
            kept += piece
            if len(kept) < PIECE:
                continue
            if self._waiting.full() or time.monotonic() - self._answered > ANSWERS_WITHIN:
                raise Slow
            self._waiting.put_nowait(bytes(kept))
            kept.clear()

    async def _speak(self) -> None:
        while self.ear.allowed:
            piece = await self._waiting.get()
            if self.ear.allowed:
                await self.line.speak(piece)

    async def _read(self) -> None:
        first = True
        async for words in self.line:
            self._answered = time.monotonic()
            if first:
                first = False
                self.hears()
            self._take(words)

    def _take(self, words: Words) -> None:
        """A sentence is kept as it grows, but not each time; its end always is."""
        sentence = self._sentence
        if not words.text and sentence.at is None:
            return
        now = timezone.now()
        told = None if words.began is None else sentence.began + timedelta(seconds=words.began)
        sentence.at = sentence.at or min(told or now, now)
        if not words.final and (not words.text or time.monotonic() - sentence.told < TOLD_EVERY):
            return
        sentence.told = time.monotonic()
        self.notes.said(
            self.ear.call, key=sentence.key, side=self.ear.side.spies, text=words.text, at=sentence.at,
            final=words.final,
        )  # fmt: skip
        if words.final:
            sentence.number, sentence.at, sentence.told = sentence.number + 1, None, 0.0

"""Callers and telephones of the exchange that is only played: they do what SIPp does at a real one (`phones.py`)."""

import contextlib
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from fanal.channels.asterisk.ari import Cut
from fanal.demo.playing.played import Played, PlayedEvents

_numbers = count(1)
LONGEST = 120.0
KEY_AFTER = 1.0
TALKS = 0.8
"""Seconds for which a telephone is talked on that is laid down by itself."""


@dataclass
class Doing:
    """Something that goes on beside the test; waited for as for SIPp, and 0 where all went well."""

    played: Played
    over: threading.Event = field(default_factory=threading.Event)

    def wait(self, seconds: float) -> int:
        return 0 if self.over.wait(seconds) else 1

    def watch(self, line: str, *, for_what: str) -> bool:
        """Until the line is answered, or is over; whether it came to that."""
        ends = time.monotonic() + LONGEST
        while time.monotonic() < ends and not self.over.is_set():
            there = self.played.lines.get(line)
            if there is None or (for_what == "answered" and there.answered):
                return there is not None or for_what == "over"
            self.over.wait(0.02)
        return False


@dataclass(frozen=True, kw_only=True)
class PlayedCaller:
    played: Played

    @contextlib.contextmanager
    def calls(
        self, number: str, *, of: str, seconds: float, at_once: int = 1, keys: str = "", says: object = None
    ) -> Iterator[Doing]:
        """Stays for so long once it is answered and the `keys` were pressed; what is said is not played."""
        doing = Doing(self.played)
        lines = [f"played-{next(_numbers)}.1" for _ in range(at_once)]
        for line in lines:
            self.played.calls(line, number=of, called=number)
        going = threading.Thread(target=self._stay, args=(doing, lines, seconds, keys))
        going.start()
        try:
            yield doing
        finally:
            doing.over.wait(1)
            doing.over.set()
            going.join(20)
            for line in lines:
                self.played.lays_down(line)

    def _stay(self, doing: Doing, lines: list[str], seconds: float, keys: str) -> None:
        for line in lines:
            doing.watch(line, for_what="answered")
        for key in keys:
            doing.over.wait(KEY_AFTER)
            for line in lines if key != " " else []:
                self.played.keys(line, key)
        ends = time.monotonic() + seconds
        while time.monotonic() < ends and any(line in self.played.lines for line in lines):
            if doing.over.wait(0.02):
                return
        for line in lines:
            self.played.lays_down(line)
        doing.over.set()

    def errors(self) -> str:
        return ""


@dataclass(frozen=True, kw_only=True)
class PlayedTelephone:
    played: Played
    name: str = field(default_factory=lambda: f"agent-{next(_numbers)}")

    @property
    def address(self) -> str:
        return f"PJSIP/{self.name}"

    @contextlib.contextmanager
    def there(
        self, *, lifts_after: float = 0.3, ends: bool = False, does: str = "", says: object = None
    ) -> Iterator[Doing]:
        """Plugged in, for one call. `does`: busy, or silent; else it is lifted; `answers-and-ends`: and laid down."""
        doing = Doing(self.played)
        told = PlayedEvents(self.played)
        ends = ends or does == "answers-and-ends"
        going = threading.Thread(target=self._answer, args=(doing, told, lifts_after, ends, does))
        going.start()
        try:
            yield doing
        finally:
            doing.over.wait(2)
            doing.over.set()
            told.close()
            going.join(20)

    def _answer(self, doing: Doing, told: PlayedEvents, lifts_after: float, ends: bool, does: str) -> None:
        with contextlib.suppress(Cut):
            line = self._rings() or next(filter(None, map(self._rung_by, told)), "")
            if line:
                self._is_rung(doing, line, lifts_after, ends, does)
                doing.over.set()

    def _rings(self) -> str:
        """The line that rang before it was plugged in: a real exchange asks again until somebody is there."""
        there = [name for name, line in list(self.played.lines.items()) if not line.answered]
        return next((name for name in there if self.played.told.get(name, {}).get("name") == self.address), "")

    def _rung_by(self, event: Mapping[str, Any]) -> str:
        channel = event.get("channel") or {}
        rings = (channel.get("name"), channel.get("state")) == (self.address, "Ringing")
        return str(channel["id"]) if rings else ""

    def _is_rung(self, doing: Doing, line: str, lifts_after: float, ends: bool, does: str) -> None:
        if does == "busy":
            self.played.lays_down(line, cause=17)
        elif does != "silent" and not doing.over.wait(lifts_after):
            self.played.lifts(line)
            if ends and not doing.over.wait(TALKS):
                self.played.lays_down(line)
        doing.watch(line, for_what="over")

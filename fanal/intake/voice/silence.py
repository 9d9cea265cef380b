"""Lines that the exchange does not end when their browser dies are listened for, and ended as lost when nothing comes.

Only lines that may carry pictures are (`channels/asterisk/silence.py`). Each is asked about once in a second. While the
exchange cannot be asked nobody is silent: after a break everything is counted anew.
"""

import contextlib
import threading
import time
from dataclasses import dataclass

import structlog

from fanal.channels.asterisk.ari import Declined, path_of
from fanal.channels.asterisk.counts import read
from fanal.channels.asterisk.rules import hang_up
from fanal.intake.voice.exchange import Exchange

log = structlog.get_logger(__name__)
LOOK = 1.0  # seconds
LOST = 44
"""Q.850, as the exchange says of a line of which it hears nothing: whoever had it did not lay down."""


@dataclass(frozen=True, kw_only=True)
class Heard:
    """So much had come of a line when something last came."""

    packets: int
    at: float


class Silence:
    """All lines at once."""

    def __init__(self, exchange: Exchange, *, leads: threading.Event, stop: threading.Event) -> None:
        self.exchange, self.leads, self.stop = exchange, leads, stop
        self._heard: dict[str, Heard] = {}

    def run(self) -> None:
        """Until `stop` is set."""
        while not self.stop.wait(LOOK):
            if not self.leads.is_set():
                self._heard.clear()
                continue
            try:
                self.look(now=time.monotonic())
            except Exception as problem:
                self._heard.clear()
                log.warning("silence_not_looked_for", problem=type(problem).__name__)

    def look(self, *, now: float) -> None:
        """Ask about each of them. Raises Cut."""
        lines = {name: line for name, line in self.exchange.seen().lines.items() if line.ends_after and line.answered}
        self._heard = {name: heard for name, heard in self._heard.items() if name in lines}
        for name, line in lines.items():
            packets = self._packets(name)
            before = self._heard.get(name)
            if before is None or packets != before.packets:
                self._heard[name] = Heard(packets=packets, at=now)
            elif now - before.at >= line.ends_after:
                log.info("line_is_silent", line=name, seconds=round(now - before.at))
                with contextlib.suppress(Declined):
                    self.exchange.carry_out(hang_up(name, cause=LOST))

    def _packets(self, line: str) -> int:
        """How many of its sound have come so far; of one that carries none yet, or is gone, none."""
        try:
            told = self.exchange.orders.ask("GET", path_of("channels", line, "rtp_statistics"))
        except Declined:
            return 0
        return read(told or {}).comes.packets

"""An exchange that is only played: callers, phones and bridges without any sound, for whoever has no Asterisk.

It is asked and tells like a real one, so everything behind it is the product itself. Several threads ask.
"""

import queue
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fanal.channels.asterisk.ari import Address, Cut, Declined, Events, Orders
from fanal.channels.asterisk.rules import Order
from fanal.channels.asterisk.wire import AGENT, IN
from fanal.demo.playing.exchange import Exchange


class Played(Exchange):
    """What callers and phones do besides, and who listens to it."""

    def __init__(self) -> None:
        super().__init__(run=datetime.now(UTC).isoformat())
        self._listeners: list[queue.SimpleQueue[dict[str, Any] | None]] = []
        self._lock = threading.RLock()

    def calls(self, line: str, *, number: str, called: str) -> bool:
        """Somebody calls us; where nobody listens, nobody takes the call."""
        with self._lock:
            if self._listeners:
                self.comes_in(line, IN, called, "played", number=number)
            return bool(self._listeners)

    def lifts(self, line: str) -> None:
        """A phone that rings is lifted."""
        with self._lock:
            if line in self.rings():
                self._is_up(line)
                self.comes_in(line, AGENT, answered=True)

    def keys(self, line: str, key: str) -> None:
        with self._lock:
            if line in self.lines:
                self.tell_of("ChannelDtmfReceived", line, digit=key)

    def lays_down(self, line: str, *, cause: int = 16) -> None:
        with self._lock:
            if line in self.lines:
                self.goes(line, cause=cause)

    def rings(self) -> list[str]:
        with self._lock:
            return [line for line, there in self.lines.items() if not there.ours and not there.answered]

    def talks(self, line: str) -> bool:
        """Whether somebody else is with them."""
        with self._lock:
            return any(line in there and len(there) > 1 for name, there in self.bridges.items() if name[:2] == "t-")

    def begins_anew(self) -> None:
        """It died, and all lines with it: nothing is told of that."""
        with self._lock:
            for all_of_them in (self.lines, self.bridges, self.music, self.tones, self.sounds):
                all_of_them.clear()
            self.run = datetime.now(UTC).isoformat()
            self.cuts()

    # What it is asked

    def ask(
        self, method: str, path: str, query: Mapping[str, Any] | None = None, body: Mapping[str, Any] | None = None
    ) -> Any:
        with self._lock:
            return super().ask(method, path, query, body)

    def refuse(self, order: Order) -> None:
        if order.path == ("channels", "externalMedia"):
            raise Declined(501, "This exchange is only played.")
        super().refuse(order)

    def records(self, name: str, of: tuple[str, ...]) -> None:
        self.tell({"type": "RecordingFailed", "recording": {"name": name, "cause": "only_played"}})

    # Who listens

    def tell(self, event: dict[str, Any]) -> None:
        event["timestamp"] = datetime.now(UTC).isoformat()
        for listener in self._listeners:
            listener.put(event)

    def listen(self) -> "queue.SimpleQueue[dict[str, Any] | None]":
        with self._lock:
            self._listeners.append(queue.SimpleQueue())
            return self._listeners[-1]

    def leave(self, listener: "queue.SimpleQueue[dict[str, Any] | None]") -> None:
        with self._lock:
            if listener in self._listeners:
                self._listeners.remove(listener)
            listener.put(None)

    def cuts(self) -> None:
        """Nobody hears anything more, until they listen again."""
        with self._lock:
            for listener in list(self._listeners):
                self.leave(listener)


class PlayedEvents(Events):
    def __init__(self, played: Played) -> None:
        self._played, self._told = played, played.listen()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        while (event := self._told.get()) is not None:
            yield event
        raise Cut("closed")

    def close(self) -> None:
        self._played.leave(self._told)


class PlayedOrders(Orders):
    def __init__(self, address: "PlayedAddress") -> None:
        self.address, self.ask = address, address.played.ask  # type: ignore[method-assign]

    def close(self) -> None:
        return


@dataclass(frozen=True, kw_only=True)
class PlayedAddress(Address):
    """Where the exchange that is only played answers: in this process."""

    played: Played
    url: str = "ws://localhost"
    user: str = "played"
    secret: str = ""

    def events(self, app: str, *, to_the_end: bool = False) -> Events:
        return PlayedEvents(self.played)

    def orders(self, app: str, *, lines: int = 4) -> Orders:
        return PlayedOrders(self)

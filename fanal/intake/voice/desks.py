"""The room's desks: each has a thread of its own, which does what lies there, one thing after the other."""

import threading
from collections.abc import Callable, Iterator
from queue import SimpleQueue

import structlog
from django.db import connection

from fanal.intake.voice.work import Work

log = structlog.get_logger(__name__)
AT_ONCE = 4
"""Desks for what is told, and as many for what is to be done: each call is in the hands of one of each."""
Desk = SimpleQueue[Work | None]


class Desks:
    """`do`: what is done with a piece of work. The door, refusals and the phones have a desk each."""

    def __init__(self, do: Callable[[Work], None]) -> None:
        self._do = do
        self._told: list[Desk] = [SimpleQueue() for _ in range(AT_ONCE)]
        self._steered: list[Desk] = [SimpleQueue() for _ in range(AT_ONCE)]
        self.door: Desk = SimpleQueue()
        self.refusals: Desk = SimpleQueue()
        self.phones: Desk = SimpleQueue()

    def __iter__(self) -> Iterator[Desk]:
        return iter([*self._told, *self._steered, self.door, self.refusals, self.phones])

    def tell(self, name: str, what: Work) -> None:
        """What is told of one line, or one recording, stays in its order."""
        self._told[hash(name) % AT_ONCE].put(what)

    def steer(self, interaction: int, what: Work) -> None:
        self._steered[interaction % AT_ONCE].put(what)

    def are_busy(self) -> bool:
        """Something lies there and waits."""
        return any(desk.qsize() for desk in self)

    def threads(self) -> list[threading.Thread]:
        """Not started yet."""
        return [threading.Thread(target=self._work, args=(desk,), daemon=True) for desk in self]

    def close(self) -> None:
        """Each goes home when it has done what lies there."""
        for desk in self:
            desk.put(None)

    def _work(self, desk: Desk) -> None:
        try:
            while (what := desk.get()) is not None:
                try:
                    self._do(what)
                except Exception:
                    log.exception("call_not_followed")  # the sweep comes back to it
                    connection.close_if_unusable_or_obsolete()
        finally:
            connection.close()

"""The room's desks: each has a thread of its own, which does what lies there, one thing after the other."""

import threading
from collections.abc import Callable, Iterator
from itertools import count
from queue import PriorityQueue

import structlog
from django.db import connection

from fanal.intake.voice.work import Work, comes_first

log = structlog.get_logger(__name__)
FIRST, THEN, LAST = range(3)
AT_ONCE = 4
"""Desks for what is told, and as many for what is to be done: each call is in the hands of one of each."""


class Desk:
    """Work lies here until it is done: what comes first before the rest, and both in the order in which they came."""

    def __init__(self) -> None:
        self._lies: PriorityQueue[tuple[int, int, Work | None]] = PriorityQueue()
        self._came = count()

    def put(self, what: Work) -> None:
        self._lies.put((FIRST if comes_first(what) else THEN, next(self._came), what))

    def get(self) -> Work | None:
        """None when all is done, and nothing more will come."""
        return self._lies.get()[-1]

    def empty(self) -> bool:
        return self._lies.empty()

    def close(self) -> None:
        self._lies.put((LAST, next(self._came), None))


class Desks:
    """`do`: what is done with a piece of work. Refusals and the phones have a desk each."""

    def __init__(self, do: Callable[[Work], None]) -> None:
        self._do = do
        self._told = [Desk() for _ in range(AT_ONCE)]
        self._steered = [Desk() for _ in range(AT_ONCE)]
        self.refusals = Desk()
        self.phones = Desk()

    def __iter__(self) -> Iterator[Desk]:
        return iter([*self._told, *self._steered, self.refusals, self.phones])

    def tell(self, name: str, what: Work) -> None:
        """What is told of one line, or one recording, stays in its order."""
        self._told[hash(name) % AT_ONCE].put(what)

    def steer(self, interaction: int, what: Work) -> None:
        self._steered[interaction % AT_ONCE].put(what)

    def are_busy(self) -> bool:
        """Something lies there and waits."""
        return not all(desk.empty() for desk in self)

    def threads(self) -> list[threading.Thread]:
        """Not started yet."""
        return [threading.Thread(target=self._work, args=(desk,), daemon=True) for desk in self]

    def close(self) -> None:
        """Each goes home when it has done what lies there."""
        for desk in self:
            desk.close()

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

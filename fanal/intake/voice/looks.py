"""Which calls are to be looked at, and what the last look at each has seen: the same is not looked at twice."""

import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from fanal.intake.voice.work import Urgency

LATELY = 2.5
"""Seconds: a call that was looked at since then is not swept."""
KEPT = 2000
"""So many calls' last looks are remembered."""


@dataclass(frozen=True)
class Snapshot:
    """What of the database could be seen, as `pg_current_snapshot()` says it."""

    first_running: int
    next_one: int
    running: frozenset[int]

    @classmethod
    def read(cls, told: str) -> "Snapshot":
        first, after, running = told.split(":")
        return cls(int(first), int(after), frozenset(int(one) for one in running.split(",") if one))

    def shows(self, transaction: int) -> bool:
        return transaction < self.first_running or (transaction < self.next_one and transaction not in self.running)


@dataclass(frozen=True)
class Asked:
    """`by`: the transactions that give a reason to look; None: whatever was seen before. The most urgent one counts."""

    by: frozenset[int] | None
    urgency: Urgency


class Looks:
    """Several threads ask, several look."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._asked: dict[int, Asked] = {}
        self._seen: dict[int, tuple[Snapshot, float]] = {}
        self._over: dict[int, None] = {}
        self._lock = threading.Lock()

    def ask(self, call: int, by: Collection[int] | None = None, urgency: Urgency = Urgency.FOLLOWS) -> bool:
        """Whether it is to be put on a desk: nobody has asked yet, or none as urgently; all of them share one look.

        `by`: only if one of these was not seen yet.
        """
        with self._lock:
            before = self._asked.get(call, Asked(frozenset(), Urgency.SWEPT))
            sooner = call not in self._asked or urgency < before.urgency
            reasons = None if by is None or before.by is None else before.by.union(by)
            self._asked[call] = Asked(reasons, min(urgency, before.urgency))
            return sooner

    def sweep(self, call: int) -> bool:
        """As `ask`, of a call that nobody has looked at lately."""
        with self._lock:
            _snapshot, at = self._seen.get(call, (None, 0.0))
        return self._clock() - at > LATELY and self.ask(call, urgency=Urgency.SWEPT)

    def begin(self, call: int) -> bool:
        """Whether there is anything new to see; what is asked from now on is another look's."""
        with self._lock:
            asked, seen = self._asked.pop(call, None), self._seen.get(call)
            if asked is None or (call in self._over and asked.by is not None):
                return False
            return asked.by is None or seen is None or not all(map(seen[0].shows, asked.by))

    def saw(self, call: int, told: str) -> None:
        """It is as it should be by what this snapshot shows."""
        with self._lock:
            self._seen.pop(call, None)
            self._seen[call] = Snapshot.read(told), self._clock()
            _forget_the_first(self._seen)

    def over(self, call: int) -> None:
        """It has ended with all its lines: what is still told of it changes nothing in the exchange."""
        with self._lock:
            self._over[call] = None
            _forget_the_first(self._over)


def _forget_the_first(calls: dict[int, Any]) -> None:
    if len(calls) > KEPT:
        del calls[next(iter(calls))]

"""Which calls are to be looked at, and what the last look at each has seen: the same is not looked at twice."""

import threading
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

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


class Looks:
    """Several threads ask, several look."""

    def __init__(self) -> None:
        self._asked: dict[int, frozenset[int] | None] = {}
        self._seen: dict[int, Snapshot] = {}
        self._over: dict[int, None] = {}
        self._lock = threading.Lock()

    def ask(self, call: int, by: Collection[int] | None = None) -> bool:
        """Whether this is the first to ask; the others share its look. `by`: only if one of these was not seen yet."""
        with self._lock:
            first, before = call not in self._asked, self._asked.get(call, frozenset())
            self._asked[call] = None if by is None or before is None else before.union(by)
            return first

    def begin(self, call: int) -> bool:
        """Whether there is anything new to see; what is asked from now on is another look's."""
        with self._lock:
            by, seen = self._asked.pop(call, None), self._seen.get(call)
            if call in self._over and by is not None:
                return False
            return by is None or seen is None or not all(map(seen.shows, by))

    def saw(self, call: int, told: str) -> None:
        """It is as it should be by what this snapshot shows."""
        with self._lock:
            self._seen.pop(call, None)
            self._seen[call] = Snapshot.read(told)
            _forget_the_first(self._seen)

    def over(self, call: int) -> None:
        """It has ended with all its lines: what is still told of it changes nothing in the exchange."""
        with self._lock:
            self._over[call] = None
            _forget_the_first(self._over)


def _forget_the_first(calls: dict[int, Any]) -> None:
    if len(calls) > KEPT:
        del calls[next(iter(calls))]

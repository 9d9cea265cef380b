"""Work in lanes: what is about the same call is done one after the other, and the most urgent of all lanes first."""

import time
from collections import defaultdict, deque
from collections.abc import Hashable, Mapping
from heapq import heappop, heappush
from itertools import count
from threading import Condition

from fanal.intake.voice.work import Urgency, Work, urgency_of


class Lanes:
    """Several threads put work here, several do it. `take` and `done` belong together."""

    def __init__(self) -> None:
        self._lanes: defaultdict[Hashable, deque[Work]] = defaultdict(deque)
        self._next: list[tuple[Urgency, int, float, Hashable]] = []
        self._held: defaultdict[Hashable, list[tuple[Urgency, int, float, Hashable]]] = defaultdict(list)
        self._taken: set[Hashable] = set()
        self._came, self._closed, self._changed = count(), False, Condition()

    def put(self, lane: Hashable, work: Work) -> None:
        """Behind what lies in the same lane; who is urgent takes the whole lane along."""
        with self._changed:
            self._lanes[lane].append(work)
            heappush(self._next, (urgency_of(work), next(self._came), time.monotonic(), lane))
            self._changed.notify()

    def take(self) -> tuple[Hashable, Work] | None:
        """The next piece of work, and its lane, which nobody else gets until it is done. None when all is done."""
        with self._changed:
            while True:
                while self._next:
                    turn = heappop(self._next)
                    lane = turn[-1]
                    if lane not in self._taken:
                        self._taken.add(lane)
                        return lane, self._lanes[lane].popleft()
                    self._held[lane].append(turn)
                if self._closed and not self._lanes:
                    return None
                self._changed.wait()

    def done(self, lane: Hashable) -> None:
        with self._changed:
            self._taken.discard(lane)
            if not self._lanes[lane]:
                del self._lanes[lane]
            for turn in self._held.pop(lane, ()):
                heappush(self._next, turn)
            self._changed.notify_all()

    def behind(self) -> Mapping[Urgency, float]:
        """For how many seconds the oldest work of each urgency has waited."""
        with self._changed:
            turns = list(self._next)
        now, waits = time.monotonic(), dict[Urgency, float]()
        for urgency, _number, at, _lane in turns:
            waits[urgency] = max(now - at, waits.get(urgency, 0.0))
        return waits

    def empty(self) -> bool:
        with self._changed:
            return not self._lanes

    def close(self) -> None:
        """Nothing more comes."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

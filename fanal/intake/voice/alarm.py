"""Calls that want to be looked at again at a certain moment."""

import heapq
import threading
import time
from collections.abc import Callable


class Alarm:
    """Rings once for each that was set, in a thread of its own; setting one anew takes the place of the earlier."""

    def __init__(self, rings: Callable[[int], None], stop: threading.Event) -> None:
        self._rings, self._stop = rings, stop
        self._due: list[tuple[float, int]] = []
        self._set: dict[int, float] = {}
        self._changed = threading.Condition()

    def set(self, call: int, *, seconds: float) -> None:
        with self._changed:
            at = time.monotonic() + seconds
            self._set[call] = at
            heapq.heappush(self._due, (at, call))
            self._changed.notify()

    def clear(self, call: int) -> None:
        with self._changed:
            self._set.pop(call, None)

    def run(self) -> None:
        while not self._stop.is_set():
            with self._changed:
                left = self._due[0][0] - time.monotonic() if self._due else 0.5
                if left > 0:
                    self._changed.wait(min(left, 0.5))
                    continue
                at, call = heapq.heappop(self._due)
                ours = self._set.get(call) == at
                if ours:
                    del self._set[call]
            if ours:
                self._rings(call)

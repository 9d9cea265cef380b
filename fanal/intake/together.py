"""What arrives at the same moment in one process is written in one transaction: one commit and one wake-up for all."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

One = TypeVar("One")
Done = TypeVar("Done")


class Together(Generic[One, Done]):
    """Whoever comes first writes what is there; who comes meanwhile waits, and one of them writes the next lot.

    Nobody waits for others to come, and nobody is told anything before the lot with their own part is committed.
    """

    def __init__(self, write: Callable[[Sequence[One]], Sequence[Done]], *, at_most: int) -> None:
        self._write, self._at_most = write, at_most
        self._waiting: deque[_Part[One, Done]] = deque()
        self._guard = threading.Lock()
        self._writing = False

    def add(self, one: One) -> Done:
        """Have one written; raises what the writing of its lot raised."""
        mine = _Part[One, Done](one)
        with self._guard:
            self._waiting.append(mine)
            writes, self._writing = not self._writing, True
        if not writes:
            mine.called.wait()
        if not mine.written:
            self._write_a_lot()
        if mine.problem is not None:
            raise mine.problem
        return mine.result

    def _write_a_lot(self) -> None:
        with self._guard:
            lot = [self._waiting.popleft() for _ in range(min(len(self._waiting), self._at_most))]
        try:
            for part, result in zip(lot, self._write([part.one for part in lot]), strict=True):
                part.result = result
        except Exception as problem:
            for part in lot:
                part.problem = problem
        finally:
            with self._guard:
                following = self._waiting[0] if self._waiting else None
                self._writing = following is not None
            for part in lot:
                part.written = True
                part.called.set()
            if following:
                following.called.set()


class _Part(Generic[One, Done]):
    """One caller's part of a lot."""

    result: Done

    def __init__(self, one: One) -> None:
        self.one = one
        self.called = threading.Event()
        self.written = False
        self.problem: Exception | None = None

"""The threads of a process that answer requests, for an event loop that is woken by them as seldom as it can be."""

import asyncio
import queue
import threading
import time
from collections import deque
from collections.abc import Callable

TIDIED_EVERY = 1.0
LONGEST_END = 10.0
Work = Callable[[], None]


class Threads:
    """A fixed number of threads and the line in front of them.

    Whoever waits for a piece of work learns of its end when the next one comes, or within a second: the work itself
    has sent the answer, and waking the loop for each costs more than all the rest of handing over.
    """

    def __init__(self, number: int) -> None:
        self._number = number
        self._line: queue.SimpleQueue[tuple[Work, asyncio.Future[None]] | None] = queue.SimpleQueue()
        self._done: deque[asyncio.Future[None]] = deque()
        self._running: list[threading.Thread] = []

    def begin(self, loop: asyncio.AbstractEventLoop) -> None:
        """Start the threads; work may be given to them from this loop."""
        self._loop = loop
        self._running = [
            threading.Thread(target=self._work, name=f"pages-{number}", daemon=True) for number in range(self._number)
        ]
        for thread in self._running:
            thread.start()
        self._tidy()

    async def do(self, work: Work) -> None:
        """Let the next free thread do it; it keeps its own errors."""
        self._tell()
        done = self._loop.create_future()
        self._line.put((work, done))
        await done

    def end(self) -> None:
        """Wait some seconds for what has begun; the loop runs no longer."""
        for _ in self._running:
            self._line.put(None)
        until = time.monotonic() + LONGEST_END
        for thread in self._running:
            thread.join(max(0.0, until - time.monotonic()))
        self._tell()
        self._loop.run_until_complete(asyncio.sleep(0))

    def _work(self) -> None:
        while given := self._line.get():
            work, done = given
            try:
                work()
            finally:
                self._done.append(done)

    def _tell(self) -> None:
        while self._done:
            done = self._done.popleft()
            if not done.done():
                done.set_result(None)

    def _tidy(self) -> None:
        self._tell()
        self._loop.call_later(TIDIED_EVERY, self._tidy)

"""The parser in a process of its own: warm, used again and again, ended when a message costs too much."""

import os
import select
import signal
import subprocess
import sys
import time
from types import TracebackType
from typing import Self

from fanal.channels.email.parsing.frames import HEAD, length_of, letter_from, packed
from fanal.channels.email.parsing.letter import LIMITS, Letter
from fanal.channels.email.parsing.rescue import rescued

RECYCLED_AFTER = 500  # messages
PATIENCE = 10.0  # seconds of waiting, however little processor time the machine gives it
START = 30.0
STARTS = 3
ENDED_BY_THE_SYSTEM = (-signal.SIGXCPU, -signal.SIGKILL)


class NotStarted(OSError):
    """The machine gives us no parser now; that says nothing of the message."""


class Ended(Exception):
    """The child ended before it had answered; `code` is how."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Parser:
    """Parses one message at a time; whatever a message does to the child, every call returns a Letter."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._parsed = 0

    def __enter__(self) -> Self:
        self._ready()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def parse(self, content: bytes) -> Letter:
        """The message in parts, or rescued with the reason why not. Raises NotStarted."""
        if len(content) > LIMITS.size:
            return rescued(content, "too_large")
        try:
            return self._asked_twice(content)
        except Ended as ended:
            return rescued(content, "took_too_long" if ended.code in ENDED_BY_THE_SYSTEM else "parser_ended")
        except TimeoutError:
            self._lose()
            return rescued(content, "took_too_long")

    def _asked_twice(self, content: bytes) -> Letter:
        """A child that ended without having used up its time may have been killed by somebody: then once more."""
        try:
            return self._asked(content)
        except Ended as ended:
            if ended.code == -signal.SIGXCPU:
                raise
        return self._asked(content)

    def _asked(self, content: bytes) -> Letter:
        child = self._ready()
        try:
            _write(child, packed(content), until=time.monotonic() + PATIENCE)
            answer = _read(child, until=time.monotonic() + PATIENCE)
        except (BrokenPipeError, EOFError):
            code = child.wait()
            self._lose()
            raise Ended(code) from None
        self._parsed += 1
        letter = letter_from(answer)
        if self._parsed >= RECYCLED_AFTER or letter.reason == "too_much_memory":
            self.close()
        return letter

    def close(self) -> None:
        """Let the child go: it ends when nothing more can come."""
        if self._child and self._child.stdin:
            self._child.stdin.close()
            try:
                self._child.wait(2)
            except subprocess.TimeoutExpired:
                self._child.kill()
        self._lose()

    def _ready(self) -> subprocess.Popen[bytes]:
        if self._child is not None and self._child.poll() is None:
            return self._child
        for _ in range(STARTS):
            self._lose()
            self._parsed = 0
            self._child = subprocess.Popen(
                [sys.executable, "-m", "fanal.channels.email.parsing.child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
            try:
                _read(self._child, until=time.monotonic() + START)
            except (EOFError, TimeoutError):
                continue  # it was killed while it started, or the machine is too busy
            return self._child
        self._lose()
        raise NotStarted("the parser of mails does not start")

    def _lose(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        if child.poll() is None:
            child.kill()
            child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe:
                pipe.close()


def _write(child: subprocess.Popen[bytes], frame: bytes, *, until: float) -> None:
    assert child.stdin
    number, left = child.stdin.fileno(), memoryview(frame)
    while left:
        if not select.select([], [number], [], max(0.0, until - time.monotonic()))[1]:
            raise TimeoutError
        left = left[os.write(number, left[:65536]) :]


def _read(child: subprocess.Popen[bytes], *, until: float) -> bytes:
    """One frame from the child. Raises EOFError when it ended and TimeoutError when it is not in time."""
    return _exactly(child, length_of(_exactly(child, HEAD, until=until)), until=until)


def _exactly(child: subprocess.Popen[bytes], size: int, *, until: float) -> bytes:
    assert child.stdout
    got = bytearray()
    while len(got) < size:
        if not select.select([child.stdout], [], [], max(0.0, until - time.monotonic()))[0]:
            raise TimeoutError
        more = os.read(child.stdout.fileno(), min(size - len(got), 2**20))
        if not more:
            raise EOFError
        got += more
    return bytes(got)

"""A program of the system is run for one thing: with what it is given, for as long and as much as we allow."""

import os
import select
import shutil
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress

LARGEST = 16 * 1024 * 1024
PIECE = 65536


class NotThere(Exception):
    """The program is not installed."""


class Failed(Exception):
    """It ended with a fault, took too long or said too much; `code` is which: ended, slow or too_large."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def run(command: Sequence[str], *, given: bytes = b"", within: float, largest: int = LARGEST) -> bytes:
    """What it writes on its standard output. No shell, no terminal, and none of our environment but where things are.

    `within` seconds, `largest` bytes. Raises NotThere and Failed; whatever happens, it runs no longer.
    """
    found = shutil.which(command[0])
    if found is None:
        raise NotThere(command[0])
    child = subprocess.Popen(
        [found, *command[1:]],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={name: os.environ[name] for name in ("PATH", "LANG", "HOME") if name in os.environ},
        start_new_session=True,
    )
    try:
        said = _exchange(child, given, until=time.monotonic() + within, largest=largest)
        if child.wait() != 0:
            raise Failed("ended")
        return said
    finally:
        _end(child)


def _exchange(child: "subprocess.Popen[bytes]", given: bytes, *, until: float, largest: int) -> bytes:
    """Write and read at once: a program that answers before it has heard everything blocks nobody."""
    assert child.stdin
    assert child.stdout
    into, out = child.stdin.fileno(), child.stdout.fileno()
    os.set_blocking(into, False)
    left, said, open_ = memoryview(given), bytearray(), True
    if not left:
        child.stdin.close()
    while open_:
        ready, free, _ = select.select([out], [into] if left else [], [], max(0.0, until - time.monotonic()))
        if not ready and not free:
            raise Failed("slow")
        if free:
            try:
                left = left[os.write(into, left[:PIECE]) :]
            except BrokenPipeError:
                left = left[:0]
            if not left:
                child.stdin.close()
        if ready:
            piece = os.read(out, PIECE)
            said += piece
            open_ = bool(piece)
        if len(said) > largest:
            raise Failed("too_large")
    return _waited(child, bytes(said), until=until)


def _waited(child: "subprocess.Popen[bytes]", said: bytes, *, until: float) -> bytes:
    try:
        child.wait(max(0.0, until - time.monotonic()))
    except subprocess.TimeoutExpired:
        raise Failed("slow") from None
    return said


def _end(child: "subprocess.Popen[bytes]") -> None:
    if child.poll() is None:
        child.kill()
        child.wait()
    for pipe in (child.stdin, child.stdout):
        if pipe:
            with suppress(OSError):
                pipe.close()

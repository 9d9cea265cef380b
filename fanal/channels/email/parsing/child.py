"""The child of `bounded`: limits itself, says that it is ready, and parses until nothing more comes."""

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import math  # noqa: E402
import resource  # noqa: E402
import sys  # noqa: E402
from typing import BinaryIO  # noqa: E402

from fanal.channels.email.parsing.frames import HEAD, frame_of, length_of, packed  # noqa: E402
from fanal.channels.email.parsing.letter import LIMITS, Letter  # noqa: E402
from fanal.channels.email.parsing.parse import letter  # noqa: E402

WARM = "From: a@b.example\nSubject: a warm parser\n\nThese words are here to load what the first message needs.\n"


def main() -> None:
    letter(WARM.encode())
    _limit_memory()
    source, target = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints, prints elsewhere
    _say(target, packed(b""))
    while head := source.read(HEAD):
        content = source.read(length_of(head))
        _limit_time()
        _say(target, _frame(letter(content)))


def _frame(parsed: Letter) -> bytes:
    try:
        return frame_of(parsed)
    except MemoryError:
        return frame_of(Letter(reason="too_much_memory"))


def _limit_memory() -> None:
    """What is loaded now, and the allowance on top of it."""
    with open("/proc/self/statm") as told:
        used = int(told.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + LIMITS.memory, used + LIMITS.memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_time() -> None:
    """So many seconds of processor time from now; the system ends us when they are over."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    until = math.ceil(spent.ru_utime + spent.ru_stime) + LIMITS.seconds
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


def _say(target: BinaryIO, frame: bytes) -> None:
    target.write(frame)
    target.flush()


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:  # whoever asked is not there any more
        os._exit(0)

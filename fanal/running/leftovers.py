"""What a supervisor that was killed left behind: its processes end by themselves, and the next start waits for none."""

import os
from pathlib import Path

import psutil

from fanal.running.program import SUPERVISED

PATIENCE = 10.0  # seconds until the system has taken away what was killed


def mark(home: Path) -> str:
    """What a supervisor writes into the environment of its processes: who it is, and over which home."""
    own = psutil.Process()
    return f"{own.pid} {own.create_time()} {home.absolute()}"


def clear(home: Path) -> list[str]:
    """End the processes of this home whose supervisor is gone; returns their names."""
    left = [one for one in psutil.process_iter() if _is_left(one, str(home.absolute()))]
    names = sorted(_name(one) for one in left)
    for one in left:
        _kill(one)
    psutil.wait_procs(left, timeout=PATIENCE)
    return names


def _is_left(one: psutil.Process, home: str) -> bool:
    """Of other people's processes the system tells nothing, and they are not ours."""
    try:
        said = one.environ().get(SUPERVISED, "").split(" ", 2)
    except (psutil.Error, OSError):
        return False
    if len(said) != 3 or said[2] != home or one.pid == os.getpid():
        return False
    return not _runs(int(said[0]), float(said[1]))


def _runs(pid: int, since: float) -> bool:
    """Whether it is still the same process that bears the number."""
    try:
        one = psutil.Process(pid)
        return bool(abs(one.create_time() - since) < 1 and one.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def _kill(one: psutil.Process) -> None:
    try:
        one.kill()
    except psutil.Error:
        return


def _name(one: psutil.Process) -> str:
    try:
        words = one.cmdline()
        return str(words[words.index("-m") + 2] if "fanal" in words else one.name())
    except (psutil.Error, ValueError, IndexError):
        return "a process"

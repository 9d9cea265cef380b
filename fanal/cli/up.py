"""`fanal up`: the database, the migrations and every process, until ctrl-C."""

import http.client
import importlib.util
import os
import signal
import subprocess
import sys
import threading
import time

import typer

app = typer.Typer()
PROCESSES = ("web", "live", "acd", "worker")


@app.command()
def up(
    host: str = typer.Option("", help="Address to listen on; FANAL_HOST otherwise."),
    port: int = typer.Option(0, help="Port of the pages; the event stream takes the next one."),
    demo: bool = typer.Option(False, "--demo", help="Load the demo company first, if it is not there yet."),
) -> None:
    """Run everything on this machine: the pages, the event stream, the ACD and the worker."""
    if host:
        os.environ["FANAL_HOST"] = host
    if port:
        os.environ["FANAL_PORT"] = str(port)
    from fanal.environment import environment
    from fanal.running import postgres
    from fanal.running.migrated import nothing_to_migrate
    from fanal.running.program import tell
    from fanal.running.supervisor import Supervisor

    for wanted in (environment.port, environment.live_port or environment.port + 1):
        _refuse_taken(environment.host, wanted)
    stopping = threading.Event()
    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, lambda *_: stopping.set())
    postgres.ensure_running(environment, progress=tell)
    from fanal.settings import INSTALLED_APPS  # reads, and if need be makes, the secret in the home folder

    if not nothing_to_migrate(postgres.address(environment), INSTALLED_APPS):
        _do("django", "migrate", "--verbosity=0", stopping=stopping)
    if demo and importlib.util.find_spec("fanal.demo.cli"):
        _do("demo", "load", stopping=stopping)
    supervisor = Supervisor(
        commands={name: (sys.executable, "-m", "fanal", name) for name in PROCESSES},
        environment={},
        tell=tell,
        stopping=stopping,
    )
    threading.Thread(target=_greet, args=(stopping,), daemon=True).start()
    supervisor.run()
    postgres.leave(environment)


def _do(*command: str, stopping: threading.Event) -> None:
    """Run one command of fanal to its end; ctrl-C ends it too, and then nothing more is begun."""
    from fanal.running.postgres import NotPossible

    if stopping.is_set():
        return
    done = subprocess.run([sys.executable, "-m", "fanal", *command], stdin=subprocess.DEVNULL, check=False)
    if done.returncode and not stopping.is_set():
        raise NotPossible(f"`fanal {' '.join(command)}` failed: see above; `fanal doctor` says what may be missing.")


def _refuse_taken(host: str, port: int) -> None:
    from fanal.running.ports import is_free
    from fanal.running.postgres import NotPossible

    if not is_free(host, port):
        raise NotPossible(f"Port {port} of {host} is used by another program: end that, or choose another with --port.")


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

"""The whole program as it really runs, on a database of its own, and Chromium to look at it with."""

import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from fanal.environment import environment
from fanal.running import postgres
from tests.browser.company import Desk, sign_in
from tests.servers import address_of, free_ports, rows_of, wait_for

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PROCESSES = ("web", "live", "acd", "worker")

expect.set_options(timeout=15_000)  # a busy machine is slow, not wrong


class Program:
    """The processes of `fanal up`, each on its own port, on one fresh database."""

    def __init__(self, database: str, **settings: str) -> None:
        self.database = database
        self.port, self.live_port = free_ports(2)
        self.url = f"http://127.0.0.1:{self.port}"
        self.live_url = f"http://127.0.0.1:{self.live_port}/live"
        self.environment = {
            **os.environ,
            "DATABASE_URL": address_of(database),
            "FANAL_PORT": str(self.port),
            "FANAL_LIVE_PORT": str(self.live_port),
            **settings,
        }
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def run(self, *command: str) -> None:
        """One command of the program, to its end."""
        subprocess.run(
            [sys.executable, "-m", "fanal", *command], env=self.environment, cwd=ROOT, check=True, timeout=120
        )

    def start(self, name: str) -> None:
        command = [sys.executable, "-m", "fanal", name]
        self.processes[name] = subprocess.Popen(command, env=self.environment, cwd=ROOT, stdin=subprocess.DEVNULL)
        if name in ("web", "live"):
            wait_for(self.port if name == "web" else self.live_port)

    def stop(self, name: str, how: signal.Signals = signal.SIGTERM) -> None:
        process = self.processes.pop(name, None)
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)

    def stop_all(self) -> None:
        for name in list(self.processes):
            self.stop(name)

    def rows(self) -> AbstractContextManager[None]:
        """Work with the program's own rows through the models, inside this block."""
        return rows_of(NAME=self.database)

    def everybody_goes_home(self) -> None:
        """Nobody is available, wraps up or has a phone, and no contact goes on: no test leaves work to the next."""
        from fanal.agents.actions import end_lines  # models can be imported only after this file
        from fanal.agents.models import Agent
        from fanal.interactions.models import Interaction
        from fanal.routing import actions as routing

        with self.rows():
            now = timezone.now()
            for interaction in Interaction.objects.filter(ended_at=None):
                routing.abandon(interaction=interaction, now=now)
            for agent in Agent.objects.all():
                routing.sign_out(agent=agent, by=None, now=now)
                end_lines(agent=agent, by=None, now=now)

    def wait_until_counted(self) -> None:
        """Until all that has happened by now is in the figures, which the worker keeps up."""
        from fanal.kpis.actions import at_one_moment  # models, which are not there yet when this file is read

        happened, deadline = timezone.now(), time.monotonic() + 60
        with self.rows():
            while time.monotonic() < deadline:
                with at_one_moment(now=timezone.now()) as until:
                    if until > happened:
                        return
                time.sleep(0.2)
        raise TimeoutError("The figures are not kept up.")


@pytest.fixture(scope="session")
def assets() -> None:
    """What browsers load is built, from the sources as they are now."""
    built = ROOT / "fanal" / "static" / "fanal" / "widget.js"
    sources = [path for kind in ("*.ts", "*.css", "icons.txt") for path in (ROOT / "assets").rglob(kind)]
    newest = max(path.stat().st_mtime for path in sources if "node_modules" not in path.parts)
    if not built.exists() or built.stat().st_mtime < newest:
        subprocess.run(["deno", "run", "-A", "assets/build.ts"], cwd=ROOT, check=True, timeout=110)


@pytest.fixture(scope="session")
def program(assets: None, django_db_blocker: Any) -> Iterator[Program]:
    """The running program; every test shares it and makes its own accounts, queues and people."""
    postgres.ensure_running(environment)
    name = f"fanal_browser_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(address_of("postgres"), autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
    program = Program(name)
    try:
        program.run("migrate", "--verbosity=0")
        for process in PROCESSES:
            program.start(process)
        with django_db_blocker.unblock():
            yield program
    finally:
        program.stop_all()
        with psycopg.connect(address_of("postgres"), autocommit=True) as server:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def company(program: Program) -> None:
    """The demo company, small, in the running program."""
    program.run("demo", "load", "--people", "60", "--days", "2")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; without it these tests are skipped, and say so."""
    if CHROMIUM is None:
        pytest.skip("BROWSER TESTS SKIPPED: Chromium is not installed (apt-get install chromium).")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def window(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Opens windows, each of another person; a fault in a page's script fails the test."""
    opened: list[BrowserContext] = []
    faults: list[str] = []

    def open_window(**options: Any) -> Page:
        context = chromium.new_context(**options)
        context.set_default_timeout(30_000)
        opened.append(context)
        page = context.new_page()
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        page.on("console", lambda said: faults.append(said.text) if _is_fault(said.text) else None)
        return page

    yield open_window
    for context in opened:
        context.close()
    assert faults == []


@pytest.fixture
def at_desk(
    program: Program, company: None, chromium: Browser, window: Callable[..., Page], signed_in: dict[str, Any]
) -> Iterator[Callable[..., Desk]]:
    """Opens desks; everybody goes home at the end, so that nothing rings in an empty room."""

    def sit_down(email: str, path: str = "/", **options: Any) -> Desk:
        if email not in signed_in:
            page = window()
            sign_in(page, program.url, email)
            signed_in[email] = page.context.storage_state()
        page = window(storage_state=signed_in[email], **options)
        page.goto(program.url + path)
        return Desk(page)

    yield sit_down
    program.everybody_goes_home()


@pytest.fixture(scope="session")
def signed_in() -> dict[str, Any]:
    """The cookies of whoever has signed in once: signing in is slow on purpose."""
    return {}


def _is_fault(said: str) -> bool:
    """A page that breaks its own Content Security Policy; another site's frame being refused is no fault."""
    return "Content Security Policy" in said and "frame-ancestors" not in said

"""`fanal traffic`: customers come in through the chat widget's interface and by mail, so that the desk is alive."""

import asyncio
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import httpx
import typer

from fanal.demo.playing.ledger import Ledger
from fanal.running.postgres import NotPossible

if TYPE_CHECKING:
    from fanal.demo.playing.customers import Role
    from fanal.demo.playing.visitor import Visitor
    from fanal.demo.playing.writer import Writer

app = typer.Typer()
MOST_AT_ONCE = 60
LONGEST_MINUTES = 24 * 60
REPORT_SECONDS = 15
LAST_SECONDS = 180
HOME_SECONDS = 30
BY_MAIL = 0.3


@dataclass(frozen=True, kw_only=True)
class Course:
    """How many customers a minute, for how many minutes; `hurry` below 1 shortens every pause.

    `by_mail` of them write mails, to be handed over at `post`. `stubborn`: for how many seconds customers try again.
    """

    rate: float
    minutes: float
    hurry: float = 1.0
    at_once: int = MOST_AT_ONCE
    by_mail: float = 0.0
    post: str = ""
    stubborn: float = 30.0


@app.command()
def traffic(
    rate: float = typer.Option(6, min=0.1, max=600, help="New visitors a minute."),
    minutes: float = typer.Option(10, min=0.1, max=LONGEST_MINUTES, help="How long new ones come."),
    url: str = typer.Option("", help="Where fanal is served; this installation otherwise."),
    port: int = typer.Option(0, min=0, max=65535, help="Its port on this machine, as `fanal up --port` was given it."),
    agents: int = typer.Option(0, min=0, max=30, help="Robots that answer, at places nobody has taken."),
    seed: int = typer.Option(0, help="0: another one each time."),
    hurry: float = typer.Option(1.0, min=0.05, max=5, help="Below 1 everybody is quicker."),
    mail: str = typer.Option("", help="Where mails are handed over, like smtp://127.0.0.1:8003; 'no': nobody writes."),
    voice: float = typer.Option(0, min=0, max=60, help="Calls a minute besides, on the PBX that runs here (SIPp)."),
    played: bool = typer.Option(False, help="Without a PBX: accepting in the desk lifts the phone."),
    stubborn: float = typer.Option(60, min=0, help="Seconds for which everybody tries again what nobody took."),
    record: Annotated[Path | None, typer.Option(help="Write down here whatever was acknowledged.")] = None,
) -> None:
    """Play customers through the real doors. Ends by itself, and on ctrl-C."""
    from fanal.running import program

    program.begin()
    for ending in (signal.SIGINT, signal.SIGTERM):  # whoever starts it in the background may have had ctrl-C ignored
        signal.signal(ending, signal.default_int_handler)
    from fanal.demo.playing.customers import roles
    from fanal.demo.playing.robots import Robots
    from fanal.environment import environment

    where = url or (f"http://127.0.0.1:{port}" if port else environment.origin)
    rng = Random(seed or time.time_ns())
    post = _post(mail, port or environment.port, environment.mail_listen)
    course = Course(
        rate=rate, minutes=minutes, hurry=hurry, by_mail=BY_MAIL if post else 0, post=post, stubborn=stubborn
    )
    ledger = Ledger(record)
    drawn = roles(rng, number=max(int(rate * minutes * 1.2) + 2, 1))
    if not drawn:
        typer.secho("There are no customers to play: load the demo first (fanal demo load).", err=True)
        raise typer.Exit(1)
    stop, tally = threading.Event(), Counter[str]()
    robots = Robots(number=agents, rng=rng) if agents else None
    working = threading.Thread(target=robots.work, args=(stop,)) if robots else None
    if working:
        working.start()
    try:
        with _calls(voice, minutes=minutes, rng=rng, tally=tally, played=played):
            asyncio.run(play(course=course, roles=drawn, url=where, rng=rng, tally=tally, ledger=ledger, tell=_tell))
    except NotPossible as problem:
        typer.secho(str(problem), err=True, fg=typer.colors.RED)
        raise typer.Exit(1) from None
    except httpx.TransportError:
        typer.secho(f"Nobody answers at {where}. Is fanal up? If at another port, say which: --port.", err=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        typer.echo("Stopped.")
    finally:
        stop.set()
        if working:
            working.join(timeout=20)
        ledger.close()
    _tell(tally)
    typer.echo(f"{ledger.number} messages were acknowledged.")


async def play(
    *,
    course: Course,
    roles: "Sequence[Role]",
    url: str,
    rng: Random,
    tally: Counter[str],
    ledger: Ledger | None = None,
    tell: Callable[[Counter[str]], object] = lambda tally: None,
) -> None:
    """Let visitors in at random moments of the given mean rate, then wait until the last has gone.

    Raises `httpx.TransportError` when nobody answers there.
    """
    ends = time.monotonic() + course.minutes * 60
    reported = time.monotonic()
    ledger = ledger or Ledger()
    waiting = list(roles)
    visitors: list[Visitor | Writer] = []
    playing: set[asyncio.Task[None]] = set()
    async with httpx.AsyncClient(base_url=url, timeout=20, limits=httpx.Limits(max_connections=20)) as http:
        await http.get("/healthz")  # where nobody answers, that is said at once
        try:
            while time.monotonic() < ends and waiting:
                await asyncio.sleep(min(rng.expovariate(course.rate / 60), max(ends - time.monotonic(), 0)))
                if len(playing) < course.at_once:
                    made = _writer if rng.random() < course.by_mail else partial(_visitor, http)
                    visitors.append(made(waiting.pop(), course, rng, tally, ledger))
                    task = asyncio.create_task(visitors[-1].play())
                    playing.add(task)
                    task.add_done_callback(playing.discard)
                if time.monotonic() - reported > REPORT_SECONDS:
                    reported = time.monotonic()
                    tell(tally)
            if playing:
                await asyncio.wait(playing, timeout=LAST_SECONDS * course.hurry)
        finally:
            for visitor in visitors:
                visitor.sent_home = True
            if playing:
                await asyncio.wait(playing, timeout=HOME_SECONDS)
            for task in list(playing):
                task.cancel()
            await asyncio.gather(*playing, return_exceptions=True)


def _calls(
    rate: float, *, minutes: float, rng: Random, tally: Counter[str], played: bool
) -> AbstractContextManager[object]:
    if not rate:
        return nullcontext()
    if played:
        from fanal.demo.playing.pretending import pretending

        return pretending(rate=rate, rng=rng, tally=tally)
    from fanal.demo.playing.phoning import phoning
    from fanal.environment import environment

    return phoning(environment, rate=rate, minutes=minutes, rng=rng, tally=tally)


def _post(wanted: str, port: int, listening: str) -> str:
    """Where mail is taken: where it is said, else where this installation listens, else where the demo does."""
    if wanted == "no":
        return ""
    there = wanted or listening or f"smtp://127.0.0.1:{port + 3}"
    parts = urlsplit(there)
    try:
        with socket.create_connection((parts.hostname or "", parts.port or 25), 5):
            return there
    except OSError:
        if wanted:
            raise typer.BadParameter(f"nobody takes mail at {there}") from None
        return ""


def _writer(role: "Role", course: Course, rng: Random, tally: Counter[str], ledger: Ledger) -> "Writer":
    from fanal.demo.playing.writer import Writer

    return Writer(
        post=course.post,
        role=role,
        rng=Random(rng.getrandbits(64)),
        tally=tally,
        ledger=ledger,
        hurry=course.hurry,
        stubborn=course.stubborn,
    )


def _visitor(
    http: httpx.AsyncClient, role: "Role", course: Course, rng: Random, tally: Counter[str], ledger: Ledger
) -> "Visitor":
    from fanal.demo.playing.visitor import Visitor

    return Visitor(
        http=http,
        role=role,
        rng=Random(rng.getrandbits(64)),
        tally=tally,
        ledger=ledger,
        hurry=course.hurry,
        patience=rng.uniform(60, 300),
        stubborn=course.stubborn,
    )


def _tell(tally: Counter[str]) -> None:
    typer.echo(", ".join(f"{number} {what}" for what, number in sorted(tally.items())) or "nobody yet")

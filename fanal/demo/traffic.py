"""`fanal traffic`: customers come in through the chat widget's interface over HTTP, so that the desk is alive."""

import asyncio
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

import httpx
import typer

if TYPE_CHECKING:
    from fanal.demo.playing.customers import Role
    from fanal.demo.playing.visitor import Visitor

app = typer.Typer()
MOST_AT_ONCE = 60
LONGEST_MINUTES = 24 * 60
REPORT_SECONDS = 15
LAST_SECONDS = 180
HOME_SECONDS = 30


@dataclass(frozen=True, kw_only=True)
class Course:
    """How many visitors a minute, for how many minutes; `hurry` below 1 shortens every pause."""

    rate: float
    minutes: float
    hurry: float = 1.0
    at_once: int = MOST_AT_ONCE


@app.command()
def traffic(
    rate: float = typer.Option(6, min=0.1, max=600, help="New visitors a minute."),
    minutes: float = typer.Option(10, min=0.1, max=LONGEST_MINUTES, help="How long new ones come."),
    url: str = typer.Option("", help="Where fanal is served; this installation otherwise."),
    agents: int = typer.Option(0, min=0, max=30, help="Robots that answer, at places nobody has taken."),
    seed: int = typer.Option(0, help="0: another one each time."),
    hurry: float = typer.Option(1.0, min=0.05, max=5, help="Below 1 everybody is quicker."),
) -> None:
    """Play customers through the real doors. Ends by itself, and on ctrl-C."""
    from fanal.running import program

    program.begin()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    from fanal.demo.playing.customers import roles
    from fanal.demo.playing.robots import Robots
    from fanal.environment import environment

    rng = Random(seed or time.time_ns())
    course = Course(rate=rate, minutes=minutes, hurry=hurry)
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
        asyncio.run(play(course=course, roles=drawn, url=url or environment.origin, rng=rng, tally=tally, tell=_tell))
    except KeyboardInterrupt:
        typer.echo("Stopped.")
    finally:
        stop.set()
        if working:
            working.join(timeout=20)
    _tell(tally)


async def play(
    *,
    course: Course,
    roles: "Sequence[Role]",
    url: str,
    rng: Random,
    tally: Counter[str],
    tell: Callable[[Counter[str]], object] = lambda tally: None,
) -> None:
    """Let visitors in at random moments of the given mean rate, then wait until the last has gone."""
    ends = time.monotonic() + course.minutes * 60
    reported = time.monotonic()
    waiting = list(roles)
    visitors: list[Visitor] = []
    playing: set[asyncio.Task[None]] = set()
    async with httpx.AsyncClient(base_url=url, timeout=20, limits=httpx.Limits(max_connections=20)) as http:
        try:
            while time.monotonic() < ends and waiting:
                await asyncio.sleep(min(rng.expovariate(course.rate / 60), max(ends - time.monotonic(), 0)))
                if len(playing) < course.at_once:
                    visitors.append(_visitor(http, waiting.pop(), course, rng, tally))
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


def _visitor(http: httpx.AsyncClient, role: "Role", course: Course, rng: Random, tally: Counter[str]) -> "Visitor":
    from fanal.demo.playing.visitor import Visitor

    return Visitor(
        http=http,
        role=role,
        rng=Random(rng.getrandbits(64)),
        tally=tally,
        hurry=course.hurry,
        patience=rng.uniform(60, 300),
    )


def _tell(tally: Counter[str]) -> None:
    typer.echo(", ".join(f"{number} {what}" for what, number in sorted(tally.items())) or "nobody yet")

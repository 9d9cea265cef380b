"""How fast waiting work finds its agent: 20,000 waiting and agents coming free, then arrivals with agents free."""

import math
import pickle
import random
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from django.db import transaction

from fanal.benches import routing_checks as checks
from fanal.benches import routing_world as world_of
from fanal.benches.frame import Figures, Progress, database, processes, spread
from fanal.interactions.models import Interaction
from fanal.routing import actions, statements
from fanal.routing.models import Queue
from fanal.routing.rules import State

NAME = "routing"
GOALS = {
    "freed_to_offer_p99_ms": 20,
    "arrival_to_offer_p99_ms": 20,
    "offers_per_s_one_acd": 500,
    "offers_per_s_two_acd": 900,
    "double_offers": 0,
    "decisions_that_differ": 0,
}
ONE_IN = 25
PATIENCE = 60.0
SHARES = (50, 95, 99)

LISTENING = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()"
LEFT = "SELECT count(*) FROM routing_agentload WHERE look_at IS NOT NULL"
# What a talk's end does in production, as far as routing sees it, in one transaction per agent.
OVER = """
WITH told AS (INSERT INTO events_event (kind, at, data, audience)
  VALUES ('wrap_up.ended', %(now)s, jsonb_build_object('agent', %(agent)s::bigint), '{}')),
over AS (UPDATE routing_offer SET state = 'accepted', answered_at = %(now)s
  WHERE agent_id = %(agent)s AND state = 'open' RETURNING entry_id)
UPDATE routing_queueentry e SET state = 'answered', left_at = %(now)s, version = version + 1
FROM over WHERE e.id = over.entry_id"""
ALL_FREE = """UPDATE routing_agentload
SET open_work = '{"webchat": 2}', look_at = clock_timestamp(), version = version + 1"""


@dataclass
class Part:
    """What the matchers of one part of the bench wrote down: offer, entry, agent, when; states; what it took."""

    times: list[tuple[int, int, int, float]] = field(default_factory=list)
    states: list[tuple[State, int, int]] = field(default_factory=list)
    processor_s: float = 0.0

    @property
    def processor_ms_per_offer(self) -> float:
        """Of the matchers alone: what PostgreSQL works for them is not in it."""
        return self.processor_s * 1000 / len(self.times) if self.times else math.nan

    @property
    def per_s(self) -> float:
        return (len(self.times) - 1) / (self.times[-1][3] - self.times[0][3]) if len(self.times) > 1 else 0.0


def run(
    progress: Progress,
    *,
    agents: int = 2000,
    queues: int = 50,
    waiting: int = 20_000,
    freed_per_s: int = 500,
    arrivals_per_s: int = 100,
    seconds: int = 10,
    checked: int = 25,
    turns: int = 3,
) -> tuple[dict[str, float], Figures]:
    """Measure (a) and (b) with one matcher, then the most that one and two can do; check decisions and doubles."""
    load: dict[str, float] = {
        "agents": agents,
        "queues": queues,
        "waiting": waiting,
        "freed_per_s": freed_per_s,
        "arrivals_per_s": arrivals_per_s,
        "seconds": seconds,
    }
    figures: Figures = {}
    parts: list[Part] = []
    with database(NAME, progress) as address, psycopg.connect(address, autocommit=True) as driver:
        progress("Making agents, queues and waiting contacts …")
        world = world_of.make(agents=agents, queues=queues, rng=random.Random(1))

        world_of.wait(world, waiting, rng=random.Random(2))
        world_of.busy()
        progress(f"(a) {freed_per_s} agents a second come free, one acd …")
        with matchers(address, 1, parts) as part:
            freed = free_at_rate(driver, world.agents, per_s=freed_per_s, seconds=seconds)
        delays = after_freeing(freed, part)
        figures |= spread("freed_to_offer", delays, SHARES) | {"sustained_offers_per_s": part.per_s}
        figures["freed_without_offer"] = len(freed) - len(delays)
        figures["processor_ms_per_freed"] = part.processor_ms_per_offer

        for many, name in ((1, "one"), (2, "two")):
            runs = []
            for turn in range(turns):
                progress(f"(a) everybody comes free at once, acd: {name}, {turn + 1} of {turns} …")
                world_of.wait(world, waiting, rng=random.Random(3))
                world_of.busy()
                with matchers(address, many, parts) as part:
                    began = free_all(driver)
                    wait_until(lambda: count(driver, LEFT) == 0)
                runs.append(len(part.times) / (part.times[-1][3] - began))
            figures[f"offers_per_s_{name}_acd"] = sorted(runs)[turns // 2]
            figures[f"processor_ms_per_offer_{name}_acd"] = part.processor_ms_per_offer

        progress(f"(b) {arrivals_per_s} contacts a second arrive, agents free …")
        world_of.nobody_waits()
        world_of.idle()
        contacts = world_of.contacts(world, arrivals_per_s * seconds)
        with matchers(address, 1, parts) as part:
            arrived = arrive_at_rate(contacts, world.queues, per_s=arrivals_per_s)
        delays = [(at - arrived[entry]) * 1000 for _, entry, _, at in part.times if entry in arrived]
        figures |= spread("arrival_to_offer", delays, SHARES)
        figures["arrived_without_offer"] = len(arrived) - len(delays)
        figures["processor_ms_per_arrival"] = part.processor_ms_per_offer

        progress("Computing decisions again …")
        figures["double_offers"] = doubles(parts)
        states = [state for part in parts for state in part.states]
        world_of.wait(world, waiting, rng=random.Random(4))
        world_of.busy()
        complete = checks.against_complete_states(world, checked, rng=random.Random(5))
        figures["decisions_computed_again"] = len(states) + len(complete)
        figures["decisions_that_differ"] = checks.against_stored(states) + sum(not same for same in complete)
    return load, figures


@contextmanager
def matchers(address: str, many: int, parts: list[Part]) -> Iterator[Part]:
    """Production matchers, there and listening; what they wrote down is in the part afterwards."""
    part = Part()
    with tempfile.TemporaryDirectory() as folder:
        commands = [["-m", "fanal.benches.matcher", folder, str(number), str(ONE_IN)] for number in range(many)]
        with processes(commands, address) as started, psycopg.connect(address, autocommit=True) as ask:
            wait_until(lambda: count(ask, LISTENING) >= many or any(one.poll() is not None for one in started))
            time.sleep(0.5)
            yield part
            time.sleep(0.5)
        for file in sorted(Path(folder).glob("*.pickle")):
            times, states, took = pickle.loads(file.read_bytes())  # noqa: S301 - written by our own processes just now
            part.times += times
            part.states += states
            part.processor_s += took
    part.times.sort(key=lambda row: row[3])
    parts.append(part)


def free_at_rate(driver: Any, agents: Sequence[int], *, per_s: int, seconds: int) -> list[tuple[int, float]]:
    """Agents finish a talk one after the other, each in a transaction; returns who, and when that was about to commit.

    Load and wake-up change by production's own statement. The clock starts before the last statements are sent, in one
    message with the commit, so that this costs the machine little beside what is measured.
    """
    committed = []
    began = time.monotonic()
    for number in range(per_s * seconds):
        _wait_for_turn(began + number / per_s)
        agent, now = agents[number % len(agents)], datetime.now(UTC)
        with driver.pipeline() as together:
            driver.execute("BEGIN")
            over = driver.execute(OVER, {"agent": agent, "now": now})
            together.sync()
            rung = over.rowcount
            values = {"agent": agent, "channel": "webchat", "by": -1, "ringing": -rung, "idle": True, "now": now}
            committed.append((agent, time.monotonic()))
            driver.execute(statements.CHANGE_LOAD, values)
            driver.execute("SELECT pg_notify('fanal_events', ''), pg_notify(%s, '')", [statements.WAKE])
            driver.execute("COMMIT")
    return committed


def free_all(driver: Any) -> float:
    """Everybody finishes a talk in one moment; returns when that was about to commit."""
    with driver.transaction():
        driver.execute(ALL_FREE)
        driver.execute("SELECT pg_notify(%s, '')", [statements.WAKE])
        return time.monotonic()


def arrive_at_rate(contacts: Sequence[Interaction], queues: Sequence[Queue], *, per_s: int) -> dict[int, float]:
    """Contacts enter by the production action; returns per entry when that was about to commit."""
    committed = {}
    began = time.monotonic()
    for number, contact in enumerate(contacts):
        _wait_for_turn(began + number / per_s)
        with transaction.atomic():
            entry = actions.enqueue(interaction=contact, queue=queues[number % len(queues)], now=datetime.now(UTC))
            committed[entry.pk] = time.monotonic()
    return committed


def after_freeing(freed: Sequence[tuple[int, float]], part: Part) -> list[float]:
    """Milliseconds from each freeing to its offer: the n-th of an agent to their n-th."""
    offers: dict[int, list[float]] = defaultdict(list)
    for _, _, agent, at in part.times:
        offers[agent].append(at)
    seen: Counter[int] = Counter()
    delays = []
    for agent, at in freed:
        if seen[agent] < len(offers[agent]):
            delays.append((offers[agent][seen[agent]] - at) * 1000)
        seen[agent] += 1
    return delays


def doubles(parts: Sequence[Part]) -> int:
    """Entries that were offered more than once while nobody declined or let an offer expire."""
    offered = Counter(entry for part in parts for _, entry, _, _ in part.times)
    return sum(many - 1 for many in offered.values())


def count(driver: Any, statement: str) -> int:
    return int(driver.execute(statement).fetchone()[0])


def wait_until(check: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not check():
        if time.monotonic() > deadline:
            raise TimeoutError("The matchers did not do it in time.")
        time.sleep(0.05)


def _wait_for_turn(turn: float) -> None:
    pause = turn - time.monotonic()
    if pause > 0:
        time.sleep(pause)

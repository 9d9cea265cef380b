"""Cases at 200,000: the list, its filters and its search amid traffic; opened by four workers through the action."""

import asyncio
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from urllib.parse import quote

from django.db import connection

from fanal.benches import desk, desk_world, people
from fanal.benches.browsers import Browsers, Request
from fanal.benches.frame import Figures, Progress, free_ports, on_ports, on_time, processes, spread, wait_for
from fanal.environment import environment
from fanal.running import postgres

NAME = "cases"
GOALS = {
    "created_per_s": 300.0,
    "list_p95_ms": 50.0,
    "filtered_p95_ms": 50.0,
    "search_p95_ms": 50.0,
    "failed": 0.0,
}
WORKERS = 4
FILTERED = (*desk.FILTERED, "sort=due&clock=missed", "opened=30&type=1", "state=all&customer=4711")
SEARCHED = (
    *("parcel", "machine drain", "card refus", "wrong col", "balance", "parcel 17", "drain 4711", "arrived 199999"),
    *("nothing of the kind", "10500", "refused 77", "colour delivered 3"),
)
"""Words of tens of thousands of subjects, of some hundreds, of one and of none; and numbers."""
_MORE_SAID = """
    INSERT INTO interactions_message (interaction_id, segment_id, author, agent_id, text, external_id, at, state,
        clearance_id)
    SELECT m.interaction_id, m.segment_id, m.author, m.agent_id, m.text, m.external_id || '-again-' || k,
        m.at + k * interval '1 minute', m.state, m.clearance_id
    FROM interactions_message m, generate_series(1, 3) k
    WHERE m.external_id IN ('bench-2') OR (m.external_id = 'bench-1' AND k < 3)
    LIMIT %s
"""


def run(
    progress: Progress,
    *,
    scale: float = 1.0,
    cases: int = 200_000,
    messages: int = 1_000_000,
    agents: int = 200,
    created: int = 2_000,
    per_s: int = 20,
    asked: int = 150,
) -> tuple[dict[str, float], Figures]:
    """First each kind of list, one at a time, while traffic of the whole desk runs; then the creations alone."""
    postgres.ensure_running(environment, progress=progress)
    made = desk.ready_world(progress, scale=scale, cases=cases, agents=agents)
    progress("Copying the world …")
    web, live = free_ports()
    with on_ports(web, live), people.copied(made, "fanal_bench_cases") as address:
        said = _say_more(messages, progress)
        world = desk_world.world_of(agents=agents, customers=int(people.CUSTOMERS * scale), cases=cases)
        asking = desk.Asking(world)
        connection.close()
        with processes([["-m", "fanal", "web"], ["-m", "fanal", "worker"]], address):
            wait_for(web)
            figures = asyncio.run(_listed(progress, asking, web, per_s=per_s, asked=asked))
        figures |= _created(progress, address, number=created)
    return {"cases": cases, "messages": said, "workers": WORKERS, "created": created, "per_s": per_s}, figures


def _say_more(messages: int, progress: Progress) -> int:
    """The desk's world has fewer messages than this bench promises: those of closed contacts say more."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM interactions_message")
        missing = messages - cursor.fetchone()[0]
        if missing > 0:
            progress(f"{missing:,} more messages …")
            cursor.execute("SET session_replication_role = replica")
            cursor.execute("SET synchronous_commit = off")
            cursor.execute(_MORE_SAID, [missing])
            cursor.execute("VACUUM ANALYZE interactions_message")
        cursor.execute("VACUUM ANALYZE cases_case")
        cursor.execute("SELECT count(*) FROM interactions_message")
        return int(cursor.fetchone()[0])


def _created(progress: Progress, address: str, *, number: int) -> Figures:
    """Four processes open cases through the action, each as fast as it can."""
    progress(f"{WORKERS} workers open {number:,} cases …")
    each = number // WORKERS
    env = {**os.environ, "DATABASE_URL": address}
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "fanal.benches.opening", str(each), str(seed)],
            env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for seed in range(WORKERS)
    ]  # fmt: skip
    try:
        for worker in started:
            assert worker.stdout
            assert worker.stdout.readline().startswith("ready")
        began = time.perf_counter()
        for worker in started:
            assert worker.stdin
            worker.stdin.write("go\n")
            worker.stdin.flush()
        spent = [float(worker.stdout.readline().split()[1]) for worker in started if worker.stdout]
        took = time.perf_counter() - began
    finally:
        for worker in started:
            worker.communicate(timeout=30)
    return {
        "created_per_s": each * WORKERS / took,
        "processor_ms_per_creation": 1000 * sum(spent) / (each * WORKERS),
    }


async def _listed(progress: Progress, asking: desk.Asking, port: int, *, per_s: int, asked: int) -> Figures:
    browsers, traffic = Browsers(port), Browsers(port)
    figures: Figures = {}
    async with browsers, traffic:
        progress("Warming up …")
        for kind in ("list", "filtered", "search"):
            for _ in range(20):
                await browsers.send(_request(asking, kind))
        failed = len(browsers.failed)
        traffic.begin()
        over = asyncio.Event()
        whole_desk = asyncio.create_task(on_time(traffic.send, _until(over, asking), per_s))
        for kind in ("list", "filtered", "search"):
            progress(f"{kind}, one at a time, amid {per_s} requests a second …")
            taken = browsers.begin()
            for _ in range(asked):
                await browsers.send(_request(asking, kind))
            figures |= spread(kind, taken[kind])
            failed += len(browsers.failed)
        over.set()
        await whole_desk
        failed += len(traffic.failed)
    for said in sorted({*browsers.failed, *traffic.failed})[:5]:
        progress(said)
    return figures | {"failed": float(failed)}


def _until(over: asyncio.Event, asking: desk.Asking) -> Iterator[Request]:
    """What the whole desk asks for meanwhile."""
    while not over.is_set():
        yield asking.mixed()


def _request(asking: desk.Asking, kind: str) -> Request:
    """As somebody who sees every case, or as one who sees their own and their team's."""
    rng: random.Random = asking.rng
    agent = rng.choice(asking.seniors if rng.random() < 0.5 else asking.world.agents)
    match kind:
        case "search":
            query = f"q={quote(rng.choice(SEARCHED))}&state={rng.choice(['open', 'all'])}"
        case "filtered":
            query = rng.choice(FILTERED)
        case _:
            query = rng.choice(["", "state=all", "owner=me", "sort=urgent", "state=settled", "sort=due"])
    return Request(kind=kind, path=f"/cases/?{query}", cookie=asking.cookies[agent], fragment=False, body="")

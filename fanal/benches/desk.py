"""The desk under load: 200 agents' requests to the real `web` process over a million customers and 200,000 cases."""

import asyncio
import random
from collections.abc import Callable
from urllib.parse import quote

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from fanal.agents.models import Agent, Permission
from fanal.benches import desk_world, people
from fanal.benches.browsers import Browsers, Request, sign_in
from fanal.benches.desk_world import World
from fanal.benches.frame import (
    Figures,
    Progress,
    free_ports,
    on_ports,
    on_time,
    percentile,
    processes,
    spread,
    wait_for,
)
from fanal.environment import environment
from fanal.running import postgres

NAME = "desk"
GOALS = {
    "mix_p95_ms": 80.0,
    "cases_p95_ms": 40.0,
    "filtered_p95_ms": 40.0,
    "case_p95_ms": 40.0,
    "queues_p95_ms": 40.0,
    "reports_p95_ms": 80.0,
    "failed": 0.0,
}
VERSION = 1
MIX = {
    "work": 20,
    "lines": 18,
    "interaction": 10,
    "about": 6,
    "message": 8,
    "pulse": 6,
    "cases": 8,
    "case": 8,
    "search": 5,
    "customer": 4,
    "queues": 4,
    "desk": 2,
    "reports": 1,
}
"""How often each request is made, of a hundred: mostly what the event stream makes a desk fetch again."""
ALONE = ("cases", "filtered", "case", "queues", "reports")
FILTERED = (
    "state=all&sort=longest",
    "owner=me",
    "priority=4",
    "type=1&category=2",
    "state=settled&sort=urgent",
    "state=pending&sort=urgent",
    "state=withdrawn",
    "team=2&sort=longest",
)
"""Lists that plain agents ask for: what they may see is filtered before what they ask for."""


def run(
    progress: Progress,
    *,
    scale: float = 1.0,
    cases: int = 200_000,
    agents: int = 200,
    per_s: int = 50,
    seconds: int = 30,
    alone: int = 60,
) -> tuple[dict[str, float], Figures]:
    """First each measured page by itself, one at a time; then the whole mix on time, whatever is still on its way."""
    web, live = free_ports()
    postgres.ensure_running(environment, progress=progress)
    made = ready_world(progress, scale=scale, cases=cases, agents=agents)
    progress("Copying the world …")
    with on_ports(web, live), people.copied(made, "fanal_bench_desk") as address:
        world = desk_world.world_of(agents=agents, customers=int(people.CUSTOMERS * scale), cases=cases)
        ask = Asking(world)
        with processes([["-m", "fanal", "web"], ["-m", "fanal", "worker"]], address):
            wait_for(web)
            figures = asyncio.run(_measure(progress, ask, web, per_s=per_s, seconds=seconds, alone=alone))
    load = {"customers": world.customers, "cases": cases, "agents": agents, "per_s": per_s, "seconds": seconds}
    return dict(load), figures


class Asking:
    """Draws requests as signed-in people would make them."""

    def __init__(self, world: World) -> None:
        self.world, self.rng = world, random.Random(7)
        staff = Agent.objects.select_related("role").in_bulk(world.agents)
        self.cookies = {pk: sign_in(agent) for pk, agent in staff.items()}
        self.supervisors = [pk for pk, agent in staff.items() if agent.may(Permission.SUPERVISE)]
        self.seniors = [pk for pk, agent in staff.items() if agent.may(Permission.SEE_ALL_CASES)]
        self.names = self._names()
        self.number = 0

    def mixed(self) -> Request:
        return self.one(self.rng.choices(list(MIX), list(MIX.values()))[0])

    def one(self, kind: str) -> Request:
        make: Callable[[], Request] = getattr(self, f"_{kind}")
        return make()

    def _agent(self) -> int:
        return self.rng.choice(self.world.agents)

    def _of(self, agent: int) -> int:
        return self.rng.choice(self.world.in_hand(agent))

    def _request(self, kind: str, agent: int, path: str, *, fragment: bool = True, body: str = "") -> Request:
        return Request(kind=kind, path=path, cookie=self.cookies[agent], fragment=fragment, body=body)

    def _work(self) -> Request:
        return self._request("work", self._agent(), "/work/")

    def _pulse(self) -> Request:
        return self._request("pulse", self._agent(), "/pulse/")

    def _desk(self) -> Request:
        return self._request("desk", self._agent(), "/", fragment=False)

    def _lines(self) -> Request:
        agent = self._agent()
        return self._request("lines", agent, f"/interactions/{self._of(agent)}/lines/")

    def _interaction(self) -> Request:
        agent = self._agent()
        return self._request(
            "interaction", agent, f"/interactions/{self._of(agent)}/", fragment=self.rng.random() < 0.7
        )

    def _about(self) -> Request:
        agent = self._agent()
        return self._request("about", agent, f"/interactions/{self._of(agent)}/about/")

    def _message(self) -> Request:
        agent, self.number = self._agent(), self.number + 1
        body = f"text=It+is+on+its+way+and+will+be+with+you+tomorrow&external_id=desk-bench-{self.number}"
        return self._request("message", agent, f"/interactions/{self._of(agent)}/messages/", body=body)

    def _cases(self) -> Request:
        asked = self.rng.choice(
            ["", "state=all", "owner=me", "sort=urgent", "state=settled", "priority=4", "state=all&sort=longest"]
        )
        return self._request(
            "cases", self.rng.choice([self._agent(), *self.seniors]), f"/cases/?{asked}", fragment=False
        )

    def _filtered(self) -> Request:
        agent = self.rng.choice([pk for pk in self.world.agents if pk not in self.seniors])
        return self._request("filtered", agent, f"/cases/?{self.rng.choice(FILTERED)}", fragment=False)

    def _case(self) -> Request:
        number = self.rng.randrange(1, self.world.cases + 1)
        return self._request("case", self.rng.choice(self.seniors), f"/cases/{number}/", fragment=False)

    def _search(self) -> Request:
        text = quote(self.rng.choice(self.names))
        return self._request("search", self._agent(), f"/search/?q={text}")

    def _customer(self) -> Request:
        number = self.rng.randrange(1, self.world.customers + 1)
        return self._request("customer", self._agent(), f"/customers/{number}/", fragment=False)

    def _queues(self) -> Request:
        return self._request("queues", self.rng.choice(self.supervisors), "/queues/", fragment=self.rng.random() < 0.7)

    def _reports(self) -> Request:
        by = self.rng.choice(["queue", "agent", "type", "day"])
        return self._request(
            "reports", self.rng.choice(self.supervisors), f"/reports/?period=30days&by={by}", fragment=False
        )

    def _names(self) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM customers_customer WHERE id %% %s = 1", [self.world.customers // 200 or 1])
            return [name for (name,) in cursor.fetchall()]


async def _measure(progress: Progress, ask: Asking, port: int, *, per_s: int, seconds: int, alone: int) -> Figures:
    browsers = Browsers(port)
    async with browsers:
        progress("Warming up …")
        for kind in [*MIX, *ALONE] * 3:
            await browsers.send(ask.one(kind))
        figures: Figures = {}
        for kind in ALONE:
            progress(f"{kind}, one at a time …")
            taken = browsers.begin()
            for _ in range(alone):
                await browsers.send(ask.one(kind))
            figures |= spread(kind, taken[kind])
        failed = list(browsers.failed)
        progress(f"{per_s} requests a second, {seconds} s …")
        taken = browsers.begin()
        await on_time(browsers.send, (ask.mixed() for _ in range(per_s * seconds)), per_s)
        figures |= spread("mix", [ms for every in taken.values() for ms in every])
        for kind in MIX:
            figures[f"in_mix_{kind}_p95_ms"] = percentile(taken[kind], 0.95) if taken[kind] else 0.0
    for said in sorted({*failed, *browsers.failed})[:5]:
        progress(said)
    return figures | {"failed": float(len(browsers.failed))}


def ready_world(progress: Progress, *, scale: float, cases: int, agents: int) -> str:
    """The name of a database with the world of this size, made at most a day ago."""
    name = f"fanal_bench_world_{int(people.CUSTOMERS * scale)}_{cases}_{agents}"
    mark = f"fanal desk world, version {VERSION}"
    kept = people.mark_of(name)
    if kept.startswith(f"{mark}, ") and desk_world.age_of(kept) < 1:
        people.use(name)
        call_command("migrate", verbosity=0)
        desk_world.fold(progress)
        connection.close()
        return name
    before = people.ready(progress=progress, scale=scale)
    connection.close()
    progress("Making the world: this is kept for a day …")
    people.copy(before, name)
    people.use(name)
    call_command("migrate", verbosity=0)
    desk_world.make(customers=int(people.CUSTOMERS * scale), cases=cases, agents=agents, progress=progress)
    connection.close()
    people.mark(name, f"{mark}, {timezone.now().isoformat()}")
    return name

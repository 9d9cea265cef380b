"""Accepting while others search: what rings is taken over HTTP, in the web process that answers the searches too."""

import asyncio
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlsplit, urlunsplit

from django.core.management import call_command
from django.db import connection

from fanal.agents.models import Agent
from fanal.benches import people, routing_world
from fanal.benches.desk import Browsers, Request
from fanal.benches.desk_world import sign_in
from fanal.benches.frame import Figures, free_ports, on_ports, percentile, processes, wait_for
from fanal.customers.models import Customer
from fanal.environment import environment
from fanal.interactions.models import Interaction
from fanal.routing.models import AgentLoad, EntryState, Offer, QueueEntry
from fanal.running import postgres

NAME = "fanal_bench_accepting"
QUEUES = 10
SEED = 11
FIRST = 20


def accept_while_searching(
    texts: Sequence[str],
    progress: Callable[[str], None],
    *,
    scale: float,
    agents: int = 200,
    accepts_per_s: int = 4,
    searches_per_s: int = 20,
    seconds: int = 30,
) -> Figures:
    """First nothing but accepts, for comparison; then as many again while the searches run, all of them on time."""
    with _copy(progress, scale=scale) as address:
        rng = random.Random(SEED)
        ringing = _ringing(rng, agents=agents, offers=FIRST + 2 * accepts_per_s * seconds)
        cookies = {agent.pk: sign_in(agent) for agent in Agent.objects.select_related("role")}
        accepts = [Request(kind="accept", path=f"/offers/{pk}/acceptance/", cookie=cookies[agent], body="at=desk")
                   for pk, agent in ringing]  # fmt: skip
        searches = [
            Request(kind="search", path=f"/search/?q={quote(text)}", cookie=rng.choice(list(cookies.values())))
            for text in texts
        ]
        connection.close()
        web, live = free_ports()
        with on_ports(web, live), processes([["-m", "fanal", "web"]], address):
            wait_for(web)
            return asyncio.run(
                _measure(progress, web, accepts, searches, each=accepts_per_s * seconds, seconds=seconds,
                         searches_per_s=searches_per_s)
            )  # fmt: skip


async def _measure(
    progress: Callable[[str], None],
    port: int,
    accepts: list[Request],
    searches: list[Request],
    *,
    each: int,
    seconds: int,
    searches_per_s: int,
) -> Figures:
    browsers = Browsers(port)
    async with browsers:
        for request in (*accepts[:FIRST], *searches[:FIRST]):
            await browsers.send(request)
        progress("accepts, nobody searches")
        alone = browsers.begin()
        await _on_time(browsers, accepts[FIRST : FIRST + each], seconds)
        progress(f"accepts, with {searches_per_s} searches a second")
        together = browsers.begin()
        many = [searches[place % len(searches)] for place in range(searches_per_s * seconds)]
        await asyncio.gather(_on_time(browsers, accepts[FIRST + each :], seconds), _on_time(browsers, many, seconds))
    for said in sorted(set(browsers.failed))[:5]:
        progress(said)
    return {
        "accept_p50_ms": percentile(together.ms["accept"], 0.5),
        "accept_p95_ms": percentile(together.ms["accept"], 0.95),
        "accept_alone_p95_ms": percentile(alone.ms["accept"], 0.95),
        "search_meanwhile_p95_ms": percentile(together.ms["search"], 0.95),
        "failed_meanwhile": float(len(browsers.failed)),
    }


async def _on_time(browsers: Browsers, requests: Sequence[Request], seconds: int) -> None:
    """Evenly over the time; a request's clock starts when it is due, whatever is still on its way."""
    began, sending = time.perf_counter(), set()
    for number, request in enumerate(requests):
        due = began + number * seconds / len(requests)
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        sending.add(asyncio.create_task(browsers.send(request, due)))
    await asyncio.gather(*sending)


def _ringing(rng: random.Random, *, agents: int, offers: int) -> list[tuple[int, int]]:
    """Contacts of known customers ring at agents, for long; offer id and agent id."""
    world = routing_world.make(agents=agents, queues=QUEUES, rng=rng)
    routing_world.wait(world, offers, rng=rng)
    last = Customer.objects.latest("pk").pk
    entries = list(QueueEntry.objects.filter(state=EntryState.WAITING).order_by("pk"))
    for entry in entries:
        known = {"customer_id": rng.randrange(1, last + 1), "recognition": "known", "assurance": 2}
        Interaction.objects.filter(queue_entries=entry).update(**known)
    QueueEntry.objects.filter(state=EntryState.WAITING).update(state=EntryState.OFFERED, look_at=None)
    now = datetime.now(UTC)
    rung = Offer.objects.bulk_create(
        Offer(entry=entry, agent_id=world.agents[place % agents], offered_at=now, expires_at=now + timedelta(hours=1))
        for place, entry in enumerate(entries)
    )
    routing_world.idle()
    AgentLoad.objects.update(ringing=offers // agents + 1)
    return [(offer.pk, offer.agent_id) for offer in rung]


@contextmanager
def _copy(progress: Callable[[str], None], *, scale: float) -> Iterator[str]:
    """A copy of the people, on which this process works too until it is thrown away; its address."""
    before = connection.settings_dict["NAME"]
    progress("copying the people")
    people.copy(people.database(scale), NAME)
    try:
        people.use(NAME)
        call_command("migrate", verbosity=0)
        yield urlunsplit(urlsplit(postgres.address(environment))._replace(path=f"/{NAME}"))
    finally:
        people.use(before)
        people.drop(NAME)

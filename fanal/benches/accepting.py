"""Accepting while others search: what rings is taken over HTTP, in the web process that answers the searches too."""

import asyncio
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from django.db import connection

from fanal.agents.models import Agent
from fanal.benches import people, routing_world
from fanal.benches.browsers import Browsers, Request, sign_in
from fanal.benches.frame import Figures, Progress, free_ports, on_ports, on_time, percentile, processes, wait_for
from fanal.customers.models import Customer
from fanal.interactions.models import Interaction
from fanal.routing.models import AgentLoad, EntryState, Offer, QueueEntry

NAME = "fanal_bench_accepting"
QUEUES = 10
SEED = 11
FIRST = 20


def accept_while_searching(
    texts: Sequence[str],
    progress: Progress,
    *,
    scale: float,
    agents: int = 200,
    accepts_per_s: int = 4,
    searches_per_s: int = 20,
    seconds: int = 30,
) -> Figures:
    """First nothing but accepts, for comparison; then as many again while the searches run, all of them on time."""
    progress("copying the people")
    with people.copied(people.database(scale), NAME) as address:
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
                _measure(
                    progress,
                    web,
                    accepts,
                    searches,
                    accepts_per_s=accepts_per_s,
                    searches_per_s=searches_per_s,
                    seconds=seconds,
                )
            )


async def _measure(
    progress: Progress,
    port: int,
    accepts: list[Request],
    searches: list[Request],
    *,
    accepts_per_s: int,
    searches_per_s: int,
    seconds: int,
) -> Figures:
    each = accepts_per_s * seconds
    browsers = Browsers(port)
    async with browsers:
        for request in (*accepts[:FIRST], *searches[:FIRST]):
            await browsers.send(request)
        progress("accepts, nobody searches")
        alone = browsers.begin()
        await on_time(browsers.send, accepts[FIRST : FIRST + each], accepts_per_s)
        progress(f"accepts, with {searches_per_s} searches a second")
        together = browsers.begin()
        many = [searches[place % len(searches)] for place in range(searches_per_s * seconds)]
        await asyncio.gather(
            on_time(browsers.send, accepts[FIRST + each :], accepts_per_s),
            on_time(browsers.send, many, searches_per_s),
        )
    for said in sorted(set(browsers.failed))[:5]:
        progress(said)
    return {
        "accept_p50_ms": percentile(together["accept"], 0.5),
        "accept_p95_ms": percentile(together["accept"], 0.95),
        "accept_alone_p95_ms": percentile(alone["accept"], 0.95),
        "search_meanwhile_p95_ms": percentile(together["search"], 0.95),
        "failed_meanwhile": float(len(browsers.failed)),
    }


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

"""Chat end to end: a customer's HTTP request, stored and processed, until it stands in the agent's stream."""

import asyncio
import json
import random
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import cycle, islice

import psutil
import psycopg
from django.conf import settings
from django.utils import timezone

from fanal.benches.browsers import sign_in
from fanal.benches.frame import Figures, Progress, database, free_ports, on_ports, on_time, processes, wait_for
from fanal.benches.processor import Spent, server_of

NAME = "chat"
GOALS = {"send_to_stream_p95_ms": 150.0, "messages_per_s": 500.0, "lost": 0.0, "doubled": 0.0}
CHATS_PER_AGENT = 10


@dataclass
class Chat:
    """One open chat: its interaction, its visitor's token, and when what is on its way was sent."""

    interaction: int
    token: str
    on_its_way: deque[float] = field(default_factory=deque)


def run(
    progress: Progress,
    *,
    chats: int = 300,
    per_s: int = 30,
    seconds: int = 20,
    capacity_seconds: int = 10,
    at_once: int = 24,
) -> tuple[dict[str, float], Figures]:
    """The real web and live processes, a light load from this one; first the steady load, then as fast as it goes."""
    web, live = free_ports()
    with on_ports(web, live), database(NAME, progress) as address:
        progress(f"Opening {chats} chats …")
        opened, cookies = _world(chats)
        commands = [["-m", "fanal", "web"], ["-m", "fanal", "live"]]
        with processes(commands, address) as (pages, stream):
            wait_for(web)
            wait_for(live)
            parts = {"web": psutil.Process(pages.pid), "live": psutil.Process(stream.pid)}
            if server := server_of(address):
                parts["postgresql"] = server
            figures = asyncio.run(
                _measure(progress, opened, cookies, web, live, per_s, seconds, capacity_seconds, at_once, parts)
            )
        progress("Counting what is stored …")
        figures |= _stored(address, sent=int(figures.pop("accepted")))
    load = {
        "chats": chats,
        "per_s": per_s,
        "seconds": seconds,
        "capacity_seconds": capacity_seconds,
        "at_once": at_once,
    }
    return dict(load), figures


def _world(chats: int) -> tuple[list[Chat], list[str]]:
    """Contacts that came in through the intake, each with an agent who is signed in."""
    from fanal.agents.models import Agent, Permission, Role
    from fanal.api import visitors
    from fanal.channels.models import ChannelAccount
    from fanal.intake import actions as intake
    from fanal.interactions import actions as interactions
    from fanal.interactions.models import Interaction
    from fanal.routing.models import Queue, QueueEntry

    now = timezone.now()
    Queue.objects.create(code="bench", name="Bench")
    every = {what: [10**6, 10**9] for what in ("enter", "address", "send", "upload", "hint", "fetch")}
    account = ChannelAccount.objects.create(
        kind="webchat", code="bench", name="Bench", settings={"queue": "bench", "limits": every}
    )
    role = Role.objects.create(code="bench", name="Bench", permissions=[Permission.HANDLE])
    agents = [
        Agent.objects.create(email=f"bench{number}@example.org", name=f"Bench {number}", role=role)
        for number in range(-(-chats // CHATS_PER_AGENT))
    ]
    opened = []
    for number in range(chats):
        name = visitors.fresh_id()
        raw = intake.receive(
            account=account, external_id=f"{name}:first", kind="message", source=name, body={"text": "Hello"}, now=now
        )
        intake.process(raw_id=raw.pk, now=now)
        interaction = Interaction.objects.get(source=name)
        interactions.give_to_agent(interaction=interaction, agent=agents[number // CHATS_PER_AGENT], now=now)
        token = visitors.issue(visitor=name, account=account.pk, signed_id="", now=now)
        opened.append(Chat(interaction=interaction.pk, token=token))
    QueueEntry.objects.update(state="answered", left_at=now)
    return opened, [sign_in(agent) for agent in agents]


async def _measure(
    progress: Progress, chats: list[Chat], cookies: list[str], web: int, live: int, per_s: int, seconds: int,
    capacity_seconds: int, at_once: int, parts: Mapping[str, psutil.Process],
) -> Figures:  # fmt: skip
    by_interaction = {chat.interaction: chat for chat in chats}
    taken: list[float] = []
    streams = [await _listen(live, web, cookie) for cookie in cookies]
    readers = [asyncio.create_task(_read(reader, by_interaction, taken)) for reader, _ in streams]
    async with _Senders(web, at_once) as senders:
        for chat in random.sample(chats, min(40, len(chats))):
            await senders.send(chat)
        await asyncio.sleep(1)
        taken.clear()
        progress(f"{per_s} messages a second, {len(chats)} chats …")
        steady = per_s * seconds
        await on_time(senders.send, islice(cycle(chats), steady), per_s)
        for _ in range(50):
            if len(taken) >= steady:
                break
            await asyncio.sleep(0.1)
        arrived = sorted(taken)
        progress("As many messages as it takes …")
        for chat in chats:
            chat.on_its_way.clear()
        before, began, spent = senders.accepted, time.perf_counter(), Spent(parts)
        await _as_fast_as_it_goes(senders, chats, capacity_seconds, at_once)
        sent, took = senders.accepted - before, time.perf_counter() - began
        each = {f"{part}_processor_ms_each": 1000 * taken / sent for part, taken in spent.since().items()}
        await asyncio.sleep(1)
        accepted = senders.accepted
    for reader in readers:
        if reader.done():
            raise RuntimeError("a stream ended early") from reader.exception()
        reader.cancel()
    return {
        "send_to_stream_p50_ms": _percentile(arrived, 50),
        "send_to_stream_p95_ms": _percentile(arrived, 95),
        "send_to_stream_p99_ms": _percentile(arrived, 99),
        "not_in_stream": float(steady - len(arrived)),
        "messages_per_s": sent / took,
        "processor_ms_each": sum(each.values()),
        **each,
        "accepted": float(accepted),
    }


async def _as_fast_as_it_goes(senders: "_Senders", chats: list[Chat], seconds: int, at_once: int) -> None:
    order, until = cycle(chats), time.perf_counter() + seconds

    async def keep_sending() -> None:
        while time.perf_counter() < until:
            await senders.send(next(order))

    await asyncio.gather(*(keep_sending() for _ in range(at_once)))


class _Senders:
    """Keep-alive connections that write the least an HTTP client must, so that the load is not what is measured."""

    def __init__(self, port: int, size: int) -> None:
        self.port, self.size, self.accepted = port, size, 0
        self._free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
        self._number = 0

    async def __aenter__(self) -> "_Senders":
        for _ in range(self.size):
            self._free.put_nowait(await asyncio.open_connection("127.0.0.1", self.port))
        return self

    async def __aexit__(self, *_: object) -> None:
        while not self._free.empty():
            self._free.get_nowait()[1].close()

    async def send(self, chat: Chat, due: float | None = None) -> None:
        self._number += 1
        body = json.dumps({"id": f"bench-{self._number:08}", "text": "Where is my order, please?"}).encode()
        head = (
            f"POST /api/v1/widget/messages HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            f"Authorization: Bearer {chat.token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        reader, writer = await self._free.get()
        chat.on_its_way.append(due or time.perf_counter())
        writer.write(head.encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line[15:]) for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(length)
        self._free.put_nowait((reader, writer))
        if answer[9:12] != b"202":
            raise RuntimeError(f"a message was refused: {answer[:200]!r}")
        self.accepted += 1


async def _listen(live: int, web: int, cookie: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", live)
    writer.write(
        f"GET /live HTTP/1.1\r\nHost: 127.0.0.1:{live}\r\nOrigin: http://127.0.0.1:{web}\r\n"
        f"Cookie: {settings.SESSION_COOKIE_NAME}={cookie}\r\n\r\n".encode()
    )
    head = await reader.readuntil(b"\r\n\r\n")
    if b" 200 " not in head[:20]:
        raise RuntimeError(f"no stream: {head[:300]!r}")
    await reader.readuntil(b"event: ready")
    return reader, writer  # a writer that nobody holds closes its connection


async def _read(stream: asyncio.StreamReader, chats: dict[int, Chat], taken: list[float]) -> None:
    while line := await stream.readline():
        if line.startswith(b"data: ") and b'"message.added"' in line:
            chat = chats[json.loads(line[6:])["interaction"]]
            if chat.on_its_way:
                taken.append((time.perf_counter() - chat.on_its_way.popleft()) * 1000)


def _stored(address: str, *, sent: int) -> Figures:
    """Every accepted message is there, once, processed, with its event."""
    with psycopg.connect(address) as rows:
        found = rows.execute(
            """SELECT count(*), count(DISTINCT m.external_id),
                      count(*) FILTER (WHERE r.state = 'processed'), count(e.id)
               FROM interactions_message m JOIN channels_rawevent r ON r.external_id = m.external_id
               LEFT JOIN events_event e ON e.kind = 'message.added' AND (e.data->>'message')::bigint = m.id
               WHERE m.external_id LIKE '%:bench-%'"""
        ).fetchone()
    stored, different, processed, told = found or (0, 0, 0, 0)
    return {"lost": float(sent - min(different, processed, told)), "doubled": float(stored - different)}


def _percentile(ordered: list[float], share: int) -> float:
    return ordered[min(len(ordered) - 1, len(ordered) * share // 100)] if ordered else float("inf")

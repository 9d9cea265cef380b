"""Who plays in the flood: customers who chat and write, and agents who serve one after the other."""

import asyncio
import contextlib
import json
import smtplib
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from django.db import connection
from django.utils import timezone

from fanal.benches.frame import on_time

URGENT_SHARE = 0.04
TALK = 1.0  # seconds
ADDRESS = "support@bench.example"


def world(number: int) -> list[int]:
    """So many agents, and two ways to chat with them, the second for what is urgent: the ids of these accounts."""
    from fanal.agents.models import Agent, Permission, Presence, Role
    from fanal.channels.models import ChannelAccount
    from fanal.routing import actions as routing
    from fanal.routing.models import Queue

    every = {what: [10**6, 10**9] for what in ("enter", "address", "send", "upload", "hint", "fetch")}
    accounts = []
    for code, priority in (("plain", 2), ("urgent", 4)):
        Queue.objects.create(code=code, name=code, priority=priority, ring_seconds=300, ageing_seconds=0)
        accounts.append(
            ChannelAccount.objects.create(
                kind="webchat", code=code, name=code, settings={"queue": code, "limits": every}
            )
        )
    Queue.objects.create(code="post", name="Post", priority=1)
    ChannelAccount.objects.create(
        kind="email", code="post", name="Post", address=ADDRESS, settings={"queue": "post", "listener": True}
    )
    role = Role.objects.create(code="bench", name="Bench", permissions=[Permission.HANDLE])
    for one in range(number):
        agent = Agent.objects.create(
            email=f"bench{one}@example.org", name=f"Bench {one}", role=role, capacity={"webchat": 1}
        )
        routing.set_presence(agent=agent, state=Presence.AVAILABLE, by=agent, now=timezone.now())
    return [account.pk for account in accounts]


@dataclass(kw_only=True)
class Flood:
    """New chats at an even rate, on time, whether the earlier ones were answered or not."""

    port: int
    accounts: Sequence[int]  # ordinary, urgent
    seconds: int
    per_s: int
    over: threading.Event = field(default_factory=threading.Event)
    taken: dict[str, datetime] = field(default_factory=dict)  # when each was answered
    mails: list[str] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)

    async def play(self) -> None:
        urgent_every = round(1 / URGENT_SHARE)
        chats = [(number, number % urgent_every == 0) for number in range(self.per_s * self.seconds)]
        self._free = asyncio.Semaphore(40)
        await on_time(self._begin, chats, self.per_s)

    async def _begin(self, one: tuple[int, bool], due: float) -> None:
        """One customer's first word; what is refused or broken off is not counted as taken."""
        number, urgent = one
        key = f"flood-{number:08}"
        body = json.dumps({"id": key, "text": "Where is my order, please?"}).encode()
        head = (
            f"POST /api/v1/widget/messages HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nConnection: close\r\n"
            f"Authorization: Bearer {self._token(urgent)}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        async with self._free:
            with contextlib.suppress(OSError):
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                writer.write(head.encode() + body)
                answer = await reader.read()
                writer.close()
                if answer[9:12] == b"202":
                    self.taken[key] = timezone.now()
                    self.milliseconds.append((time.perf_counter() - due) * 1000)

    def _token(self, urgent: bool) -> str:
        from fanal.api import visitors

        who, account = visitors.fresh_id(), self.accounts[urgent]
        return visitors.issue(visitor=who, account=account, signed_id="", now=timezone.now())


@dataclass
class Post:
    """An MTA that hands over one mail after the other, as fast as they are taken."""

    port: int
    flood: Flood

    def send(self, _stop: threading.Event) -> None:
        with smtplib.LMTP("127.0.0.1", self.port, timeout=60) as mta:
            for number in count(1):
                if self.flood.over.is_set():
                    return
                name = f"{number}.flood@mail.example"
                text = (
                    f"From: c{number}@mail{number % 50}.example\r\nTo: {ADDRESS}\r\nSubject: Question {number}\r\n"
                    f"Message-ID: <{name}>\r\nDate: Mon, 02 Mar 2026 10:00:00 +0000\r\n\r\n{'Where is it? ' * 40}\r\n"
                )
                mta.sendmail(f"c{number}@mail.example", [ADDRESS], text.encode())
                self.flood.mails.append(name)


def serve(stop: threading.Event) -> None:
    """Agents at the same actions as the desk's: each takes what rings, and is done with it after a while."""
    from fanal.agents.models import Agent
    from fanal.interactions.models import Segment
    from fanal.routing import actions as routing
    from fanal.routing.models import Offer, OfferState

    agents = {agent.pk: agent for agent in Agent.objects.all()}
    beat = 0.0
    while not stop.wait(0.05):
        now = timezone.now()
        if time.monotonic() - beat > 5:
            beat = time.monotonic()
            for agent in agents.values():
                routing.heartbeat(agent=agent, now=now)
        with contextlib.suppress(routing.NotPossible):
            for offer in Offer.objects.filter(state=OfferState.OPEN):
                routing.accept(offer_id=offer.pk, agent=agents[offer.agent_id], now=timezone.now())
        done = Segment.objects.filter(agent__isnull=False, ended_at=None, started_at__lt=now - timedelta(seconds=TALK))
        for segment in done.select_related("interaction"):
            agent = agents[segment.agent_id or 0]
            routing.finish_talk(interaction=segment.interaction, by=agent, now=timezone.now())
            routing.complete_wrap_up(segment_id=segment.pk, by=agent, now=timezone.now())
    connection.close()

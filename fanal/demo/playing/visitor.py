"""One visitor at the chat widget's HTTP interface: writes, waits for answers, repeats, comes late, loses patience."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx
import jwt

from fanal.demo import cast
from fanal.demo.playing.customers import Role
from fanal.demo.playing.ledger import Ledger

API = "/api/v1/widget"
POLL_SECONDS = 2.5


@dataclass(kw_only=True)
class Visitor:
    """Plays one role through to its end; what happened is counted in `tally`.

    `hurry` shortens every pause: 1 is a person's pace. `patience` in seconds, until the first answer; `stubborn` in
    seconds, for which the window tries again what nobody answered, with the same id, as the widget does. Whoever is
    `sent_home` leaves at the next look, so that nobody is left standing in a queue when the play is over.
    """

    http: httpx.AsyncClient
    role: Role
    rng: Random
    tally: Counter[str]
    ledger: Ledger = field(default_factory=Ledger)
    hurry: float = 1.0
    patience: float = 240
    stubborn: float = 30
    seen: int = 0
    interaction: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    number: int = 0
    sent_home: bool = False
    name: str = ""

    async def play(self) -> None:
        """From the first page to the last word. Errors of the other side are counted, not raised."""
        try:
            await self._enter()
            await self._begin()
            await self._talk()
        except httpx.HTTPStatusError as problem:
            self.tally[f"refused {problem.response.status_code}"] += 1
        except httpx.HTTPError:
            self.tally["no connection"] += 1

    async def _enter(self) -> None:
        body = {"account": cast.SHOP}
        if self.role.signed:
            claims = {"aud": cast.SHOP, "sub": self.role.signed, "exp": int(time.time()) + 300}
            body["identity"] = jwt.encode(claims, cast.SHOP_SECRET, algorithm="HS256")
        answer = await self._post("/visitors", body)
        self.name = f"{self.rng.getrandbits(48):012x}"
        self.headers = {"Authorization": f"Bearer {answer['token']}"}
        self.tally["visitors"] += 1

    async def _begin(self) -> None:
        await self._post(
            "/contacts",
            {"id": self._id(), "given": self.role.given, "page": self.role.page, "language": self.role.language},
        )
        await self._say(self.role.lines[0].text)

    async def _talk(self) -> None:
        """A line after each answer; whoever is not answered in time leaves."""
        own = [line.text for line in self.role.lines[1:] if line.by_customer]
        since, answered = time.monotonic(), False
        while True:
            await self._pause(POLL_SECONDS)
            state, answers = await self._look()
            if state["phase"] == "ended":
                await self._too_late()
                return
            if self.sent_home:
                await self._leave("sent home at the end")
                return
            if answers:
                since, answered = time.monotonic(), True
                await self._pause(self.rng.uniform(3, 9))
                if own:
                    await self._say(own.pop(0))
                elif self.rng.random() < 0.5:
                    await self._leave("left after the answer")
                    return
            waited = time.monotonic() - since
            if waited > self.patience * self.hurry * (2 if answered else 1):
                await self._leave("lost patience" if not answered else "left after the answer")
                return

    async def _look(self) -> tuple[dict[str, Any], bool]:
        """How it stands, and whether an agent has said something new; what was seen is marked as read."""
        query = {"after": self.seen, "interaction": self.interaction}
        answer = await self._asked("GET", "/conversation", params=query)
        answer.raise_for_status()
        told = answer.json()
        self.interaction = told["interaction"] or 0
        answers = False
        for message in told["messages"]:
            self.seen = max(self.seen, message["id"])
            answers |= message["author"] == "agent"
        if answers:
            await self._post("/marks", {"delivered_up_to": self.seen, "read_up_to": self.seen})
        return told["state"], answers

    async def _say(self, text: str) -> None:
        """One message in twelve is sent twice, as a phone does that lost its connection in the middle."""
        body = {"id": self._id(), "text": text, "language": self.role.language, "page": self.role.page}
        await self._post("/messages", body)
        self.ledger.note("webchat", self.name, body["id"])
        self.tally["messages"] += 1
        if self.rng.random() < 0.08:
            await self._post("/messages", body)
            self.tally["repeated messages"] += 1

    async def _too_late(self) -> None:
        """Now and then a word comes after the end, and begins a contact of its own."""
        self.tally["ended by the agent"] += 1
        if self.rng.random() < 0.05:
            await self._pause(5)
            await self._say("…")
            self.tally["late messages"] += 1
            await self._leave("left at once")

    async def _leave(self, why: str) -> None:
        answer = await self._asked("DELETE", "/contacts/current")
        if answer.status_code not in (202, 404):
            answer.raise_for_status()
        self.tally[why] += 1

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await self._asked("POST", path, json=body)
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        return told

    async def _asked(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Again and again until it is answered by more than an error of ours, or the window gives up."""
        until = time.monotonic() + self.stubborn
        while True:
            try:
                answer = await self.http.request(method, API + path, headers=self.headers, **more)
                if answer.status_code < 500 or time.monotonic() > until:
                    return answer
            except httpx.TransportError:
                if time.monotonic() > until:
                    raise
            self.tally["asked again"] += 1
            await asyncio.sleep(self.rng.uniform(0.3, 1.0))

    async def _pause(self, seconds: float) -> None:
        await asyncio.sleep(seconds * self.hurry)

    def _id(self) -> str:
        self.number += 1
        return f"played-{self.rng.getrandbits(48):012x}-{self.number}"

"""The browsers of people who are signed in, as a load that costs little: what they ask for, and how long it takes."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from fanal.agents.models import Agent

SECRET = "b" * 32
CONNECTIONS = 32
Taken = dict[str, list[float]]
"""Milliseconds of each kind of request."""


def sign_in(agent: Agent) -> str:
    """A session of this agent, as if they had signed in; its key."""
    session = SessionStore()
    session[SESSION_KEY] = str(agent.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = agent.get_session_auth_hash()
    session.create()
    return str(session.session_key)


@dataclass(frozen=True, kw_only=True)
class Request:
    kind: str
    path: str
    cookie: str
    fragment: bool = True
    body: str = ""


class Browsers:
    """Keep-alive connections that write and read the least an HTTP client must."""

    def __init__(self, port: int) -> None:
        self.port, self.failed = port, list[str]()
        self._taken: Taken = defaultdict(list)
        self._free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        for _ in range(CONNECTIONS):
            self._free.put_nowait(await self._connected())
        return self

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port, limit=2**22)

    async def __aexit__(self, *_: object) -> None:
        while not self._free.empty():
            self._free.get_nowait()[1].close()

    def begin(self) -> Taken:
        """Count from here on."""
        self._taken = defaultdict(list)
        return self._taken

    async def send(self, request: Request, due: float | None = None) -> None:
        taken = self._taken
        reader, writer = await self._free.get()
        if reader.at_eof():  # the server closes connections that lie idle
            writer.close()
            reader, writer = await self._connected()
        began = due or time.perf_counter()
        writer.write(_written(request, self.port))
        answer = await reader.readuntil(b"\r\n\r\n")
        headers = _headers(answer)
        if "content-length" in headers:
            await reader.readexactly(int(headers["content-length"]))
        elif headers.get("transfer-encoding") == "chunked":
            await reader.readuntil(b"0\r\n\r\n")
        taken[request.kind].append((time.perf_counter() - began) * 1000)
        self._free.put_nowait((reader, writer))
        if answer[9:12] not in (b"200", b"204"):
            self.failed.append(f"{request.kind} {request.path}: {answer[9:12].decode()} {headers.get('location', '')}")


def _written(request: Request, port: int) -> bytes:
    lines = [
        f"{'POST' if request.body else 'GET'} {request.path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        f"Cookie: {settings.SESSION_COOKIE_NAME}={request.cookie}; {settings.CSRF_COOKIE_NAME}={SECRET}",
        "Accept-Language: en",
    ]
    if request.fragment or request.body:
        lines.append("HX-Request: true")
    if request.body:
        lines += [
            f"X-CSRFToken: {SECRET}",
            "Content-Type: application/x-www-form-urlencoded",
            f"Content-Length: {len(request.body)}",
        ]
    return ("\r\n".join(lines) + "\r\n\r\n" + request.body).encode()


def _headers(answer: bytes) -> Mapping[str, str]:
    pairs = (line.partition(": ") for line in answer.decode("latin-1").split("\r\n")[1:] if line)
    return {name.lower(): value for name, _colon, value in pairs}

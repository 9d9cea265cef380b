"""One question by HTTP: the name is looked up once, its addresses are checked, and we connect to what was checked."""

import queue
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import httpcore
import structlog

from fanal.environment import environment
from fanal.outside import addresses

log = structlog.get_logger(__name__)

LARGEST = 1024 * 1024
"""Bytes of an answer that are read unless somebody says otherwise; one that is larger is none."""
LOOKED_UP_WITHIN = 5.0
AGENT = "fanal"


class NotAllowed(Exception):
    """We do not ask there; nothing was sent. `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NotReached(Exception):
    """Nobody was there to be asked: nothing was sent."""


class NoAnswer(Exception):
    """It was asked, or may have been, and no whole answer came: what it did with the question nobody here knows.

    `code`: slow, cut, too_large or encoded.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question. Headers and body may hold secrets and personal data: they are never written anywhere."""

    address: str = field(repr=False)
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    accepts: str = "application/json"


@dataclass(frozen=True, kw_only=True)
class Reply:
    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


def ask(asked: Asked, *, within: float, largest: int = LARGEST, allowed: Iterable[str] | None = None) -> Reply:
    """The answer, whatever its status; a redirect is an answer too and leads nowhere.

    `within` seconds and `largest` bytes for all of it; `allowed` are the installation's exceptions
    (see docs/operations.md).
    Raises NotAllowed and NotReached when nothing was sent, NoAnswer when it may have been.
    """
    until = time.monotonic() + within
    openings = addresses.openings(environment.outside_allowed if allowed is None else allowed)
    try:
        place = addresses.place(asked.address)
        opening = addresses.opening_for(place, openings)
        addresses.check_place(place, opening)
    except addresses.Refused as refused:
        raise NotAllowed(str(refused)) from None
    reply = _exchange(asked, place, _Door(opening=opening, until=until), until, largest)
    log.info("asked_outside", method=asked.method, host=place.host, status=reply.status)
    return reply


def _exchange(asked: Asked, place: addresses.Place, door: "_Door", until: float, largest: int) -> Reply:
    with httpcore.ConnectionPool(ssl_context=_trust(), network_backend=door, retries=0, http2=False) as pool:
        try:
            with pool.stream(
                asked.method.encode(), asked.address, headers=_headers(asked, place), content=asked.body or b"",
                extensions={"timeout": dict.fromkeys(("connect", "read", "write", "pool"), _left(until))},
            ) as answer:  # fmt: skip
                return _read(answer, largest)
        except (httpcore.LocalProtocolError, httpcore.UnsupportedProtocol, UnicodeEncodeError, TypeError):
            raise NotAllowed("header") from None
        except (httpcore.ConnectError, httpcore.ConnectTimeout, httpcore.PoolTimeout):
            raise NotReached from None
        except httpcore.TimeoutException:
            raise NoAnswer("slow") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError, OSError):
            raise NoAnswer("cut") from None


def _headers(asked: Asked, place: addresses.Place) -> list[tuple[bytes, bytes]]:
    """Nothing is compressed, so that what is small stays small; nothing of ours is sent along but what was given."""
    usual = 443 if place.scheme == "https" else 80
    host = f"[{place.host}]" if ":" in place.host else place.host
    own = {
        "Host": host if place.port == usual else f"{host}:{place.port}",
        "User-Agent": AGENT,
        "Accept": asked.accepts,
        "Accept-Encoding": "identity",
        "Connection": "close",
    }
    if asked.body is not None:
        own["Content-Length"] = str(len(asked.body))
    taken = {name.lower() for name in own}
    given = {name: text for name, text in asked.headers.items() if name.lower() not in taken}
    return [(name.encode("ascii"), text.encode("ascii")) for name, text in (own | given).items()]


def _read(answer: httpcore.Response, largest: int) -> Reply:
    headers = {name.decode("latin-1").lower(): text.decode("latin-1") for name, text in answer.headers}
    if headers.get("content-encoding", "identity") != "identity":
        raise NoAnswer("encoded")
    body = bytearray()
    for part in answer.iter_stream():
        body += part
        if len(body) > largest:
            raise NoAnswer("too_large")
    return Reply(status=answer.status, headers=headers, body=bytes(body))


@dataclass(kw_only=True)
class _Door(httpcore.NetworkBackend):
    """Opens the one connection of a question, to an address that was checked after the name was looked up."""

    opening: addresses.Opening | None
    until: float

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        where, at = self.opening.at if self.opening and self.opening.at else (host, port)
        try:
            checked = addresses.check_all(looked_up(where, at, until=self.until), self.opening)
        except addresses.Refused as refused:
            raise NotAllowed(str(refused)) from None
        for one in checked:
            with suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                stream = httpcore.SyncBackend().connect_tcp(one, at, timeout=_left(self.until))
                return _Bounded(stream=stream, until=self.until)
        raise httpcore.ConnectError

    def connect_unix_socket(self, path: str, timeout: float | None = None, socket_options: Any = None) -> Any:
        raise NotAllowed("address")


@dataclass(kw_only=True)
class _Bounded(httpcore.NetworkStream):
    """A connection that ends when the time of the whole question is over, however little comes at a time."""

    stream: httpcore.NetworkStream
    until: float

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.stream.read(max_bytes, timeout=self._left(httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.stream.write(buffer, timeout=self._left(httpcore.WriteTimeout))

    def close(self) -> None:
        self.stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = self._left(httpcore.ConnectTimeout)
        return _Bounded(stream=self.stream.start_tls(ssl_context, server_hostname, left), until=self.until)

    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)

    def _left(self, over: type[Exception]) -> float:
        left = self.until - time.monotonic()
        if left <= 0:
            raise over
        return left


def looked_up(host: str, port: int, *, until: float) -> list[str]:
    """The addresses of a name, asked for once. Raises NotReached when there are none, or nobody says in time."""
    answers: queue.SimpleQueue[list[str]] = queue.SimpleQueue()

    def look() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put(list(dict.fromkeys(str(one[4][0]) for one in found)))
        except (OSError, UnicodeError):
            answers.put([])

    threading.Thread(target=look, name="looking up", daemon=True).start()
    try:
        found = answers.get(timeout=min(LOOKED_UP_WITHIN, _left(until)))
    except queue.Empty:
        found = []
    if not found:
        raise NotReached
    return found


def _left(until: float) -> float:
    return max(0.001, until - time.monotonic())


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()

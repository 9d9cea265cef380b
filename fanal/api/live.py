"""The event stream's endpoint, `GET /live`: agents by their session, visitors by their token, both resumable."""

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeAlias
from urllib.parse import parse_qs

from fanal.events.live import BadCursor, Cursor, CutOff, ForeignCursor, Hub, Listener, Occurrence, TooFarBack

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]

HEARTBEAT_SECONDS = 15.0


class Refused(Exception):
    """Why there is no stream: an HTTP status, a code and a sentence."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


@dataclass(kw_only=True, eq=False)
class Viewer:
    """Whoever listens: the keys, how events are told to them, and how many streams they may hold."""

    name: str
    keys: frozenset[str]
    tell: Callable[[Occurrence], Mapping[str, Any] | None]
    most_streams: int
    write: Callable[[Cursor], str] = str
    """A place in the stream as this viewer is told it, and how it is read when they come back with it."""
    read: Callable[[str], Cursor] = Cursor.parse
    expires_at: float | None = None
    credential: Any = None
    revoked: asyncio.Event = field(default_factory=asyncio.Event)
    reason: str = ""
    sure: asyncio.Event = field(default_factory=asyncio.Event)
    doubts: int = 0

    def __post_init__(self) -> None:
        self.sure.set()

    def doubt(self) -> None:
        """Something about these rights has changed: tell nothing more until they were looked at."""
        self.doubts += 1
        self.sure.clear()

    def trust(self, *, doubts: int) -> None:
        """They were looked at when there had been so many doubts, and hold."""
        if doubts == self.doubts:
            self.sure.set()

    def revoke(self, reason: str) -> None:
        self.reason = self.reason or reason
        self.revoked.set()


Door: TypeAlias = Callable[[Mapping[str, str]], Awaitable["Viewer | None"]]


class Live:
    """Opens streams over one hub; `doors` are asked in turn who is there."""

    def __init__(self, *, hub: Hub, doors: Iterable[Door], may_come_from: Callable[[str], bool]) -> None:
        self.hub = hub
        self.doors = list(doors)
        self.may_come_from = may_come_from
        self.viewers: set[Viewer] = set()
        self._open: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        cors = self._cors(headers)
        try:
            if scope["method"] == "OPTIONS":
                await answer(send, 204 if cors else 403, cors, b"")
                return
            if scope["method"] != "GET":
                raise Refused(405, "method_not_allowed", "The event stream is read with GET.")
            self._check_origin(headers, cors)
            viewer = await self._viewer(headers)
            if self._open[viewer.name] >= viewer.most_streams:
                raise Refused(429, "too_many_streams", "Too many windows are open. Close one and try again.")
            after = _after(viewer, scope, headers)
            await self._stream(viewer, after, cors, receive, send)
        except Refused as refusal:
            body = json.dumps({"error": refusal.code, "message": refusal.message}).encode()
            extra = [(b"content-type", b"application/json"), (b"retry-after", b"5")]
            await answer(send, refusal.status, [*cors, *extra], body)

    def _cors(self, headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
        origin = headers.get("origin", "")
        if not origin or not self.may_come_from(origin):
            return []
        return [
            (b"access-control-allow-origin", origin.encode("latin-1")),
            (b"access-control-allow-credentials", b"true"),
            (b"access-control-allow-headers", b"authorization, last-event-id, cache-control"),
            (b"access-control-allow-methods", b"GET"),
            (b"access-control-max-age", b"600"),
            (b"vary", b"Origin"),
        ]

    def _check_origin(self, headers: Mapping[str, str], cors: list[tuple[bytes, bytes]]) -> None:
        """A cookie counts only from our own pages; a token is no cookie, but a foreign page is refused all the same."""
        if cors or (headers.get("sec-fetch-site") == "same-origin" and "origin" not in headers):
            return
        if "origin" in headers or not headers.get("authorization", "").startswith("Bearer "):
            raise Refused(403, "foreign_origin", "The event stream is for fanal's own pages.")

    async def _viewer(self, headers: Mapping[str, str]) -> Viewer:
        for door in self.doors:
            if viewer := await door(headers):
                return viewer
        raise Refused(401, "not_signed_in", "Sign in, then open the stream again.")

    async def _stream(
        self, viewer: Viewer, after: Cursor | None, cors: list[tuple[bytes, bytes]], receive: Receive, send: Send
    ) -> None:
        listener, present = self.hub.join(viewer.keys)
        self.viewers.add(viewer)
        self._open[viewer.name] += 1
        try:
            past, stale = await self._past(viewer, after, present)
            await send({"type": "http.response.start", "status": 200, "headers": [*cors, *STREAM_HEADERS]})
            ready = {"cursor": viewer.write(present), "now": datetime.now(UTC).isoformat()}
            await _write(send, _message("ready", ready, place=ready["cursor"] if after is None or stale else ""))
            if stale:
                await _write(send, _message("resync", ready))
            await _write(send, b"".join(_told(viewer, past)))
            since = present if after is None else max(after, present)
            await self._until_over(viewer, listener, since, receive, send)
        finally:
            self.hub.leave(listener)
            self.viewers.discard(viewer)
            self._open[viewer.name] -= 1
            if not self._open[viewer.name]:
                del self._open[viewer.name]

    async def _past(self, viewer: Viewer, after: Cursor | None, present: Cursor) -> tuple[list[Occurrence], bool]:
        if after is None:
            return [], False
        try:
            return await self.hub.past(after=after, until=present, keys=viewer.keys), False
        except ForeignCursor:
            raise Refused(
                409, "foreign_cursor", "This place in the stream is unknown here. Load the page anew."
            ) from None
        except TooFarBack:
            return [], True

    async def _until_over(
        self, viewer: Viewer, listener: Listener, since: Cursor, receive: Receive, send: Send
    ) -> None:
        """Send until the browser goes, the sign-in ends, or the browser does not keep up."""
        pump = asyncio.create_task(_pump(viewer, listener, since, send))
        ends = {pump, asyncio.create_task(_gone(receive)), asyncio.create_task(viewer.revoked.wait())}
        ends.add(asyncio.create_task(_expired(viewer)))
        ends.add(asyncio.create_task(listener.overflowed.wait()))
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in ends:
                task.cancel()
            await asyncio.gather(*ends, return_exceptions=True)
        with contextlib.suppress(TimeoutError, OSError):
            async with asyncio.timeout(1):
                if viewer.reason:
                    await _write(send, _message("revoked", {"reason": viewer.reason}))
                await send({"type": "http.response.body", "body": b"", "more_body": False})


STREAM_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


async def _pump(viewer: Viewer, listener: Listener, since: Cursor, send: Send) -> None:
    while True:
        try:
            async with asyncio.timeout(HEARTBEAT_SECONDS):
                came = await listener.take()
        except TimeoutError:
            await _write(send, b": still here\n\n")
            continue
        except CutOff:
            return
        await viewer.sure.wait()
        fresh = [one for one in came if one.cursor is None or one.cursor > since]
        await _write(send, b"".join(_told(viewer, fresh)))


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _expired(viewer: Viewer) -> None:
    if viewer.expires_at is None:
        await asyncio.Event().wait()
        return
    await asyncio.sleep(max(0.0, viewer.expires_at - datetime.now(UTC).timestamp()))
    viewer.revoke("expired")


def _told(viewer: Viewer, occurrences: Iterable[Occurrence]) -> Iterable[bytes]:
    for one in occurrences:
        told = viewer.tell(one)
        if told is not None:
            place = viewer.write(one.cursor) if one.cursor else ""
            yield _message(one.kind, {"id": place, **told} if place else told, place=place)


def _message(event: str, data: Mapping[str, Any], *, place: str = "") -> bytes:
    mark = f"id: {place}\n" if place else ""
    return f"{mark}event: {event}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n".encode()


def _after(viewer: Viewer, scope: Scope, headers: Mapping[str, str]) -> Cursor | None:
    asked = (
        headers.get("last-event-id") or parse_qs(scope.get("query_string", b"").decode("latin-1")).get("after", [""])[0]
    )
    try:
        return viewer.read(asked) if asked else None
    except BadCursor:
        raise Refused(400, "bad_cursor", "This is not a place in the stream. Load the page anew.") from None


async def _write(send: Send, body: bytes) -> None:
    if body:
        await send({"type": "http.response.body", "body": body, "more_body": True})


async def answer(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body, "more_body": False})

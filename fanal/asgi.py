"""The event stream, as uvicorn serves it: a small ASGI application of its own, without Django's request handling."""

import asyncio
import contextlib
import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from http.cookies import CookieError, SimpleCookie
from typing import Any

import django
import structlog

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fanal.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import close_old_connections  # noqa: E402

from fanal.api import places  # noqa: E402
from fanal.api.live import Live, Receive, Refused, Scope, Send, Viewer, answer  # noqa: E402
from fanal.api.visitors import BadToken, Visitor, read, switched_off  # noqa: E402
from fanal.desk.audience import SignIn, ended, sign_in  # noqa: E402
from fanal.environment import environment  # noqa: E402
from fanal.events.live import Hub, Occurrence, is_our_page  # noqa: E402
from fanal.running import postgres  # noqa: E402

log = structlog.get_logger(__name__)

RECHECK_SECONDS = 1.0
SWITCHED_OFF = "switched_off"
STREAMS_PER_AGENT = 20
STREAMS_PER_VISITOR = 6
RECHECK_AT_ONCE = frozenset({"rights.changed", "session.ended", "config.changed"})
TOLD_TO_VISITORS = frozenset({
    "interaction.started", "interaction.ended", "message.added", "message.delivered", "message.read",
    "segment.started", "segment.ended", "queue.entered", "queue.left", "offer.made", "transfer.made",
})  # fmt: skip
HINTS_TO_VISITORS = frozenset({"typing", "queue.moved"})


class Application:
    """`/live` for browsers, `/healthz` for whoever watches the process; begins to follow at the first request."""

    def __init__(self) -> None:
        self._starting: asyncio.Task[None] | None = None
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="sign-in")
        self._recheck = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if self._starting is None:
            self._starting = asyncio.create_task(self._start())
        await asyncio.shield(self._starting)
        match scope["path"]:
            case "/live":
                await self.live(scope, receive, send)
            case "/healthz":
                await answer(send, 200, [(b"content-type", b"text/plain")], b"ok")
            case _:
                await answer(send, 404, [(b"content-type", b"text/plain")], b"Only /live is here.")

    async def _start(self) -> None:
        self.hub = Hub(postgres.address(environment))
        self.live = Live(hub=self.hub, doors=[self._visitor, self._agent], may_come_from=is_our_page)
        self.hub.watch(self._watch)
        self._tasks = {asyncio.create_task(self.hub.run()), asyncio.create_task(self._recheck_for_ever())}
        await self.hub.started()

    async def _agent(self, headers: Mapping[str, str]) -> Viewer | None:
        try:
            cookies = SimpleCookie(headers.get("cookie", ""))
        except CookieError:
            return None
        session = cookies.get(settings.SESSION_COOKIE_NAME)
        found = await self._in_thread(sign_in, session.value) if session else None
        if found is None:
            return None
        name = f"agent:{found.agent}"
        return Viewer(name=name, keys=found.keys, tell=tell_agent, most_streams=STREAMS_PER_AGENT, credential=found)

    async def _visitor(self, headers: Mapping[str, str]) -> Viewer | None:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        try:
            visitor = read(token, now=datetime.now(UTC))
        except BadToken as problem:
            raise Refused(401, problem.code, "This chat's sign-in is not valid any more. Load the page anew.") from None
        if await self._in_thread(switched_off, [visitor.account]):
            raise Refused(403, SWITCHED_OFF, "This chat is switched off.")
        return Viewer(
            name=visitor.key,
            keys=frozenset({visitor.key}),
            tell=tell_visitor,
            most_streams=STREAMS_PER_VISITOR,
            write=partial(places.sealed, visitor=visitor.id),
            read=partial(places.opened, visitor=visitor.id),
            expires_at=visitor.expires_at,
            credential=visitor,
        )

    def _watch(self, occurrence: Occurrence) -> None:
        if occurrence.kind in RECHECK_AT_ONCE:
            for viewer in self.live.viewers:
                if viewer.name in occurrence.audience:
                    viewer.doubt()
            self._recheck.set()

    async def _recheck_for_ever(self) -> None:
        """End the streams whose sign-in ended, whose rights changed or whose chat was switched off.

        Each second, and when somebody says so.
        """
        failing = False
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(RECHECK_SECONDS):
                    await self._recheck.wait()
            self._recheck.clear()
            viewers = list(self.live.viewers)
            try:
                await self._recheck_agents([one for one in viewers if isinstance(one.credential, SignIn)])
                await self._recheck_visitors([one for one in viewers if isinstance(one.credential, Visitor)])
                failing = False
            except Exception:  # without a database no events flow either; look again in a second, and say it once
                if not failing:
                    log.exception("viewers_not_rechecked")
                failing = True

    async def _recheck_agents(self, watched: list[Viewer]) -> None:
        doubts = [viewer.doubts for viewer in watched]
        over = await self._in_thread(ended, [viewer.credential for viewer in watched]) if watched else {}
        for viewer, so_many in zip(watched, doubts, strict=True):
            if reason := over.get(viewer.credential.session):
                viewer.revoke(reason)
            else:
                viewer.trust(doubts=so_many)

    async def _recheck_visitors(self, watched: list[Viewer]) -> None:
        accounts = {viewer.credential.account for viewer in watched}
        off = await self._in_thread(switched_off, accounts) if watched else ()
        for viewer in watched:
            if viewer.credential.account in off:
                viewer.revoke(SWITCHED_OFF)

    async def _in_thread(self, work: Callable[..., Any], *arguments: Any) -> Any:
        def in_a_fresh_connection() -> Any:
            close_old_connections()
            return work(*arguments)

        return await asyncio.get_running_loop().run_in_executor(self._threads, in_a_fresh_connection)


def tell_agent(occurrence: Occurrence) -> dict[str, Any]:
    """An event as an agent's page gets it."""
    told: dict[str, Any] = {"kind": occurrence.kind, **occurrence.data}
    if occurrence.cursor is not None:
        told = {"at": occurrence.at, "by": occurrence.by, **told}
    return told


def tell_visitor(occurrence: Occurrence) -> dict[str, Any] | None:
    """An event as the widget gets it: that something changed, and nothing about who works here."""
    if occurrence.kind not in (TOLD_TO_VISITORS if occurrence.cursor else HINTS_TO_VISITORS):
        return None
    known = {key: occurrence.data[key] for key in ("interaction", "message", "author") if key in occurrence.data}
    return {"kind": occurrence.kind, **known}


application = Application()

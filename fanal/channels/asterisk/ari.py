"""Asterisk's REST interface (ARI) by WebSocket: one line for what happens, a few for what we ask for.

A line that ends, in whatever way, raises `Cut`; whoever holds it connects anew and compares what both sides know, for
what happened in between is told to nobody.
"""

import base64
import contextlib
import json
import queue
import threading
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

ANSWERS_WITHIN = 5.0  # seconds
CONNECTS_WITHIN = 3.0
LARGEST = 4 * 1024 * 1024  # bytes of one message


class Cut(Exception):
    """The line to Asterisk is gone. An order that was on its way may have been carried out or not."""


class NobodyThere(Cut):
    """Where Asterisk should answer the machine says that no program does: it is not cut off, it does not run."""


class Declined(Exception):
    """Asterisk will not do it: `status` as in HTTP, 404 for what is not there any more."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"{status} {reason}")
        self.status = status


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where ARI answers: ws:// on this machine alone, wss:// anywhere; the secret is of its one user."""

    url: str
    user: str
    secret: str

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("ws", "wss") or not parts.hostname:
            raise ValueError("The address of a PBX begins with wss:// or, on this machine, with ws://.")
        if parts.scheme == "ws" and parts.hostname not in ("127.0.0.1", "::1", "localhost"):
            raise ValueError("A PBX on another machine is spoken to by wss:// only: what is said there steers calls.")

    def events(self, app: str, *, to_the_end: bool = False) -> "Events":
        """What happens to the application's calls. Raises Cut."""
        return Events(self, app, to_the_end=to_the_end)

    def orders(self, app: str, *, lines: int = 4) -> "Orders":
        """The way to ask for something."""
        return Orders(self, app, lines=lines)

    def line(self, app: str, *, all_lines: bool = False) -> ClientConnection:
        """Connect as this application; told of its own channels, or of `all_lines`. Raises Cut."""
        token = base64.b64encode(f"{self.user}:{self.secret}".encode()).decode()
        try:
            return connect(
                f"{self.url}/ari/events?{urlencode({'app': app, 'subscribeAll': str(all_lines).lower()})}",
                additional_headers={"Authorization": f"Basic {token}"},
                open_timeout=CONNECTS_WITHIN,
                close_timeout=1,
                max_size=LARGEST,
                compression=None,
                proxy=None,
                legacy=True,
            )
        except ConnectionRefusedError as problem:
            raise NobodyThere(_what(problem)) from None
        except (OSError, WebSocketException) as problem:
            raise Cut(_what(problem)) from None


class Events:
    """The line for what happens to the application's calls. A second one of the same name takes the calls over.

    `to_the_end`: also how a call ends that was not called by the application, but entered it.
    """

    def __init__(self, address: Address, app: str, *, to_the_end: bool = False) -> None:
        self._line = address.line(app, all_lines=to_the_end)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Each event once, as Asterisk tells it, until the line is cut. Raises Cut."""
        try:
            while True:
                yield json.loads(self._line.recv())
        except (OSError, WebSocketException) as problem:
            raise Cut(_what(problem)) from None

    def close(self) -> None:
        with contextlib.suppress(OSError, WebSocketException):
            self._line.close()


class Orders:
    """The lines for what we ask for: each carries one question at a time, and as many threads may ask as there are."""

    def __init__(self, address: Address, app: str, *, lines: int = 4) -> None:
        self.address, self._app = address, f"{app}-orders-{uuid.uuid4().hex[:8]}"
        self._free: queue.LifoQueue[ClientConnection | None] = queue.LifoQueue()
        for _ in range(lines):
            self._free.put(None)  # connected when it is first needed

    def ask(
        self, method: str, path: str, query: Mapping[str, Any] | None = None, body: Mapping[str, Any] | None = None
    ) -> Any:
        """What Asterisk answers. `path` is made by `path_of`. Raises Cut and Declined."""
        line = self._free.get()
        try:
            line = line or self.address.line(f"{self._app}-{threading.get_ident()}")
            answer = _asked(line, method, path, query, body)
        except (OSError, WebSocketException) as problem:
            if line:
                with contextlib.suppress(OSError, WebSocketException):
                    line.close()
            line = None
            raise Cut(_what(problem)) from None
        finally:
            self._free.put(line)
        status = answer["status_code"]
        if status >= 400:
            raise Declined(status, answer.get("message_body") or answer.get("reason_phrase", ""))
        said = answer.get("message_body")
        return json.loads(said) if said else None

    def close(self) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                if line := self._free.get_nowait():
                    with contextlib.suppress(OSError, WebSocketException):
                        line.close()


def path_of(*parts: str) -> str:
    """The address of a thing; whatever stands in a part stays within it."""
    return "/".join(quote(part, safe="") for part in parts)


def _asked(
    line: ClientConnection, method: str, path: str, query: Mapping[str, Any] | None, body: Mapping[str, Any] | None
) -> dict[str, Any]:
    number = uuid.uuid4().hex
    request: dict[str, Any] = {"type": "RESTRequest", "request_id": number, "method": method, "uri": path}
    if query:
        request["uri"] += "?" + urlencode({name: _told(value) for name, value in query.items()}, quote_via=quote)
    if body is not None:
        request |= {"content_type": "application/json", "message_body": json.dumps(body)}
    line.send(json.dumps(request))
    while True:
        answer: dict[str, Any] = json.loads(line.recv(timeout=ANSWERS_WITHIN))
        if answer.get("type") == "RESTResponse" and answer.get("request_id") == number:
            return answer


def _told(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _what(problem: BaseException) -> str:
    return f"{type(problem).__name__}: {problem}"[:200]

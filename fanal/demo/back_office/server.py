"""The back office by HTTP: questions, acts under a key, and a page whose switches make it slow, down or lossy."""

import hmac
import json
import socket
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any, cast
from urllib.parse import parse_qs, unquote
from wsgiref.simple_server import ServerHandler, WSGIRequestHandler, WSGIServer

from fanal.demo.back_office.acting import ACTS, act
from fanal.demo.back_office.page import language_of, page
from fanal.demo.back_office.store import SWITCHES, Store

SECRET = "harbourlight-back-office-demo-only"  # noqa: S105  the demo's, on loopback
LARGEST = 64 * 1024
SLOW = 8.0  # seconds
KINDS = {"orders": "order", "accounts": "account", "cards": "card", "devices": "device", "contracts": "contract"}
Environ = dict[str, Any]
Start = Callable[..., Any]


class Cut(Exception):
    """The connection is to end here, without a word."""


class BackOffice:
    """The program itself, as WSGI has it."""

    def __init__(self, store: Store, *, slow: float = SLOW) -> None:
        self.store, self.slow = store, slow

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        path = [unquote(part) for part in environ["PATH_INFO"].split("/") if part]
        if path in ([], ["switches"]):
            return self._page(environ, start, turning=bool(path))
        switches = self.store.switches
        if "slow" in switches:
            time.sleep(self.slow)
        if "down" in switches:
            raise Cut
        if not hmac.compare_digest(environ.get("HTTP_AUTHORIZATION", ""), f"Bearer {SECRET}"):
            return _said(start, HTTPStatus.UNAUTHORIZED, {"why": "Who are you?"})
        if environ["REQUEST_METHOD"] == "GET":
            return self._known(start, path)
        answer = self._act(environ, start, path)
        if "lost" in switches:
            raise Cut
        return answer

    def _known(self, start: Start, path: list[str]) -> Iterable[bytes]:
        kind, number = KINDS.get(path[0], ""), "/".join(path[1:])
        thing = self.store.thing(kind, number)
        if thing is None:
            return _said(start, HTTPStatus.NOT_FOUND, {"why": "Not known here."})
        return _said(start, HTTPStatus.OK, {kind: thing, "as_of": datetime.now(UTC).isoformat()})

    def _act(self, environ: Environ, start: Start, path: list[str]) -> Iterable[bytes]:
        what = (path[0], path[-1] if len(path) > 1 else "")
        if what not in ACTS:
            return _said(start, HTTPStatus.NOT_FOUND, {"why": "Nothing of the kind is done here."})
        given = _given(environ)
        if given is None:
            return _said(start, HTTPStatus.BAD_REQUEST, {"why": "This is no JSON."})
        key = environ.get("HTTP_IDEMPOTENCY_KEY", "")
        status, said = act(self.store, what=what, number="/".join(path[1:-1]), given=given, key=key)
        return _said(start, HTTPStatus(status), said)

    def _page(self, environ: Environ, start: Start, *, turning: bool) -> Iterable[bytes]:
        """For a person on this machine; another site's page turns no switch."""
        own = environ.get("HTTP_HOST", "")
        if own.split(":")[0] not in ("127.0.0.1", "localhost"):
            return _said(start, HTTPStatus.FORBIDDEN, {"why": "From this machine only."})
        if turning:
            if environ["REQUEST_METHOD"] != "POST" or environ.get("HTTP_ORIGIN", f"http://{own}") != f"http://{own}":
                return _said(start, HTTPStatus.FORBIDDEN, {"why": "From its own page only."})
            form = parse_qs(environ["wsgi.input"].read(min(LARGEST, int(environ.get("CONTENT_LENGTH") or 0))).decode())
            name = form.get("name", [""])[0]
            if name in SWITCHES:
                self.store.turn(name, form.get("on", [""])[0] == "1")
            start("303 See Other", [("Location", "/"), ("Content-Length", "0")])
            return []
        text = page(self.store, language=language_of(environ), slow=self.slow).encode()
        start("200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(text)))])
        return [text]


def _given(environ: Environ) -> dict[str, Any] | None:
    try:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        given = json.loads(environ["wsgi.input"].read(length)) if 0 < length <= LARGEST else {}
    except ValueError:
        return None
    return given if isinstance(given, dict) else None


def _said(start: Start, status: HTTPStatus, said: Any) -> Iterable[bytes]:
    text = json.dumps(said, ensure_ascii=False).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(text)))]
    start(f"{status.value} {status.phrase}", headers)
    return [text]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Handling(ServerHandler):
    """Ends a connection without a word where the program says so."""

    def log_exception(self, exc_info: Any) -> None:
        if not isinstance(exc_info[1], Cut):
            super().log_exception(exc_info)

    def handle_error(self) -> None:
        self.request_handler.cut()  # type: ignore[attr-defined]


class _Requests(WSGIRequestHandler):
    def handle(self) -> None:
        self.raw_requestline = self.rfile.readline(65537)
        if len(self.raw_requestline) > 65536 or not self.parse_request():
            return
        handler = _Handling(
            cast(Any, self.rfile), cast(Any, self.wfile), self.get_stderr(), self.get_environ(), multithread=True
        )
        handler.request_handler = self  # type: ignore[attr-defined]
        handler.run(self.server.get_app())  # type: ignore[attr-defined]

    def cut(self) -> None:
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_: Any) -> None:
        """It says nothing: the page shows what it did."""


def server(store: Store, port: int = 0, *, slow: float = SLOW) -> WSGIServer:
    """A server on this machine alone; port 0 takes a free one."""
    found = _Server(("127.0.0.1", port), _Requests)
    found.set_app(BackOffice(store, slow=slow))
    return found


def serve(path: Path, port: int) -> None:
    """Until ctrl-C, or until whoever started it ends it."""
    store = Store(path)
    with server(store, port) as running:
        try:
            running.serve_forever()
        except KeyboardInterrupt:
            pass
        finally:
            store.close()

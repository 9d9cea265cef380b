"""Granian's requests for an application of the old kind (WSGI): the body first, then a thread that answers.

Granian's own WSGI gives a request a thread as soon as its head is there, and the thread waits for the body as long as
it takes: a few visitors who send theirs byte by byte would hold all of them. See decision 14 in docs/decisions.
"""

import asyncio
import logging
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import IO, Any
from wsgiref.util import FileWrapper

from fanal.running import sockets
from fanal.running.bodies import Bodies, NotTaken
from fanal.running.security import LARGEST_BODY
from fanal.running.threads import Threads

log = logging.getLogger(__name__)
PIECE = 64 * 1024
SILENCE = 60.0
LOOKED_EVERY = 0.2
CLOSE = ("connection", "close")
PLAIN = [
    ("content-type", "text/plain"),
    ("cache-control", "no-store"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ("x-content-type-options", "nosniff"),
]
# The server leaves out what is not plain text: whoever sent such a header must not pass for one who sent none.
TO_BE_READ = ("x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-real-ip", "forwarded", "idempotency-key")
Headers = list[tuple[str, str]]
Environ = dict[str, Any]
ALWAYS: Environ = {
    "SCRIPT_NAME": "",
    "SERVER_SOFTWARE": "Granian",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.input_terminated": True,
    "wsgi.file_wrapper": FileWrapper,
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
}
NAMED = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}


class Pages:
    """One process's answers, as Granian calls them (RSGI)."""

    def __init__(self, application: Callable[..., Iterable[bytes]], *, threads: int) -> None:
        self._application = application
        self._bodies = Bodies()
        self._threads = Threads(threads)

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._threads.begin(loop)
        loop.call_soon(self._listens, loop)

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._threads.end()

    def _listens(self, loop: asyncio.AbstractEventLoop) -> None:
        """The server begins to listen after this process has begun."""
        if not sockets.end_where_nobody_reads(SILENCE):
            loop.call_later(LOOKED_EVERY, self._listens, loop)

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        """Read the body, then let a thread answer."""
        closing: Headers = []
        try:
            _clear(scope)
            if "transfer-encoding" in scope.headers:
                raise NotTaken(411, "Say how long the body of this request is.")
            size = int(scope.headers.get("content-length") or 0)  # the server has refused what is no number
            if size > LARGEST_BODY:
                size, closing = 0, [CLOSE]  # it is not read: the application refuses it by its size
            async with self._bodies.whole(protocol, size) as body:
                await self._threads.do(partial(self._answer, scope, protocol, body, closing))
        except NotTaken as problem:
            protocol.response_str(problem.status, [*PLAIN, CLOSE], problem.reason)

    def _answer(self, scope: Any, protocol: Any, body: IO[bytes], closing: Headers) -> None:
        """In a thread: ask the application, and send what it says."""
        said: list[tuple[int, Headers]] = []

        def start_response(status: str, headers: Headers, *_: Any) -> None:
            said.append((int(status[:3]), headers + closing))

        try:
            content = self._application(environ_of(scope, body), start_response)
            try:
                _send(scope.client, protocol, *said[-1], content)
            finally:
                if close := getattr(content, "close", None):
                    close()
        except BaseException:  # whatever a library of another language throws: the thread has others to answer
            log.exception("A request was not answered.")
            protocol.response_empty(500, PLAIN)  # nothing, if an answer had begun


def _clear(scope: Any) -> None:
    """Raises NotTaken where it is in doubt for whom a request is, from whom it came, or whether it came before."""
    headers = scope.headers
    hosts = headers.get_all("host")
    if len(hosts) > 1 or (not hosts and ("host" in headers or scope.http_version == "1.1")):
        raise NotTaken(400, "Say once, and in plain letters, which host this request is for.")
    if any(name in headers and not headers.get_all(name) for name in TO_BE_READ):
        raise NotTaken(400, "A header of this request cannot be read: only plain letters are.")


def environ_of(scope: Any, body: IO[bytes]) -> Environ:
    """A request as WSGI describes it."""
    server, _, port = scope.server.rpartition(":")
    environ = ALWAYS | {
        "REQUEST_METHOD": scope.method,
        "PATH_INFO": scope.path.encode().decode("latin1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "SERVER_NAME": server.strip("[]"),
        "SERVER_PORT": port,
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": body,
    }
    if scope.authority:
        environ["HTTP_HOST"] = scope.authority
    for name, value in scope.headers.items():
        if "_" in name:  # it would pass for the header with a dash, which a proxy in front may have taken away
            continue
        if name == "host" and scope.authority:  # the address itself names it, which counts before the header
            continue
        key = NAMED.get(name) or "HTTP_" + name.upper().replace("-", "_")
        if key in environ:
            environ[key] += (";" if key == "HTTP_COOKIE" else ",") + value
        else:
            environ[key] = value
    return environ


def _send(client: str, protocol: Any, status: int, headers: Headers, content: Iterable[bytes]) -> None:
    """Files go out by name and what is known whole at once; only what has no length yet is sent in pieces."""
    if isinstance(content, FileWrapper) and (name := _name(content.filelike)):
        protocol.response_file(status, headers, name)
    elif any(name.lower() == "content-length" for name, _ in headers):
        protocol.response_bytes(status, headers, b"".join(content))
    else:
        transport = protocol.response_stream(status, headers)
        try:
            for piece in _pieces(content):
                transport.send_bytes(piece)  # awaiting it would wait for nothing: the server takes it at once
        except BaseException:
            sockets.break_off(client)  # half a file that ended in good order would pass for the whole
            raise


def _name(file: Any) -> str:
    """The name of a file that is to be sent from its beginning."""
    name = getattr(file, "name", None)
    return name if isinstance(name, str) and not file.tell() else ""


def _pieces(content: Iterable[bytes]) -> Iterator[bytes]:
    """Lines put together, so that not each of them costs a message of its own."""
    piece = bytearray()
    for line in content:
        piece += line
        if len(piece) >= PIECE:
            yield bytes(piece)
            piece.clear()
    if piece:
        yield bytes(piece)

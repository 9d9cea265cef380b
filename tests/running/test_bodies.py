"""A request's body is read, in time and whole, before a thread answers; everything else is as with any WSGI server."""

import asyncio
import contextlib
import hashlib
import http.client
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from fanal.running import bodies
from tests.architecture.source import ROOT
from tests.running import echoing
from tests.servers import free_ports, wait_for


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The small application on a free port, ended by its id."""
    (number,) = free_ports(1)
    home = str(tmp_path_factory.mktemp("home"))
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.running.echoing", str(number)], cwd=ROOT, env={**os.environ, "FANAL_HOME": home}
    )
    try:
        wait_for(number)
        yield number
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0


def ask(
    port: int, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    with contextlib.closing(connection):
        connection.request(method, path, body=body, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()


def said(port: int, head: str, *pieces: bytes, pause: float = 0.0) -> tuple[int, str, bool]:
    """Status, answer and whether the connection was closed, for a request written piece by piece."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(head.replace("\n", "\r\n").encode() + b"\r\n")
        for piece in pieces:
            time.sleep(pause)
            try:
                connection.sendall(piece)
            except OSError:
                break
        answer = b""
        try:
            while came := connection.recv(65536):
                answer += came
        except TimeoutError:
            return int(answer[9:12]), answer.decode(), False
        except ConnectionResetError:
            pass
        return int(answer[9:12] or 0), answer.decode(), True


@pytest.mark.parametrize("size", [1, 1000, 65_536, 65_537, 3_000_000])
def test_a_body_arrives_whole_whatever_its_size(port: int, size: int) -> None:
    body = os.urandom(size)
    status, answer = ask(port, "POST", "/", body)
    told = json.loads(answer)
    assert (status, told["size"], told["hash"]) == (200, size, hashlib.sha256(body).hexdigest())
    assert told["CONTENT_LENGTH"] == str(size)


@pytest.mark.parametrize("length", [400, 200_000])
def test_a_body_that_comes_too_slowly_is_answered_408_and_its_connection_closed(port: int, length: int) -> None:
    began = time.monotonic()
    head = f"POST / HTTP/1.1\nHost: here\nContent-Length: {length}\n"
    status, answer, closed = said(port, head, *(b"x" for _ in range(12)), pause=0.2)
    assert (status, closed) == (408, True)
    assert "too slowly" in answer
    assert time.monotonic() - began < 9


def test_a_large_body_may_take_longer_as_long_as_it_keeps_coming(port: int) -> None:
    piece = b"x" * 40_000
    head = f"POST / HTTP/1.1\nHost: here\nConnection: close\nContent-Length: {14 * len(piece)}\n"
    began = time.monotonic()
    status, _, _ = said(port, head, *(piece for _ in range(14)), pause=0.2)
    assert status == 200
    assert time.monotonic() - began > echoing.PATIENCE  # longer than the patience with those who send nothing


def test_nobody_waits_for_those_who_send_slowly(port: int) -> None:
    """Many more slow bodies than the two threads, and meanwhile others are answered as if they were not there."""
    with contextlib.ExitStack() as open_ones:
        slow = [open_ones.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10)) for _ in range(40)]
        for number, one in enumerate(slow):
            size = 400 if number % 2 else 200_000
            one.sendall(f"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: {size}\r\n\r\nx".encode())
        assert ask(port, "GET", "/")[0] == 200
        assert ask(port, "POST", "/", b"quick")[0] == 200
        answered, _, _ = select.select(slow, [], [], 0)
        assert not answered  # they are all still being waited for
        for one in slow:
            assert one.recv(100)[9:12] == b"408"


def test_a_body_that_breaks_off_reaches_nobody(port: int) -> None:
    for length in (400, 200_000):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(f"POST /error HTTP/1.1\r\nHost: here\r\nContent-Length: {length}\r\n\r\nhalf".encode())
    assert ask(port, "GET", "/")[0] == 200


class Coming:
    """A body that comes in one piece, as Granian would give it."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    async def __call__(self) -> bytes:
        return self.content

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self.content


def test_what_lies_on_the_disk_counts_until_it_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "ON_DISK_TOGETHER", 300_000)
    large, many = b"x" * 200_000, bodies.Bodies()

    async def come() -> None:
        async with many.whole(Coming(large), len(large)) as first, many.whole(Coming(b"y"), 1) as small:
            assert (first.read(), small.read()) == (large, b"y")
            with pytest.raises(bodies.NotTaken) as refused:
                await many.whole(Coming(large), len(large)).__aenter__()
            assert refused.value.status == 503
        async with many.whole(Coming(large), len(large)) as again:
            assert again.read() == large

    with ThreadPoolExecutor(1) as apart:  # Playwright may keep a loop running in this thread
        apart.submit(lambda: asyncio.run(come())).result(timeout=30)


def test_a_body_of_unknown_length_is_refused(port: int) -> None:
    head = "POST / HTTP/1.1\nHost: here\nTransfer-Encoding: chunked\n"
    status, _, closed = said(port, head, b"5\r\nhello\r\n0\r\n\r\n")
    assert (status, closed) == (411, True)


def test_a_body_larger_than_anything_is_not_read(port: int) -> None:
    """The application, which refuses it by its size, is asked at once and gets none of it."""
    head = f"POST / HTTP/1.1\nHost: here\nContent-Length: {31 * 1024 * 1024}\n"
    status, answer, closed = said(port, head)
    assert (status, closed) == (200, True)
    assert json.loads(answer.partition("\r\n\r\n")[2])["size"] == 0


def test_the_application_is_told_what_was_asked(port: int) -> None:
    head = "GET /a%20b/%D9%81%D8%A7/%FF?x=%20y HTTP/1.1\nHost: here:1\nX-A: 1\nX-A: 2\nX_Forwarded_For: 6\n"
    status, answer, _ = said(port, head + "Cookie: a=1\nCookie: b=2\nConnection: close\n")
    told: dict[str, Any] = json.loads(answer.partition("\r\n\r\n")[2])
    assert status == 200
    assert told["PATH_INFO"].encode("latin1").decode() == "/a b/فا/�"
    assert (told["QUERY_STRING"], told["REQUEST_METHOD"], told["SERVER_PROTOCOL"]) == ("x=%20y", "GET", "HTTP/1.1")
    assert (told["HTTP_HOST"], told["HTTP_X_A"], told["HTTP_COOKIE"]) == ("here:1", "1,2", "a=1;b=2")
    assert (told["REMOTE_ADDR"], told["SERVER_PORT"], told["wsgi.url_scheme"]) == ("127.0.0.1", str(port), "http")
    assert "HTTP_X_FORWARDED_FOR" not in told  # with a dash a proxy would have taken it away


def test_files_and_lines_arrive_whole_and_an_error_is_a_500(port: int) -> None:
    assert ask(port, "GET", "/file") == (200, Path(echoing.__file__).read_bytes())
    status, lines = ask(port, "GET", "/lines")
    assert (status, lines.count(b"\n"), lines[-10:]) == (200, echoing.LINES, b"line 4999\n")
    assert ask(port, "GET", "/error")[0] == 500


def test_requests_beyond_the_threads_wait_their_turn(port: int) -> None:
    answered: list[int] = []
    asking = [threading.Thread(target=lambda: answered.append(ask(port, "GET", "/sleep")[0])) for _ in range(4)]
    began = time.monotonic()
    for one in asking:
        one.start()
    for one in asking:
        one.join(10)
    assert answered == [200] * 4
    assert time.monotonic() - began > 1.9


@pytest.mark.parametrize(
    "head",
    [
        "GET / HTTP/1.1\nHost: here\nHost: there\n",
        "GET / HTTP/1.1\n",
        "GET / HTTP/1.1\nHost: hère\n",
        "GET / HTTP/1.1\nHost: here\nX-Forwarded-For: é, 192.0.2.1\n",
        "GET / HTTP/1.1\nHost: here\nX-Forwarded-Proto: é\n",
        "POST / HTTP/1.1\nHost: here\nIdempotency-Key: clé 7\nContent-Length: 0\n",
    ],
)
def test_what_cannot_be_read_for_certain_is_refused(port: int, head: str) -> None:
    status, answer, closed = said(port, head)
    assert (status, closed) == (400, True)
    assert "content-security-policy: default-src 'none'" in answer
    assert "x-content-type-options: nosniff" in answer


def test_the_host_in_the_address_counts_before_the_header(port: int) -> None:
    _, answer, _ = said(port, "GET http://there/a HTTP/1.1\nHost: here\nConnection: close\n")
    assert json.loads(answer.partition("\r\n\r\n")[2])["HTTP_HOST"] == "there"


def test_an_answer_that_breaks_in_the_midst_does_not_pass_for_a_whole_one(port: int) -> None:
    with pytest.raises((http.client.IncompleteRead, ConnectionResetError, http.client.BadStatusLine)):
        ask(port, "GET", "/breaks")
    assert ask(port, "GET", "/")[0] == 200


def test_whatever_an_application_throws_the_threads_answer_others(port: int) -> None:
    for _ in range(5):
        assert ask(port, "GET", "/thrown")[0] == 500
    assert ask(port, "GET", "/")[0] == 200


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="this system knows no such limit")
def test_a_connection_on_which_nobody_reads_the_answer_ends(port: int) -> None:
    with socket.socket() as silent:
        silent.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        silent.connect(("127.0.0.1", port))
        silent.sendall(b"GET /much HTTP/1.1\r\nHost: here\r\n\r\n")
        time.sleep(echoing.SILENCE + 4)
        silent.settimeout(10)
        came = 0
        with contextlib.suppress(ConnectionResetError):
            while piece := silent.recv(65536):
                came += len(piece)
    assert came < echoing.MUCH

"""Visitors who send their bodies byte by byte do not keep the pages from anybody else."""

import contextlib
import http.client
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from fanal.running.bodies import PATIENCE
from tests.servers import address_of, free_ports, wait_for

THREADS = 2


@pytest.fixture(scope="module")
def web(committed: None) -> Iterator[int]:
    """The real pages on a free port, ended by their id."""
    (port,) = free_ports(1)
    process = subprocess.Popen(
        [sys.executable, "-m", "fanal", "web", "--port", str(port), "--workers", "1", "--threads", str(THREADS)],
        env={**os.environ, "DATABASE_URL": address_of()},
        stdin=subprocess.DEVNULL,
    )
    try:
        wait_for(port)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(15)


def page(port: int) -> int:
    """The status of the sign-in page."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    with contextlib.closing(connection):
        connection.request("GET", "/accounts/login/")
        answer = connection.getresponse()
        answer.read()
        return answer.status


def test_a_page_is_answered_while_more_bodies_drip_in_than_there_are_threads(web: int) -> None:
    assert page(web) == 200
    with contextlib.ExitStack() as opened:
        dripping = [
            opened.enter_context(socket.create_connection(("127.0.0.1", web), timeout=2 * PATIENCE))
            for _ in range(THREADS + 5)
        ]
        for number, one in enumerate(dripping):
            path, size = ("/api/v1/widget/messages", 500) if number % 2 else ("/api/v1/widget/attachments", 5_000_000)
            head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{web}\r\nContent-Type: application/json\r\n"
            one.sendall(f"{head}Content-Length: {size}\r\n\r\n{{".encode())
        began = time.monotonic()
        assert page(web) == 200
        for one in dripping:
            one.sendall(b" ")
        assert page(web) == 200
        waited_for, _, _ = select.select(dripping, [], [], 0)
        assert not waited_for  # both pages were answered while every one of the bodies was still to come
        for one in dripping:
            answer = b""
            with contextlib.suppress(ConnectionResetError):
                while came := one.recv(4096):
                    answer += came
            assert answer.startswith(b"HTTP/1.1 408 ")
        assert time.monotonic() - began < PATIENCE + 20
    assert page(web) == 200


def test_a_head_larger_than_any_browser_sends_is_refused(web: int) -> None:
    """Thousands of unfinished heads are held in memory, so that none may be large."""
    with socket.create_connection(("127.0.0.1", web), timeout=10) as one:
        head = f"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:{web}\r\nX-A: {'a' * 250_000}\r\n\r\n"
        with contextlib.suppress(ConnectionError):
            one.sendall(head.encode())
        assert one.recv(100).startswith(b"HTTP/1.1 431 ")
    assert page(web) == 200

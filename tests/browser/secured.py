"""A proxy with TLS before the program's ports, as an installation has one: for pages, what is live, and phones."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Mapping

from tests.certificates import Certificate

LONGEST = 65536


class Proxy:
    """Ways by the beginning of the path, the longest first; each connection carries one request, or one WebSocket."""

    def __init__(self, certificate: Certificate, *, port: int, ways: Mapping[str, int]) -> None:
        self.ways = sorted(ways.items(), reverse=True)
        self.tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.tls.load_cert_chain(certificate.chain, certificate.key)
        self.listening = socket.create_server(("127.0.0.1", port), backlog=128)
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        self.listening.close()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                plain, _ = self.listening.accept()
                threading.Thread(target=self._serve, args=(plain,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        with contextlib.suppress(OSError), plain:
            plain.settimeout(10)
            with self.tls.wrap_socket(plain, server_side=True) as browser:
                head, rest = _head_of(browser)
                path = head.split(b" ", 2)[1].decode()
                port = next(port for begins, port in self.ways if path.startswith(begins))
                with socket.create_connection(("127.0.0.1", port), timeout=10) as program:
                    program.sendall(_told(head) + rest)
                    browser.settimeout(None)
                    program.settimeout(None)
                    threading.Thread(target=_carry, args=(browser, program), daemon=True).start()
                    _carry(program, browser)


def _head_of(browser: socket.socket) -> tuple[bytes, bytes]:
    heard = b""
    while b"\r\n\r\n" not in heard:
        piece = browser.recv(LONGEST)
        if not piece or len(heard) > LONGEST:
            raise OSError("no request")
        heard += piece
    head, _, rest = heard.partition(b"\r\n\r\n")
    return head, rest


def _told(head: bytes) -> bytes:
    """The request with what a proxy adds, and without what it does not let through."""
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith((b"x-forwarded", b"forwarded"))]
    if b"upgrade: websocket" not in head.lower():
        lines = [line for line in lines if not line.lower().startswith((b"connection:", b"keep-alive:"))]
        lines.append(b"Connection: close")
    return b"\r\n".join([*lines, b"X-Forwarded-Proto: https", b"X-Forwarded-For: 127.0.0.1", b"", b""])


def _carry(one: socket.socket, other: socket.socket) -> None:
    with contextlib.suppress(OSError, ValueError):
        while piece := one.recv(LONGEST):
            other.sendall(piece)
    for line in (one, other):
        with contextlib.suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)

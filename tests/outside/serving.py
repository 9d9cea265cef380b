"""A server on loopback that answers with exactly the bytes that a test gives it."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress

Answering = Callable[[socket.socket, bytes], None]


class Server:
    """`asked` holds what came, one connection after the other."""

    def __init__(self, answering: Answering) -> None:
        self.asked: list[bytes] = []
        self.answering = answering
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection: socket.socket) -> None:
        with connection:
            try:
                asked = connection.recv(65536)
                self.asked.append(asked)
                self.answering(connection, asked)
            except OSError:
                return

    def close(self) -> None:
        with suppress(OSError):
            self.listening.shutdown(socket.SHUT_RDWR)  # so that nobody waits in accept any more
        self.listening.close()


def plain(body: bytes, *, status: str = "200 OK", more: str = "") -> Answering:
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{more}Content-Length: {len(body)}\r\n\r\n"
    return lambda connection, _asked: connection.sendall(head.encode() + body)

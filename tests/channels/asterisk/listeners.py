"""A speech service of the tests' own: a real WebSocket, which "understands" a pitch as a word."""

import contextlib
import json
import math
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus

from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

RATE = 8000
LOUD = 5000.0
FINISHED_AFTER = 5
"""Pieces of sound until a sentence is finished."""


@dataclass
class StandIn:
    """`words`: a pitch to what it means; `does`: "listens", "sleeps" (never answers), "babbles" or "refuses"."""

    words: dict[float, str]
    does: str = "listens"
    port: int = 0
    heard: list[tuple[int, str]] = field(default_factory=list)
    """Which line understood what, piece by piece; empty: silence."""
    keys: list[str] = field(default_factory=list)
    lines: int = 0
    open: int = 0

    @property
    def address(self) -> str:
        return f"ws://127.0.0.1:{self.port}/"

    @contextlib.contextmanager
    def runs(self) -> Iterator["StandIn"]:
        """It can be gone and come back at the same port."""
        with serve(
            self._serve, "127.0.0.1", self.port, process_request=self._admits, max_size=2**20, compression=None
        ) as server:
            self.port = self.port or server.socket.getsockname()[1]
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            try:
                yield self
            finally:
                server.shutdown()
                thread.join(10)

    def _admits(self, line: ServerConnection, request: Request) -> Response | None:
        self.keys.append(request.headers.get("Authorization", ""))
        refused = self.does == "refuses"
        return line.respond(HTTPStatus.UNAUTHORIZED, "who are you?\n") if refused else None

    def _serve(self, line: ServerConnection) -> None:
        self.lines += 1
        number, pieces = self.lines, 0
        said: list[str] = []
        self.open += 1
        with contextlib.suppress(ConnectionClosed):
            for message in line:
                if isinstance(message, str):
                    if "eof" in json.loads(message):
                        line.send(json.dumps({"text": " ".join(said)}))
                        break
                    assert json.loads(message) == {"config": {"sample_rate": RATE}}
                    continue
                word = self._understood(message)
                self.heard.append((number, word))
                if self.does == "sleeps":
                    continue
                if self.does == "babbles":
                    line.send("<html>hello</html>")
                    continue
                if word and word not in said:
                    said.append(word)
                pieces += 1
                if pieces % FINISHED_AFTER:
                    line.send(json.dumps({"partial": " ".join(said)}))
                else:
                    line.send(json.dumps({"text": " ".join(said)}))
                    said = []
        self.open -= 1

    def _understood(self, sound: bytes) -> str:
        samples = struct.unpack(f"<{len(sound) // 2}h", sound)
        loudness, word = max((power(samples, pitch), word) for pitch, word in self.words.items())
        return word if loudness > LOUD else ""


def power(samples: tuple[int, ...], pitch: float) -> float:
    """Of one pitch (Goertzel)."""
    factor = 2 * math.cos(2 * math.pi * pitch / RATE)
    one = two = 0.0
    for value in samples:
        one, two = value + factor * one - two, one
    return 2 * (one * one + two * two - factor * one * two) / max(1, len(samples)) ** 2

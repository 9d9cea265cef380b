"""A relay is asked, as a browser would ask it: each question has its answer within seconds, or there is none."""

import contextlib
import os
import socket
import ssl
import time
from collections.abc import Iterator, Sequence

from fanal.running.relays.addresses import Place
from fanal.running.relays.messages import HEADER, Answer, Kind, Part, Signature, answer, peer, question

WITHIN = 3.0  # seconds, for one question
AGAIN_AFTER = 0.5  # by UDP, where questions are lost
UNAUTHORISED, MISMATCH, STALE = 401, 437, 438


class NoAnswer(Exception):
    """Nothing came back in time."""


class Way:
    """A line to a relay. Raises OSError (ssl.SSLError among it) when it cannot be opened."""

    def __init__(self, place: Place) -> None:
        self.place = place
        if place.tcp:
            line = socket.create_connection((place.host, place.port), timeout=WITHIN)
            if place.tls:
                try:
                    line = ssl.create_default_context().wrap_socket(line, server_hostname=place.host)
                except BaseException:
                    line.close()
                    raise
            self.line: socket.socket = line
        else:
            kind, _, _, _, address = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_DGRAM)[0]
            self.line = socket.socket(kind, socket.SOCK_DGRAM)
            self.line.connect(address)

    def close(self) -> None:
        self.line.close()

    def ask(
        self,
        kind: Kind,
        parts: Sequence[tuple[Part, bytes]] = (),
        *,
        signed: Signature | None = None,
        number: bytes = b"",
    ) -> Answer:
        """Raises NoAnswer."""
        number = number or os.urandom(12)
        told = question(kind, number, parts, signed=signed)
        deadline = time.monotonic() + WITHIN
        try:
            while (left := deadline - time.monotonic()) > 0:
                self.line.settimeout(left if self.place.tcp else min(left, AGAIN_AFTER))
                self.line.sendall(told)
                with contextlib.suppress(TimeoutError):
                    while True:
                        if found := answer(self._heard(), kind, number):
                            return found
        except OSError as problem:
            raise NoAnswer(str(problem)) from None
        raise NoAnswer("nothing came back")

    def leads_to(self, address: str, *, signed: Signature, port: int = 9) -> Answer:
        """Whether the relay would carry something to this address; nothing is sent there."""
        number = os.urandom(12)
        return self.ask(Kind.PERMISSION, [peer(address, port, number)], signed=signed, number=number)

    def _heard(self) -> bytes:
        if not self.place.tcp:
            return self.line.recv(65536)
        head = self._exactly(HEADER)
        return head + self._exactly(int.from_bytes(head[2:4]))

    def _exactly(self, size: int) -> bytes:
        heard = b""
        while len(heard) < size:
            piece = self.line.recv(size - len(heard))
            if not piece:
                raise ConnectionError("the line was closed")
            heard += piece
        return heard


@contextlib.contextmanager
def way_to(place: Place) -> Iterator[Way]:
    way = Way(place)
    try:
        yield way
    finally:
        way.close()


def allocate(
    way: Way, name: str, password: str, parts: Sequence[tuple[Part, bytes]]
) -> tuple[Answer, Signature | None]:
    """What it answers to who says this name and password; the signature is good for further questions on this way.

    None: it asked for no name at all. Raises NoAnswer.
    """
    found = way.ask(Kind.ALLOCATE, parts)
    if found.code != UNAUTHORISED:
        return found, None
    signed = _signature(name, password, found)
    found = way.ask(Kind.ALLOCATE, parts, signed=signed)
    if found.code == STALE:
        signed = _signature(name, password, found)
        found = way.ask(Kind.ALLOCATE, parts, signed=signed)
    return found, signed


def give_back(way: Way, signed: Signature) -> None:
    """The allocation is no longer needed, and does not count any more."""
    with contextlib.suppress(NoAnswer):
        way.ask(Kind.REFRESH, [(Part.LIFETIME, bytes(4))], signed=signed)


def _signature(name: str, password: str, told: Answer) -> Signature:
    return Signature(
        name=name, password=password, realm=told.parts.get(Part.REALM, b""), nonce=told.parts.get(Part.NONCE, b"")
    )

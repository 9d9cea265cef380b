"""What a caller hears, packet by packet: their sound goes to a socket of the test's own, which speaks for them."""

import math
import socket
import threading
import time
from array import array
from itertools import pairwise
from types import TracebackType

from tests.channels.asterisk.voices import BLOCK, RATE, alaw, power

PCMA = 8
LOUD = 300_000.0
"""The power of what is loud enough to be heard."""
LASTS = 0.5
"""Seconds for which something is to be heard."""


def _heard() -> "array[int]":
    """The sample for each byte of A-law: the middle of all that become this byte."""
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    for sample in range(-32768, 32768, 8):
        byte = alaw(sample)
        first.setdefault(byte, sample)
        last[byte] = sample
    return array("h", ((first.get(byte, 0) + last.get(byte, 0)) // 2 for byte in range(256)))


class Ear:
    """Telephone A-law on one port; it speaks as soon as it was spoken to, for it learns from that to whom."""

    def __init__(self, says: float) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.2)
        self.port: int = self._socket.getsockname()[1]
        self._voice = bytes(alaw(int(8000 * math.sin(2 * math.pi * says * n / RATE))) for n in range(RATE))
        self._packets: list[tuple[float, bytes]] = []
        self._to: tuple[str, int] | None = None
        self._over = threading.Event()
        self._running = [threading.Thread(target=one, daemon=True) for one in (self._listen, self._speak)]

    def __enter__(self) -> "Ear":
        for one in self._running:
            one.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        for one in self._running:
            one.join(5)
        self._socket.close()

    def hears(self, *pitches: float) -> bool:
        """Nothing beside these, and each of them well."""
        shares = [self._share(pitch) for pitch in pitches]
        return sum(shares) > 0.7 and min(shares) > 0.2

    def hears_music(self) -> bool:
        """What is heard is deep: from one sample to the next it changes little, unlike the microphones' tones."""
        samples = self._last()
        steps = sum((after - before) ** 2 for before, after in pairwise(samples)) / max(1, len(samples))
        return 0 < steps < 0.3 * self._power()

    def _share(self, pitch: float) -> float:
        """How much of what was heard last is this pitch."""
        samples = self._last()
        found = [power(samples[at : at + BLOCK], pitch) for at in range(0, len(samples) - BLOCK + 1, BLOCK)]
        return sum(found) / max(1, len(found)) / (self._power() or math.inf)

    def _power(self) -> float:
        """Of what was heard last; 0 where it is broken off, or too quiet to be anything."""
        samples = self._last()
        loud = sum(value * value for value in samples) / max(1, len(samples))
        return loud if loud > LOUD and len(samples) > 0.8 * LASTS * RATE else 0.0

    def _last(self) -> "array[int]":
        since = time.monotonic() - LASTS
        heard = b"".join(sound for at, sound in list(self._packets) if at > since)
        return array("h", (HEARD[byte] for byte in heard))

    def _listen(self) -> None:
        while not self._over.is_set():
            try:
                packet, self._to = self._socket.recvfrom(2048)
            except TimeoutError:
                continue
            if len(packet) > 12 and packet[1] & 0x7F == PCMA:
                self._packets.append((time.monotonic(), packet[12:]))

    def _speak(self) -> None:
        began, number = time.monotonic(), 0
        while not self._over.wait(max(0.0, began + number * 0.02 - time.monotonic())):
            at = number * BLOCK
            head = bytes((0x80, PCMA)) + (number & 0xFFFF).to_bytes(2) + (at & 0xFFFFFFFF).to_bytes(4) + b"ears"
            number += 1
            if self._to:
                self._socket.sendto(head + self._voice[at % RATE : at % RATE + BLOCK], self._to)


HEARD = _heard()

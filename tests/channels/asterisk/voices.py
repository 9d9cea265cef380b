"""Who says what: callers and phones that sound a pitch of their own for each second, and who is heard in a file."""

import math
import struct
import wave
from array import array
from collections.abc import Sequence
from pathlib import Path

RATE = 8000
BLOCK = RATE // 50
"""Twenty milliseconds."""
LOUD = 5000.0


def alaw(sample: int) -> int:
    """ITU-T G.711, A-law, of a sample of sixteen bits."""
    sign, value = (0x80, sample) if sample >= 0 else (0, -sample - 1)
    value = min(value, 32767) >> 3
    exponent = max(value.bit_length() - 5, 0) if value >= 32 else 0
    mantissa = (value >> exponent) & 0x0F if exponent else (value >> 1) & 0x0F
    return (sign | (exponent << 4) | mantissa) ^ 0x55


def says(path: Path, pitches: Sequence[float], *, seconds: float = 1) -> Path:
    """A file for SIPp: each pitch for so long, silence where it is 0."""
    count = int(seconds * RATE)
    table = [alaw(value) for value in range(-32768, 32768, 8)]
    samples = bytearray()
    for pitch in pitches:
        for n in range(count):
            value = int(8000 * math.sin(2 * math.pi * pitch * n / RATE)) if pitch else 0
            samples.append(table[(value + 32768) // 8])
    path.write_bytes(bytes(samples))
    return path


def speaks(scenario: str, path: Path) -> str:
    """The scenario with its phone speaking from the moment it is answered."""
    action = f'  <nop><action><exec rtp_stream="{path},-1,8"/></action></nop>\n'
    before, acked, after = (
        scenario.partition("CSeq: 1 ACK")
        if "CSeq: 1 ACK" in scenario
        else scenario.partition('<recv request="ACK" crlf="true"/>\n')
    )
    if acked.startswith("<recv"):
        return before + acked + action + after
    end = after.index("</send>\n") + len("</send>\n")
    return before + acked + after[:end] + action + after[end:]


def blocks(path: Path) -> list["array[int]"]:
    """A recording in pieces of twenty milliseconds."""
    with wave.open(str(path), "rb") as file:
        assert (file.getframerate(), file.getsampwidth(), file.getnchannels()) == (RATE, 2, 1)
        raw = file.readframes(file.getnframes())
    samples = array("h", struct.unpack(f"<{len(raw) // 2}h", raw))
    return [samples[at : at + BLOCK] for at in range(0, len(samples) - BLOCK + 1, BLOCK)]


def heard_in(path: Path, pitches: Sequence[float]) -> list[frozenset[float]]:
    """For each twenty milliseconds the pitches that sound in it."""
    return [frozenset(pitch for pitch in pitches if power(block, pitch) > LOUD) for block in blocks(path)]


def seconds_of(path: Path, pitch: float) -> float:
    """How long a pitch is heard in all."""
    return sum(pitch in there for there in heard_in(path, [pitch])) / 50


def power(samples: "array[int]", pitch: float) -> float:
    """Of one pitch (Goertzel)."""
    factor = 2 * math.cos(2 * math.pi * pitch / RATE)
    one = two = 0.0
    for value in samples:
        one, two = value + factor * one - two, one
    return 2 * (one * one + two * two - factor * one * two) / len(samples) ** 2

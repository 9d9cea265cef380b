"""Sound as a telephone carries it: what a voice wrote, at 8,000 samples a second, one voice, 16 bits (pure)."""

import io
import math
import wave
from array import array
from functools import lru_cache
from itertools import repeat
from operator import mul

PER_SECOND = 8000
REACH = 6
"""Zero crossings of the filter on either side: what no telephone carries is taken out before, or it would whistle."""
LOUDEST = 32767


class NoSound(Exception):
    """The bytes are no sound that can be read: a WAV of 16 bits with one voice or two."""


def for_telephone(content: bytes) -> bytes:
    """The same sound as a WAV that every exchange plays. Raises NoSound."""
    samples, rate = _read(content)
    if rate == PER_SECOND:
        return _written(samples)
    return _written(_resampled(samples, rate))


def _read(content: bytes) -> "tuple[array[int], int]":
    """A length that was not known when the head was written, as of a pipe, is no hindrance."""
    try:
        with wave.open(io.BytesIO(content)) as file:
            voices, width, rate = file.getnchannels(), file.getsampwidth(), file.getframerate()
            frames = file.readframes(min(file.getnframes(), len(content)))
    except (wave.Error, EOFError, RuntimeError) as problem:
        raise NoSound(str(problem)) from None
    if width != 2 or voices not in (1, 2) or not 4000 <= rate <= 192_000:
        raise NoSound(f"{voices} voices of {8 * width} bits, {rate} a second")
    samples = array("h", frames[: len(frames) // (2 * voices) * 2 * voices])
    if voices == 2:
        samples = array("h", ((left + right) // 2 for left, right in zip(samples[::2], samples[1::2], strict=True)))
    return samples, rate


def _resampled(samples: "array[int]", rate: int) -> "array[int]":
    """By a windowed sinc: for each new sample the old ones around it, weighed by one of a few kept rows."""
    common = math.gcd(rate, PER_SECOND)
    up, down = PER_SECOND // common, rate // common
    taps = 2 * math.ceil(REACH * max(1.0, rate / PER_SECOND))
    padded = array("h", [*repeat(0, taps), *samples, *repeat(0, taps)])
    count = len(samples) * up // down
    found = array("h")
    for number in range(count):
        whole, part = divmod(number * down, up)
        begin = whole + taps // 2 + 1
        value = sum(map(mul, padded[begin : begin + taps], _row(part, up, taps, rate)))
        found.append(max(-LOUDEST, min(LOUDEST, round(value))))
    return found


@lru_cache(maxsize=2000)
def _row(part: int, up: int, taps: int, rate: int) -> tuple[float, ...]:
    """The weights around a moment `part`/`up` after an old sample."""
    cut = min(1.0, PER_SECOND / rate)
    weights = []
    for tap in range(taps):
        away = tap - taps // 2 + 1 - part / up
        angle = math.pi * away * cut
        window = 0.5 + 0.5 * math.cos(math.pi * away / (taps / 2)) if abs(away) < taps / 2 else 0.0
        weights.append(window * (math.sin(angle) / angle if angle else 1.0))
    total = sum(weights)
    return tuple(weight / total for weight in weights)


def _written(samples: "array[int]") -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(PER_SECOND)
        sound.writeframes(samples.tobytes())
    return file.getvalue()

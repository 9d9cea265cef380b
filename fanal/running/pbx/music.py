"""What somebody who waits hears until a company brings its own music: a few soft chords, made here."""

import io
import math
import wave
from array import array

PER_SECOND = 8000
LOUDNESS = 0.16  # of the loudest there is: a voice over it stays in front
NOTE = 0.5  # seconds
# C, A minor, F and G, each as a broken chord: semitones from A4.
CHORDS = ((-9, -5, -2, 3), (-12, -9, -5, 0), (-16, -12, -9, -4), (-14, -10, -7, -2))
ORDER = (0, 1, 2, 3, 2, 1, 2, 1)


def tune() -> bytes:
    """16 seconds as a WAV file of one voice with 8,000 samples of 16 bits a second, which ends where it begins."""
    notes = [chord[at] for chord in CHORDS for at in ORDER]
    sound = [0.0] * int(PER_SECOND * NOTE * len(notes))
    for number, semitones in enumerate(notes):
        _play(sound, at=int(number * NOTE * PER_SECOND), pitch=440 * 2 ** (semitones / 12))
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(PER_SECOND)
        loudest = max(map(abs, sound))
        file.writeframes(array("h", (int(32767 * LOUDNESS * value / loudest) for value in sound)).tobytes())
    return written.getvalue()


def _play(sound: list[float], *, at: int, pitch: float) -> None:
    """A plucked note that fades within two seconds; what rings on at the end is heard at the beginning."""
    turn = 2 * math.pi * pitch / PER_SECOND
    for step in range(2 * PER_SECOND):
        loud = min(1.0, step / 80) * math.exp(-step / (0.5 * PER_SECOND))
        sound[(at + step) % len(sound)] += loud * (math.sin(turn * step) + 0.3 * math.sin(2 * turn * step))

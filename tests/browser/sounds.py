"""Tones: made for a microphone, and found again in what was recorded or is heard in a page."""

import math
import wave
from array import array
from pathlib import Path

from playwright.sync_api import Page

from fanal.channels.asterisk.ari import Declined, Orders, path_of
from tests.servers import until

PER_SECOND = 48000
CONNECTIONS = """
(() => {
  const Real = window.RTCPeerConnection;
  window.calls = [];
  window.RTCPeerConnection = class extends Real { constructor(...given) { super(...given); window.calls.push(this); } };
})()
"""
LOUDEST = """
async () => {
  const track = window.calls.at(-1).getReceivers()[0].track;
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 16384, smoothingTimeConstant: 0 });
  context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
  await new Promise((resolve) => setTimeout(resolve, 800));
  const power = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(power);
  const place = power.indexOf(Math.max(...power));
  const rate = context.sampleRate;
  await context.close();
  return [place * rate / analyser.fftSize, power[place]];
}
"""


def write_tone(path: Path, pitch: float) -> Path:
    """Ten seconds, for a microphone that plays them again and again."""
    samples = array("h", (int(12000 * math.sin(2 * math.pi * pitch * n / PER_SECOND)) for n in range(10 * PER_SECOND)))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(PER_SECOND)
        file.writeframes(samples.tobytes())
    return path


def heard(page: Page) -> tuple[float, float]:
    """The loudest pitch that the page of a call hears, in Hz, and how loud it is in dB."""
    pitch, power = page.evaluate(LOUDEST)
    return pitch, power


def stop_recording(orders: Orders, name: str) -> None:
    """Returns when the file is whole: Asterisk answers before it has closed it."""
    orders.ask("POST", path_of("recordings", "live", name, "stop"))
    until(lambda: not _still_records(orders, name))


def _still_records(orders: Orders, name: str) -> bool:
    try:
        orders.ask("GET", path_of("recordings", "live", name))
    except Declined:
        return False
    return True


def _is_whole(path: Path) -> bool:
    try:
        with wave.open(str(path), "rb") as file:
            return file.getnframes() > 0
    except (OSError, EOFError, wave.Error):
        return False


def share_of(pitch: float, path: Path, *, since: float = 0) -> tuple[float, float]:
    """How much of a recording's power is this pitch (Goertzel), and that power, from `since` seconds on."""
    until(lambda: _is_whole(path))
    with wave.open(str(path), "rb") as file:
        rate = file.getframerate()
        file.setpos(min(int(since * rate), file.getnframes()))
        samples = array("h", file.readframes(file.getnframes()))
    power = sum(value * value for value in samples) / max(1, len(samples))
    block = rate // 50
    found = [_goertzel(samples[at : at + block], pitch / rate) for at in range(0, len(samples) - block, block)]
    return (sum(found) / max(1, len(found))) / (power or 1), power


def _goertzel(samples: "array[int]", turn: float) -> float:
    """The mean power of one pitch in these samples."""
    factor = 2 * math.cos(2 * math.pi * turn)
    one = two = 0.0
    for value in samples:
        one, two = value + factor * one - two, one
    return 2 * (one * one + two * two - factor * one * two) / len(samples) ** 2

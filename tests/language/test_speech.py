"""Texts become sound that a telephone carries: recorded by the company, else spoken, kept by what they say."""

import io
import math
import os
import time
import wave
from array import array
from itertools import pairwise
from pathlib import Path

import pytest

from fanal.environment import environment
from fanal.language import sound, speech

TEXTS = {
    "en": "Your order A, 1 0, 0 1: on its way. It was promised for November 24th.",
    "fr": "Votre commande est en route.",
    "ar": "طلبك في الطريق.",
    "ru": "Ваш заказ в пути.",
}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(environment, "home", tmp_path)
    return tmp_path


def tone(hertz: float, *, rate: int, seconds: float = 0.5, voices: int = 1, width: int = 2) -> bytes:
    count = int(rate * seconds)
    samples = array("h", (round(12_000 * math.sin(2 * math.pi * hertz * at / rate)) for at in range(count)))
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(voices)
        written.setsampwidth(width)
        written.setframerate(rate)
        both = array("h", (value for value in samples for _ in range(voices)))
        written.writeframes(both.tobytes() if width == 2 else bytes(count))
    return file.getvalue()


def heard(content: bytes) -> tuple[tuple[int, int, int], array]:
    with wave.open(io.BytesIO(content)) as file:
        kind = (file.getframerate(), file.getnchannels(), file.getsampwidth())
        return kind, array("h", file.readframes(file.getnframes()))


def loudness(samples: array) -> float:
    middle = samples[len(samples) // 4 : -len(samples) // 4]
    return math.sqrt(sum(value * value for value in middle) / len(middle))


def pitch(samples: array) -> float:
    middle = samples[len(samples) // 4 : -len(samples) // 4]
    crossings = sum(1 for one, next_ in pairwise(middle) if one < 0 <= next_)
    return crossings * sound.PER_SECOND / len(middle)


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 44100, 48000])
def test_a_tone_keeps_its_pitch_and_loudness_at_whatever_rate_it_comes(rate: int) -> None:
    kind, samples = heard(sound.for_telephone(tone(440, rate=rate)))
    assert kind == (8000, 1, 2)
    assert len(samples) == pytest.approx(4000, abs=2)
    assert pitch(samples) == pytest.approx(440, rel=0.02)
    assert loudness(samples) == pytest.approx(12_000 / math.sqrt(2), rel=0.05)


def test_what_no_telephone_carries_does_not_come_back_as_a_whistle() -> None:
    _, samples = heard(sound.for_telephone(tone(7000, rate=22050)))
    assert loudness(samples) < 300


def test_two_voices_become_one() -> None:
    kind, samples = heard(sound.for_telephone(tone(440, rate=16000, voices=2)))
    assert (kind, len(samples)) == ((8000, 1, 2), 4000)


@pytest.mark.parametrize("content", [b"", b"RIFF", b"x" * 100, tone(440, rate=8000, width=1), tone(440, rate=2000)])
def test_what_is_no_sound_is_refused(content: bytes) -> None:
    with pytest.raises(sound.NoSound):
        sound.for_telephone(content)


@pytest.mark.parametrize("language", TEXTS)
def test_a_text_is_spoken_in_its_language_and_kept(language: str, home: Path) -> None:
    path = speech.say(TEXTS[language], language)
    assert path
    assert path.is_relative_to(home / "speech" / "kept")
    kind, samples = heard(path.read_bytes())
    assert kind == (8000, 1, 2)
    assert len(samples) > 4000
    assert loudness(samples) > 200
    assert path.stat().st_mode & 0o777 == 0o644
    before = path.stat().st_mtime_ns
    assert speech.say(TEXTS[language], language) == path
    assert path.stat().st_mtime_ns == before


def test_the_companys_own_recording_is_heard_instead(home: Path) -> None:
    own = home / "prompts" / "phone" / "menu.fr.wav"
    own.parent.mkdir(parents=True)
    own.write_bytes(tone(440, rate=44100, voices=2))
    path = speech.say("Bonjour.", "fr", recording="phone/menu")
    assert path
    assert pitch(heard(path.read_bytes())[1]) == pytest.approx(440, rel=0.02)
    assert speech.say("Hello.", "en", recording="phone/menu") != path
    own.write_bytes(tone(880, rate=8000))
    other = speech.say("Bonjour.", "fr", recording="phone/menu")
    assert other
    assert other != path


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "phone/../../x", "", "a b", "phone/.."])
def test_a_name_that_leads_elsewhere_is_no_recording(name: str, home: Path) -> None:
    (home / "secret.en.wav").write_bytes(tone(440, rate=8000))
    assert speech._recorded(name, "en") is None


def test_what_was_said_to_one_caller_is_kept_for_an_hour(home: Path) -> None:
    first = speech.say("Order 1 2 3.", "en", passing=True)
    assert first
    assert first.parent == home / "speech" / "passing"
    os.utime(first, (time.time() - 3700,) * 2)
    second = speech.say("Order 4 5 6.", "en", passing=True)
    assert second
    assert second.exists()
    assert not first.exists()


@pytest.mark.parametrize("program", ["", "no-such-program-here", "false", "echo no sound"])
def test_without_a_voice_it_is_silent_and_says_so(
    program: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(environment, "speech", program)
    assert speech.say("Order 7 7 7.", "en") is None
    told = caplog.text
    assert "no_voice" in told or "not_spoken" in told
    assert "7 7 7" not in told


def test_nothing_to_say_is_nothing(home: Path) -> None:
    assert speech.say("  ", "en") is None
    assert not (home / "speech").exists()


def test_it_lies_where_an_exchange_can_read_it(tmp_path: Path) -> None:
    path = speech.say("Hello.", "en", folder=tmp_path / "sounds")
    assert path
    assert path.parent == tmp_path / "sounds" / "kept"


def test_what_is_said_once_fills_no_disk(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speech, "MOST_PASSING", 3)
    for number in range(8):
        assert speech.say(f"Order {number}.", "en", passing=True)
    assert len(list((home / "speech" / "passing").iterdir())) == 3

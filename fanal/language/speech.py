"""What is said becomes sound: the company's own recording where there is one, else a voice of the machine, kept."""

import hashlib
import os
import re
import shlex
import time
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

import structlog

from fanal.environment import environment
from fanal.language.sound import NoSound, for_telephone
from fanal.outside import programs

log = structlog.get_logger(__name__)

WITHIN = 10.0  # seconds for one prompt
LONGEST = 2000
PASSES = 3600.0
"""Seconds for which a prompt with somebody's number in it is kept."""
MOST_PASSING = 2000
"""So many of them are kept at most, some hundred megabytes: whoever calls again and again fills no disk."""
RECORDING = re.compile(r"[\w-]+(?:[./][\w-]+)*")


def say(
    text: str, language: str, *, recording: str = "", passing: bool = False, folder: Path | None = None
) -> Path | None:
    """A WAV of 8,000 samples a second, one voice, 16 bits; None where there is neither a recording nor a voice.

    `recording`: what the company's own would be called, such as `phone/menu`; it lies in `prompts` of the home
    folder, as `phone/menu.fr.wav`. `passing`: the text holds what is one caller's own, so it is kept for an hour
    only. `folder`: where the sounds are to lie, if not in `speech` of the home folder.
    """
    text = " ".join(text.split())[:LONGEST]
    place = folder or environment.home / "speech"
    own = _recorded(recording, language) if recording else None
    if own is None and not text:
        return None
    content = own.read_bytes() if own else None
    asked = content or f"{environment.speech}\n{language}\n{text}".encode()
    kept = place / ("passing" if passing else "kept") / f"{hashlib.sha256(asked).hexdigest()}.wav"
    if kept.exists():
        return kept
    if passing:
        _forget(kept.parent)
    try:
        sound = for_telephone(content if content is not None else _spoken(text, language))
    except programs.NotThere as problem:
        log.warning("no_voice", program=str(problem))
    except (programs.Failed, NoSound) as problem:
        log.warning("not_spoken", language=language, problem=str(problem), recording=recording)
    else:
        return _keep(kept, sound)
    return None


def _recorded(recording: str, language: str) -> Path | None:
    """The company's own recording; a name that leads out of its folder is none."""
    if not RECORDING.fullmatch(recording) or not language.isalpha():
        return None
    path = environment.home / "prompts" / f"{recording}.{language}.wav"
    return path if path.is_file() else None


def _spoken(text: str, language: str) -> bytes:
    """By the program that the installation names: it reads the text and writes a WAV. Raises NotThere and Failed."""
    language = language if re.fullmatch(r"[a-z]{2,3}(?:-[a-z]{2,4})?", language) else "en"
    command = [part.replace("{language}", language) for part in shlex.split(environment.speech)]
    if not command:
        raise programs.NotThere("none")
    return programs.run(command, given=text.encode(), within=WITHIN)


def _keep(kept: Path, sound: bytes) -> Path:
    """Whole or not at all, whoever makes the same at the same moment. An exchange beside us must be able to read it."""
    kept.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=kept.parent, delete=False) as file:
        file.write(sound)
    os.chmod(file.name, 0o644)
    os.replace(file.name, kept)
    return kept


def _forget(folder: Path) -> None:
    """What was said to one caller an hour ago; of the rest the oldest, where there are too many."""
    before, left = time.time() - PASSES, []
    for path in folder.glob("*") if folder.exists() else ():
        with suppress(OSError):
            if (made := path.stat().st_mtime) < before:
                path.unlink()
            else:
                left.append((made, path))
    for _made, path in sorted(left)[: max(0, len(left) - MOST_PASSING + 1)]:
        path.unlink(missing_ok=True)

"""The words of the Vosk server's protocol: what is told to it, and what it tells (pure)."""

import json
from typing import Any

from fanal.channels.speech.port import RATE, NotUnderstood, Words

LONGEST_TEXT = 2000
BEGIN = json.dumps({"config": {"sample_rate": RATE}})
END = json.dumps({"eof": 1})


def words(told: str | bytes) -> Words:
    """What one message says. Raises NotUnderstood."""
    try:
        said = json.loads(told)
    except ValueError:
        raise NotUnderstood("no JSON") from None
    match said:
        case {"partial": str(text)}:
            return Words(text=text[:LONGEST_TEXT])
        case {"text": str(text)}:
            return Words(text=text[:LONGEST_TEXT], final=True, began=_began(said.get("result")))
    raise NotUnderstood("neither words nor a beginning of them")


def _began(result: Any) -> float | None:
    match result:
        case [{"start": int() | float() as start}, *_] if not isinstance(start, bool) and 0 <= start < 86_400:
            return float(start)
    return None

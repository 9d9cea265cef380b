"""Whether a call may be recorded, or heard by a speech service, at this moment, and if not, why (pure)."""

import io
import wave
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

OFF, ANNOUNCED, CONSENT = "off", "announced", "consent"
POLICIES = (OFF, ANNOUNCED, CONSENT)
DAYS, MOST_DAYS = 90, 3650
QUIET = timedelta(milliseconds=300)
"""So long nothing is recorded after a secret was keyed in, or whatever else was not to be heard: an exchange that goes
on at the same instant lets 40 ms of it into the file."""
AGREES = "1"
"""The key that agrees."""
HAND, HELD, SECRET = "hand", "held", "secret"


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What a number or a queue says of recording: which of POLICIES, and for how many days its sound is kept.

    `transcribed`: what is said is written down too, under the same conditions and for as long.
    """

    policy: str = OFF
    days: int = DAYS
    message_days: int = DAYS
    transcribed: bool = False


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What was said about it in this call, and what goes on in it."""

    policy: str
    told: bool = False
    agreed: bool = False
    objected: bool = False
    by_hand: bool = False
    held: bool = False
    secret: bool = False
    quiet_until: datetime | None = None


ON = "on"
"""Of writing down, where a queue says so itself."""


def policy_of(settings: Mapping[str, Any], *, of_queue: str = "", written: str = "") -> Policy:
    """The number's, or the queue's where it has one of its own. What cannot be read is off."""
    told = settings.get("recording")
    told = told if isinstance(told, Mapping) else {}
    policy = of_queue or str(told.get("policy", OFF))
    return Policy(
        policy=policy if policy in POLICIES else OFF,
        days=_days(told.get("days")),
        message_days=_days(told.get("message_days")),
        transcribed=written == ON if written else told.get("transcribed") is True,
    )


def may(heard: Heard) -> bool:
    """Whether any of it may be recorded: it was announced, or agreed to, and nobody objected."""
    allowed = heard.policy == ANNOUNCED or (heard.policy == CONSENT and heard.agreed)
    return allowed and heard.told and not heard.objected


def may_be_heard(heard: Heard, *, now: datetime) -> bool:
    """The one rule for all that listens: what is recorded now may be heard, and nothing else."""
    return may(heard) and not pause(heard, now=now)


def pause(heard: Heard, *, now: datetime) -> str:
    """Why nothing is recorded at the moment; empty: it is."""
    if heard.secret or (heard.quiet_until and now < heard.quiet_until):
        return SECRET
    return HAND if heard.by_hand else HELD if heard.held else ""


def seconds_of(content: bytes) -> float:
    """How long a WAV is. Raises ValueError for what is none."""
    try:
        with wave.open(io.BytesIO(content), "rb") as sound:
            return sound.getnframes() / sound.getframerate()
    except (EOFError, wave.Error, ZeroDivisionError) as problem:
        raise ValueError("no sound") from problem


def _days(told: Any) -> int:
    return told if isinstance(told, int) and not isinstance(told, bool) and 1 <= told <= MOST_DAYS else DAYS

"""A customer keys in a card number in a talk: the keys are here alone, and only until they are a number or none."""

import time
from dataclasses import dataclass, field, replace
from datetime import datetime

from fanal.intake.voice.alarm import Alarm
from fanal.intake.voice.rows import open_keyings
from fanal.interactions import actions as interactions
from fanal.interactions.models import Interaction

FIRST_WITHIN, BETWEEN = 45.0, 8.0  # seconds
LONGEST = 19
DONE, ANEW = "#", "*"


@dataclass(frozen=True, kw_only=True)
class Keyed:
    """What came so far, and until when the next key may come (monotonic)."""

    until: float
    keys: str = field(default="", repr=False)


class Keys:
    """All calls in which a card number is awaited. After a break it is keyed in anew: the agent sees that it waits."""

    def __init__(self, *, alarm: Alarm) -> None:
        self.alarm = alarm
        self._keyed: dict[int, Keyed] = {}

    def look(self, call: int) -> None:
        """Is somebody asked for one?"""
        if not open_keyings(call=call):
            self._keyed.pop(call, None)
        elif call not in self._keyed:
            self._wait(call, Keyed(until=time.monotonic() + FIRST_WITHIN))

    def keyed(self, call: int, key: str, *, now: datetime) -> bool:
        """Whether it belongs to a number that is awaited; then it is nobody else's."""
        at = self._keyed.get(call)
        if at is None:
            return False
        keys = "" if key == ANEW else at.keys + (key if key.isdigit() else "")
        if key == DONE or len(keys) >= LONGEST:
            self._take(call, keys, now=now)
        else:
            self._wait(call, replace(at, keys=keys, until=time.monotonic() + BETWEEN))
        return True

    def due(self, call: int, *, now: datetime) -> None:
        at = self._keyed.get(call)
        if at is None:
            return
        if time.monotonic() >= at.until:
            self._take(call, at.keys, now=now)
        else:
            self._wait(call, at)

    def gone(self, call: int) -> None:
        self._keyed.pop(call, None)

    def _wait(self, call: int, at: Keyed) -> None:
        self._keyed[call] = at
        self.alarm.set(call, seconds=max(0.0, at.until - time.monotonic()) + 0.01)

    def _take(self, call: int, keys: str, *, now: datetime) -> None:
        self._keyed.pop(call, None)
        if found := Interaction.objects.filter(pk=call).first():
            interactions.take_card(interaction=found, keyed=keys, now=now)

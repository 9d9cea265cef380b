"""Callers who wait hear where they stand beside their music; whom nobody takes hears why, before the line ends.

What was told is remembered here only: after a break they hear it again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from fanal.channels.asterisk.rules import Order
from fanal.intake import waiting
from fanal.intake.voice.alarm import Alarm
from fanal.intake.voice.flowing import Speak
from fanal.routing.rules.announcing import Announced, best
from fanal.scenarios.rules.flows import Said

PLAYBACK = "wait-"
KEY_WITHIN = 6.0
"""Seconds for a key after the last sentence."""


@dataclass(frozen=True, kw_only=True)
class Hearing:
    """One caller: what was told last, what plays now, and whether it is the last that they hear."""

    line: str
    told: Announced | None = None
    number: int = 0
    playing: bool = False
    parts: bool = False
    wished: bool = False


class Waiting:
    """All who wait, or are being sent away. What concerns one caller comes one after the other."""

    def __init__(self, *, order: Callable[[Order], bool], speak: Speak, alarm: Alarm) -> None:
        self.order, self.speak, self.alarm = order, speak, alarm
        self._there: dict[int, Hearing] = {}

    def look(self, interaction: int, *, now: datetime) -> None:
        """They wait with music: is there something to tell them?"""
        there = self._there.get(interaction)
        if there and (there.playing or there.parts):
            return
        last = there.told if there else None
        heard = waiting.hear(interaction=interaction, last=last, now=now)
        if heard is None:
            return
        there = replace(there or Hearing(line=heard.line), told=best(last, heard.announced))
        self._play(interaction, there, heard.says)

    def parts(self, interaction: int, *, now: datetime) -> bool:
        """Whether nobody takes them and they hear why; else it is not ours to speak."""
        there = self._there.get(interaction)
        if there and there.parts:
            return True
        found = waiting.parting_of(interaction, now=now)
        if found is None:
            return False
        self._stop(interaction, there)
        number = there.number if there else 0
        fresh = Hearing(line=found.line, number=number, parts=True, wished=found.wished)
        self._play(interaction, fresh, found.says)
        return True

    def keyed(self, interaction: int, key: str, *, now: datetime) -> None:
        """A key instead of waiting: what the queue offers for it. Any other key is nothing."""
        there = self._there.get(interaction)
        if there is None or there.wished or key != waiting.key_of(interaction, now=now):
            return
        self._stop(interaction, there)
        self._play(interaction, replace(there, parts=True, wished=True), waiting.thanks(interaction))

    def played(self, interaction: int, playback: str, *, now: datetime) -> None:
        """They have heard it: music goes on by itself; after the last words there is a moment for a key."""
        there = self._there.get(interaction)
        if there and there.playing and playback == _playback(interaction, there):
            self._heard_it(interaction, replace(there, playing=False), now=now)

    def due(self, interaction: int, *, now: datetime) -> None:
        """The moment for a key has passed."""
        there = self._there.get(interaction)
        if there and there.parts and not there.playing:
            self._there.pop(interaction)
            if there.wished:
                waiting.choose_callback(interaction=interaction, now=now)
            else:
                waiting.say_goodbye(interaction=interaction, wished=False, now=now)

    def over(self, interaction: int, *, now: datetime) -> None:
        """The line is gone, or nobody hears it; who keyed that they want to be called is called all the same."""
        there = self._there.pop(interaction, None)
        if there and there.wished:
            waiting.choose_callback(interaction=interaction, now=now)

    def talks(self, interaction: int) -> None:
        """Somebody has them: nothing is said into their talk, and nobody calls them later."""
        self._stop(interaction, self._there.pop(interaction, None))

    def _heard_it(self, interaction: int, there: Hearing, *, now: datetime) -> None:
        self._there[interaction] = there
        if there.parts:
            offers = not there.wished and waiting.key_of(interaction, now=now)
            self.alarm.set(interaction, seconds=KEY_WITHIN if offers else 0)

    def _play(self, interaction: int, there: Hearing, says: Sequence[Said]) -> None:
        there = replace(there, number=there.number + 1)
        media = self.speak(says)
        playing = bool(media) and self.order(
            Order(
                method="POST",
                path=("channels", there.line, "play"),
                query={"media": ",".join(media), "playbackId": _playback(interaction, there)},
                line=there.line,
            )
        )
        there = replace(there, playing=playing)
        self._there[interaction] = there
        if not playing and there.parts:
            self.alarm.set(interaction, seconds=KEY_WITHIN)

    def _stop(self, interaction: int, there: Hearing | None) -> None:
        if there and there.playing:
            self.order(Order(method="DELETE", path=("playbacks", _playback(interaction, there))))


def _playback(interaction: int, there: Hearing) -> str:
    return f"{PLAYBACK}{interaction}-{there.number}"

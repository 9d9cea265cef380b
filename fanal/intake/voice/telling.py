"""Before a talk is recorded everybody in it hears that it is, or the customer is asked for a key that agrees.

Who is not told is not recorded: where there is no voice, nothing is.
"""

from collections.abc import Callable
from datetime import datetime

import structlog

from fanal.channels.asterisk.rules import Order, Seen, Wanted
from fanal.intake import wording
from fanal.intake.voice.flowing import Speak
from fanal.intake.voice.recording import decided
from fanal.intake.voice.rows import running_call
from fanal.interactions import actions as interactions
from fanal.interactions.models import Interaction, RecordedCall
from fanal.interactions.rules.recording import AGREES, CONSENT, OFF

log = structlog.get_logger(__name__)
PLAYBACK = "told-"


class Telling:
    """All talks at once; what was said is remembered in the rows, what is being said here only."""

    def __init__(self, *, order: Callable[[Order], bool], speak: Speak) -> None:
        self.order, self.speak = order, speak
        self._playing: set[int] = set()
        self._number = 0

    def look(self, call: int, wanted: Wanted, seen: Seen, *, now: datetime) -> None:
        """Somebody talks with them: do they know that it is recorded?"""
        if call in self._playing or not self._talks(wanted, seen):
            return
        interaction = running_call.first(call=call)
        if interaction is None:
            return
        head = decided(interaction)
        if head.policy == OFF or head.told_at or head.objected_at:
            return
        says = wording.is_recorded(
            asks=head.policy == CONSENT,
            written=head.transcribed,
            language=wording.language_of(interaction.language),
        )
        media = self.speak(says)
        if not media:
            log.warning("not_announced_so_not_recorded", interaction=call)
            return
        self._number += 1
        self._playing.add(call)
        query = {"media": ",".join(media), "playbackId": f"{PLAYBACK}{call}-{self._number}"}
        if not self.order(Order(method="POST", path=("bridges", wanted.talks_in, "play"), query=query)):
            self._playing.discard(call)

    def played(self, playback: str, *, now: datetime) -> None:
        """They have heard it."""
        call = told_to(playback)
        if call in self._playing and (found := Interaction.objects.filter(pk=call, ended_at=None).first()):
            self._playing.discard(call)
            interactions.announced_recording(interaction=found, now=now)

    def keyed(self, call: int, key: str, *, now: datetime) -> None:
        """The key that agrees, while they are asked or afterwards."""
        if key != AGREES:
            return
        asked = RecordedCall.objects.filter(interaction=call, policy=CONSENT, agreed_at=None, objected_at=None)
        head = asked.select_related("interaction").first()
        if head and (head.told_at or call in self._playing):
            interactions.agree_to_recording(interaction=head.interaction, now=now)

    def gone(self, call: int) -> None:
        self._playing.discard(call)

    def _talks(self, wanted: Wanted, seen: Seen) -> bool:
        return bool(wanted.talks_in) and wanted.caller in seen.bridges.get(wanted.talks_in, frozenset())


def told_to(playback: str) -> int:
    """The call in which this is played; 0 for any other sound."""
    number = playback.removeprefix(PLAYBACK).partition("-")[0]
    return int(number) if playback.startswith(PLAYBACK) and number.isdigit() else 0

"""Two outside who talk with nobody of ours hear a minute before that their call will end.

What was told is remembered here only: after a break they hear it again.
"""

from collections.abc import Callable
from datetime import datetime

from fanal.channels.asterisk.rules import Order, Wanted
from fanal.intake import wording
from fanal.intake.voice.flowing import Speak
from fanal.interactions.models import Interaction
from fanal.routing import actions as routing

PLAYBACK = "ends-"
TOLD_BEFORE = 60.0  # seconds


class Parting:
    """All calls at once."""

    def __init__(self, *, order: Callable[[Order], bool], speak: Speak) -> None:
        self.order, self.speak = order, speak
        self._told: set[int] = set()

    def look(self, call: int, wanted: Wanted, *, now: datetime) -> None:
        """Are they alone, and is there little time left?"""
        left = routing.seconds_left_outside(call, now=now)
        if left is None or left > TOLD_BEFORE or call in self._told:
            return
        language = Interaction.objects.values_list("language", flat=True).get(pk=call)
        media = self.speak(wording.ends_soon(language=wording.language_of(language)))
        query = {"media": ",".join(media), "playbackId": f"{PLAYBACK}{call}"}
        if media and self.order(Order(method="POST", path=("bridges", wanted.talks_in, "play"), query=query)):
            self._told.add(call)

    def gone(self, call: int) -> None:
        self._told.discard(call)

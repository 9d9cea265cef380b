"""Callers go through a flow: they hear each turn, what they key is its answer, and it leads on, to people or to an end.

Where somebody stands is kept in the database: after a break they hear the last question again. What is keyed is never
stored as it came, so no secret can be; only what the flow makes of it is kept.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from fanal.channels.asterisk.rules import Order
from fanal.intake import flowing as outcomes
from fanal.intake.voice.alarm import Alarm
from fanal.interactions.models import Interaction
from fanal.scenarios import actions as scenarios
from fanal.scenarios.rules import flows

PLAYBACK = "f-"


class Speak(Protocol):
    """Makes what is said into something that the exchange can play; nothing, where it has no voice."""

    def __call__(self, said: Sequence[flows.Said]) -> list[str]: ...


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where one caller is: the turn, what was keyed since, and whether they still hear us."""

    interaction: int
    line: str
    run: int
    turn: flows.Turn
    keys: str = field(default="", repr=False)
    playing: bool = False

    @property
    def playback(self) -> str:
        return f"{PLAYBACK}{self.run}-{self.turn.position.turn}"


class Flowing:
    """All who are in a flow now. What concerns one caller comes one after the other."""

    def __init__(self, *, order: Callable[[Order], bool], speak: Speak, alarm: Alarm) -> None:
        self.order, self.speak, self.alarm = order, speak, alarm
        self._standing: dict[int, Standing] = {}

    def look(self, interaction: int, *, now: datetime) -> None:
        """Somebody may be in a flow and hear nothing: they have just come, or we were away."""
        if interaction in self._standing:
            return
        call = Interaction.objects.filter(pk=interaction, ended_at=None).first()
        going = scenarios.resume_flow(interaction=call) if call else None
        if call and going is None:
            outcomes.said_goodbye(interaction=interaction, now=now)  # cut off before the last sentence had its effect
        elif call and going:
            self._hear(Standing(interaction=call.pk, line=call.thread, run=going.run.pk, turn=going.turn), now=now)

    def gone(self, interaction: int) -> None:
        """The call is over, or with people."""
        self._standing.pop(interaction, None)
        self.alarm.clear(interaction)

    def keyed(self, interaction: int, key: str, *, now: datetime) -> None:
        """One key: whoever knows the way need not hear it to its end."""
        at = self._standing.get(interaction)
        if at is None or isinstance(at.turn.wants, flows.Nothing):
            return
        if at.playing:
            self.order(Order(method="DELETE", path=("playbacks", at.playback)))
        at = replace(at, keys=at.keys + key, playing=False)
        self._standing[interaction] = at
        wants = at.turn.wants
        assert not isinstance(wants, flows.Nothing)
        if wants.enough(at.keys):
            self._answer(at, flows.Keyed(keys=at.keys), now=now)
        else:
            self.alarm.set(interaction, seconds=wants.between)

    def played(self, interaction: int, playback: str, *, now: datetime) -> None:
        """They have heard it all: now it is their turn, or it goes on by itself."""
        at = self._standing.get(interaction)
        if at and at.playing and at.playback == playback:
            self._wait(replace(at, playing=False), now=now)

    def due(self, interaction: int, *, now: datetime) -> None:
        """The time for an answer has passed."""
        at = self._standing.get(interaction)
        if at is None or at.playing:
            return
        if isinstance(at.turn.wants, flows.Nothing):
            self._answer(at, flows.Passed(), now=now)
        else:
            self._answer(at, flows.Keyed(keys=at.keys) if at.keys else flows.Silence(), now=now)

    def _hear(self, at: Standing, *, now: datetime) -> None:
        media = self.speak(at.turn.says)
        playing = bool(media) and self.order(
            Order(
                method="POST",
                path=("channels", at.line, "play"),
                query={"media": ",".join(media), "playbackId": at.playback},
                line=at.line,
            )
        )
        at = replace(at, playing=playing)
        self._standing[at.interaction] = at
        if not playing:
            self._wait(at, now=now)

    def _wait(self, at: Standing, *, now: datetime) -> None:
        self._standing[at.interaction] = at
        if at.turn.over:
            self.gone(at.interaction)
            outcomes.said_goodbye(interaction=at.interaction, now=now)
            return
        self.alarm.set(at.interaction, seconds=at.turn.wants.seconds)

    def _answer(self, at: Standing, given: flows.Input, *, now: datetime) -> None:
        self.alarm.clear(at.interaction)
        going = outcomes.answer(run=at.run, turn=at.turn.position.turn, given=given, now=now)
        self._hear(replace(at, turn=going.turn, keys="", playing=False), now=now)

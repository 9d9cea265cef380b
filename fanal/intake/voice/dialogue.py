"""What callers are told and key: in a flow, while they wait, of a recording, a card number, an end that nears."""

from collections.abc import Callable
from datetime import datetime

from fanal.channels.asterisk.rules import Order, Wanted
from fanal.intake.voice.alarm import Alarm
from fanal.intake.voice.exchange import Exchange
from fanal.intake.voice.flowing import Flowing, Speak
from fanal.intake.voice.keying import Keys
from fanal.intake.voice.parting import Parting
from fanal.intake.voice.recording import quiet_for
from fanal.intake.voice.telling import Telling
from fanal.intake.voice.waiting import Waiting
from fanal.intake.voice.wanting import HELD


class Dialogue:
    """With all callers; where a call is decides which part speaks."""

    def __init__(self, exchange: Exchange, *, order: Callable[[Order], bool], speak: Speak, alarm: Alarm) -> None:
        self.exchange, self.alarm = exchange, alarm
        self.flowing = Flowing(order=order, speak=speak, alarm=alarm)
        self.waiting = Waiting(order=order, speak=speak, alarm=alarm)
        self.telling = Telling(order=order, speak=speak)
        self.parting = Parting(order=order, speak=speak)
        self.keys = Keys(alarm=alarm)

    def look(self, call: int, wanted: Wanted, *, now: datetime) -> None:
        """The call is where it should be: is there something to say?"""
        if wanted.waits_in not in ("", HELD) and not wanted.talks_in:
            self.waiting.look(call, now=now)
        elif wanted.talks_in:
            self.waiting.talks(call)
            self.telling.look(call, wanted, self.exchange.seen(), now=now)
            self.keys.look(call)
            self.parting.look(call, wanted, now=now)
            if wanted.sound and wanted.sound.paused and (quiet := quiet_for(call, now=now)):
                self.alarm.set(call, seconds=quiet + 0.01)
        elif wanted.served_by_flow and not self.waiting.parts(call, now=now):
            self.flowing.look(call, now=now)

    def due(self, call: int, *, now: datetime) -> None:
        """A time that was set is over."""
        self.flowing.due(call, now=now)
        self.waiting.due(call, now=now)
        self.keys.due(call, now=now)

    def keyed(self, call: int, key: str, *, now: datetime) -> None:
        """What belongs to a card number is nobody else's."""
        if self.keys.keyed(call, key, now=now):
            return
        self.telling.keyed(call, key, now=now)
        self.flowing.keyed(call, key, now=now)
        self.waiting.keyed(call, key, now=now)

    def played(self, call: int, playback: str, *, now: datetime) -> None:
        """Something was heard to its end."""
        self.telling.played(playback, now=now)
        self.flowing.played(call, playback, now=now)
        self.waiting.played(call, playback, now=now)

    def forget(self, call: int, *, now: datetime) -> None:
        """What its caller has heard and keyed so far."""
        self.flowing.gone(call)
        self.waiting.over(call, now=now)
        self.telling.gone(call)
        self.keys.gone(call)
        self.parting.gone(call)

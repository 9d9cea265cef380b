"""What the exchange has and what we think it has: whatever differs for longer than a moment is put right."""

import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from fanal.channels.asterisk import wire
from fanal.channels.asterisk.rules import Order
from fanal.channels.asterisk.wire import AGENT, GUEST, IN, Kept
from fanal.intake.voice.exchange import Exchange
from fanal.intake.voice.wanting import OURS, call_listened_to
from fanal.interactions.models import Interaction, Leg

Take = Callable[[Kept], None]
Heard = Callable[[Mapping[str, Any]], None]


class Comparing:
    """After a connection everything is compared at once; later only what differs twice in a row is believed."""

    def __init__(self, exchange: Exchange, *, take: Take, heard: Heard) -> None:
        self.exchange, self.take, self.heard = exchange, take, heard
        self._odd: set[str] = set()
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Nobody listened for a while: who came, and who went. Raises Cut and Declined."""
        with self._lock:
            self._compare(self.exchange.look(), sure=True)

    def again(self) -> None:
        """While we listen, what was told and is on its way looks odd for a moment. Raises Cut and Declined."""
        with self._lock:
            self._compare(self.exchange.lines(), sure=False)

    def give_up(self) -> None:
        """The exchange is not there, and every line with it: as if it had told so."""
        with self._lock:
            for leg in Leg.objects.filter(ended_at=None):
                self.exchange.forget(leg.line)
                run = leg.run or self.exchange.run
                self.take(wire.found_gone(leg.line, run=run, at=timezone.now(), cut=True))

    def _compare(self, lines: list[Mapping[str, Any]], *, sure: bool) -> None:
        there = {str(line["id"]): line for line in lines}
        known = {leg.line: leg for leg in Leg.objects.filter(ended_at=None)}
        unheard = {line for line in there.keys() & known.keys() if not known[line].answered_at and lifted(there[line])}
        odd = (there.keys() ^ known.keys()) | unheard
        for line in odd if sure else odd & self._odd:
            if line in unheard:
                self.heard(was_lifted(there[line], at=timezone.now()))
            elif line in known:
                self.exchange.forget(line)
                run = known[line].run or self.exchange.run
                self.take(wire.found_gone(line, run=run, at=timezone.now(), cut=run != self.exchange.run))
            elif line.startswith(OURS) and not _belongs_beside(line):
                self.exchange.carry_out(Order(method="DELETE", path=("channels", line)))
            elif event := missed(there[line]):
                self.heard(event)
        self._odd = set(odd)


def _belongs_beside(line: str) -> bool:
    """It serves who listens to a call that goes on; whether somebody still does is seen when the call is steered."""
    call = call_listened_to(line)
    return call is not None and Interaction.objects.filter(pk=call, ended_at=None).exists()


def missed(line: Mapping[str, Any]) -> dict[str, Any] | None:
    """The event that was told to nobody, of a line from outside that stands in our application."""
    args = _entered_with(line)
    if args[:1] not in ([IN], [GUEST]):
        return None
    return {"type": "StasisStart", "args": args, "channel": dict(line), "timestamp": str(line.get("creationtime", ""))}


def lifted(line: Mapping[str, Any]) -> bool:
    """Whether a phone that we called was answered, by whoever heard of it."""
    return line.get("state") == "Up" and _entered_with(line)[:1] == [AGENT]


def was_lifted(line: Mapping[str, Any], *, at: datetime) -> dict[str, Any]:
    """The event that was told to a room that is gone; when that was is not known."""
    return {"type": "StasisStart", "args": [AGENT], "channel": dict(line), "timestamp": at.isoformat()}


def _entered_with(line: Mapping[str, Any]) -> list[str]:
    """The words with which it came into our application; none where it stands elsewhere."""
    plan = line.get("dialplan") or {}
    _app, *args = str(plan.get("app_data", "")).split(",")
    return args if plan.get("app_name") == "Stasis" else []

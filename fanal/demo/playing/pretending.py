"""Customers who telephone without a PBX: they are played, and whoever accepts in the desk has lifted the phone."""

import threading
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from random import Random

from django.db import connection
from django.utils import timezone

from fanal.agents.models import Agent
from fanal.channels.asterisk.ari import Orders
from fanal.channels.models import ChannelAccount, ChannelKind
from fanal.demo.playing.phoning import numbers
from fanal.demo.playing.played import Played, PlayedAddress
from fanal.intake.voice.phones import Phones
from fanal.intake.voice.room import Room
from fanal.intake.voice.speaking import silence
from fanal.intake.voice.wanting import OFFER
from fanal.interactions.models import Leg
from fanal.routing import actions as routing
from fanal.routing.models import Offer, OfferState
from fanal.running.pbx.configuration.dialplan import APP
from fanal.running.postgres import NotPossible

TALKS = (30.0, 150.0)  # seconds
PATIENCE = 180.0
LOOKS = 0.3


class PlayedPhones(Phones):
    """Everybody who takes calls has one."""

    def keep(self, orders: Orders, *, told: Mapping[str, bool] | None, now: datetime) -> None:
        routing.note_phones(agents=set(Agent.objects.filter(is_active=True).values_list("pk", flat=True)), now=now)

    def away(self) -> None:
        routing.note_phones(agents=set(), now=timezone.now())

    def address_of(self, agent: Agent, pictures: bool) -> str:
        return f"PJSIP/played-{agent.pk}"


@contextmanager
def pretending(
    *, rate: float, rng: Random, tally: Counter[str], talks: tuple[float, float] = TALKS
) -> Iterator[Played]:
    """So many played calls a minute, beside whatever the block does; after it all of them lay down.

    Raises NotPossible, with what to do.
    """
    account = ChannelAccount.objects.filter(kind=ChannelKind.VOICE, active=True).exclude(address="").first()
    if account is None:
        raise NotPossible("No number takes calls here: enter one under Administration, Channels.")
    played, stop, over = Played(), threading.Event(), threading.Event()
    room = Room(PlayedAddress(played=played), app=APP, phones=PlayedPhones(), speak=silence, stop=stop)
    callers = _Callers(played, called=account.address, rate=rate, rng=rng, tally=tally, talks=talks)
    running = [threading.Thread(target=room.run), threading.Thread(target=callers.come, args=(over,))]
    for thread in running:
        thread.start()
    try:
        yield played
    finally:
        over.set()
        running[1].join(20)
        stop.wait(1)  # the room hears that they laid down
        stop.set()
        running[0].join(20)


class _Callers:
    """Who comes, who has had enough, and the phones that are lifted."""

    def __init__(
        self, played: Played, *, called: str, rate: float, rng: Random, tally: Counter[str], talks: tuple[float, float]
    ) -> None:
        self.played, self.called, self.rate, self.rng, self.tally = played, called, rate, rng, tally
        self.talks = talks
        self.stays: dict[str, float] = {}
        self.talked: set[str] = set()

    def come(self, over: threading.Event) -> None:
        due = 0.0
        try:
            while not over.wait(LOOKS):
                due -= LOOKS
                if due <= 0:
                    due = self.rng.expovariate(self.rate / 60)
                    line = f"played-{uuid.uuid4().hex[:12]}"
                    self.stays[line] = PATIENCE
                    self.tally["calls"] += 1
                    self.played.calls(line, number=numbers(1, rng=self.rng)[0], called=self.called)
                self._go_on()
        finally:
            for line in list(self.stays):
                self.played.lays_down(line)
            connection.close()

    def _go_on(self) -> None:
        for line in list(self.stays):
            if self.played.talks(line) and line not in self.talked:
                self.talked.add(line)
                self.stays[line] = self.rng.uniform(*self.talks)
            self.stays[line] -= LOOKS
            if self.stays[line] <= 0 or line not in self.played.lines:
                self.played.lays_down(line)
                del self.stays[line]
        for line in self.played.rings():
            if not line.startswith(OFFER) or _is_accepted(line):
                self.played.lifts(line)


def _is_accepted(line: str) -> bool:
    offer = Leg.objects.filter(line=line).values_list("for_offer", flat=True).first()
    return offer is not None and Offer.objects.filter(pk=offer, state=OfferState.ACCEPTED).exists()

"""The agents' phones: the exchange is to know those that are in use, and calls are offered to who can be rung."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from fanal.agents import actions as agents
from fanal.agents.models import Agent, PhoneKind, PhoneLine
from fanal.channels.asterisk import guests, lines
from fanal.channels.asterisk.ari import Address, Cut, Declined, Events, Orders, path_of
from fanal.intake import calls
from fanal.intake.voice.work import Ring, SignedIn
from fanal.interactions import actions as interactions
from fanal.routing import actions as routing


class Phones:
    """`media_address`: where the phones send their sound to, if that is not where the exchange stands."""

    def __init__(self, *, media_address: str = "") -> None:
        self.media_address = media_address
        self._told: dict[str, bool] = {}
        self._places: dict[str, str] = {}
        self._gone: set[str] = set()

    def listen(self, address: Address, orders: Orders, app: str) -> Events:
        """A line of its own that tells who comes and goes: on that of the calls each event would come twice.

        Raises Cut and Declined.
        """
        events, app = address.events(f"{app}-phones"), f"{app}-phones"
        try:
            allowed = [{"type": lines.COMES_AND_GOES}, {"type": lines.SIGNS_IN}]
            orders.ask("PUT", path_of("applications", app, "eventFilter"), body={"allowed": allowed})
            orders.ask("POST", path_of("applications", app, "subscription"), {"eventSource": lines.ENDPOINTS})
        except (Cut, Declined):
            events.close()
            raise
        return events

    def heard(self, event: Mapping[str, Any]) -> Iterator[Ring | SignedIn]:
        """What is to be done about it; nothing where it was known: the same is told of a phone at each of its calls."""
        if line := lines.told_of(event):
            name, reachable = line
            if self._told.get(name) != reachable:
                self._told[name] = reachable
                yield Ring(told={name: reachable})
        if signed_in := lines.place_told(event):
            name, place = signed_in
            if self._places.get(name) != place:
                self._places[name] = place
                yield SignedIn(name=name, place=place)

    def keep(self, orders: Orders, *, told: Mapping[str, bool] | None, now: datetime) -> None:
        """Note what was told of some, and who can be rung; `None`: bring the exchange to the phones in use before.

        Raises Cut and Declined.
        """
        if told is None:
            agents.end_lines_left(now=now)
            interactions.end_web_calls_left(now=now)
            lines.bring(orders, agents.wanted_lines(), media_address=self.media_address)
            wanted = interactions.wanted_guests()
            guests.bring(orders, wanted, gone=self._gone, media_address=self.media_address)
            told = self._told = dict(lines.there(orders))
            self._places = {name: place for name, place in self._places.items() if name in told}
        if told:
            agents.note_reachable(seen=told, now=now)
        self._offer_accordingly(now=now)
        if not all(told.values()):
            calls.rings_at_nobody(now=now)

    def away(self) -> None:
        """The exchange is gone, and with it every phone."""
        self._told = {}
        agents.note_unreachable(now=timezone.now())
        self._offer_accordingly(now=timezone.now())

    def address_of(self, agent: Agent, pictures: bool) -> str:
        """As the exchange calls it; empty where this person cannot be rung. A phone on the desk shows no pictures."""
        line = agents.phone_of(agent)
        if line is None:
            return ""
        shows = pictures and line.kind == PhoneKind.BROWSER
        return f"PJSIP/{lines.with_pictures(line.name) if shows else line.name}"

    def _offer_accordingly(self, *, now: datetime) -> None:
        routing.note_phones(agents=set(PhoneLine.objects.reachable().values_list("agent", flat=True)), now=now)

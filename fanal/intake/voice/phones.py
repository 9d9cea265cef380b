"""The agents' phones: the exchange is to know those that are in use, and calls are offered to who can be rung."""

from collections.abc import Mapping
from datetime import datetime

from django.utils import timezone

from fanal.agents import actions as agents
from fanal.agents.models import Agent, PhoneLine
from fanal.channels.asterisk import lines
from fanal.channels.asterisk.ari import Address, Cut, Declined, Events, Orders, path_of
from fanal.routing import actions as routing


class Phones:
    """`media_address`: where the phones send their sound to, if that is not where the exchange stands."""

    def __init__(self, *, media_address: str = "") -> None:
        self.media_address = media_address

    def listen(self, address: Address, orders: Orders, app: str) -> Events:
        """A line of its own that tells who comes and goes: on that of the calls each event would come twice.

        Raises Cut and Declined.
        """
        events, app = Events(address, f"{app}-phones"), f"{app}-phones"
        try:
            orders.ask(
                "PUT", path_of("applications", app, "eventFilter"), body={"allowed": [{"type": lines.COMES_AND_GOES}]}
            )
            orders.ask("POST", path_of("applications", app, "subscription"), {"eventSource": lines.ENDPOINTS})
        except (Cut, Declined):
            events.close()
            raise
        return events

    def keep(self, orders: Orders, *, told: Mapping[str, bool] | None, now: datetime) -> None:
        """Bring the exchange to the phones in use, and note who can be rung. Raises Cut and Declined."""
        if told is None:
            agents.end_lines_left(now=now)
            lines.bring(orders, agents.wanted_lines(), media_address=self.media_address)
            told = lines.there(orders)
        agents.note_reachable(seen=told, now=now)
        self._offer_accordingly(now=now)

    def away(self) -> None:
        """The exchange is gone, and with it every phone."""
        agents.note_unreachable(now=timezone.now())
        self._offer_accordingly(now=timezone.now())

    def address_of(self, agent: Agent) -> str:
        """As the exchange calls it; empty where this person cannot be rung."""
        line = agents.phone_of(agent)
        return f"PJSIP/{line.name}" if line else ""

    def _offer_accordingly(self, *, now: datetime) -> None:
        routing.note_phones(agents=set(PhoneLine.objects.reachable().values_list("agent", flat=True)), now=now)

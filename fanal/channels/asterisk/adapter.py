"""Calls as a channel: what the exchange tells is understood here; what is said there is heard and not sent."""

from collections.abc import Mapping
from typing import Any

from fanal.channels.asterisk import wire
from fanal.channels.port import Arrival, Capabilities, Outbound, Refused, Signal


class Calls:
    capabilities = Capabilities(spoken=True)

    def translate(self, arrival: Arrival) -> tuple[Signal, ...]:
        return wire.translate(arrival)

    def send(self, outbound: Outbound, settings: Mapping[str, Any]) -> str:
        """Nothing is written into a call. Raises Refused."""
        raise Refused("nothing is written into a call")

    def listen(self, settings: Mapping[str, Any]) -> None:
        """The exchange serves all numbers at once: `fanal voice` listens to it."""
        return


class Messages(Calls):
    """What callers left when nobody could talk to them: heard, and answered by a call or otherwise."""

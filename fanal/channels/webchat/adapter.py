"""The chat widget as a channel: it fetches what we say by itself, so sending is only storing."""

from collections.abc import Mapping
from typing import Any

from fanal.channels.port import Arrival, Capabilities, Outbound, Signal
from fanal.channels.webchat import wire


class WebChat:
    capabilities = Capabilities(pulls=True, typing=True, marks=True, attachments=True, longest_text=wire.LONGEST_TEXT)

    def translate(self, arrival: Arrival) -> tuple[Signal, ...]:
        return wire.translate(arrival)

    def send(self, outbound: Outbound, settings: Mapping[str, Any]) -> str:
        return str(outbound.message_id)

    def listen(self, settings: Mapping[str, Any]) -> None:
        return

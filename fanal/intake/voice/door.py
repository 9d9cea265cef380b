"""The door of the exchange: who is not to come in, or not again, is sent away."""

import contextlib
from collections.abc import Callable

from fanal.channels.asterisk import guests
from fanal.channels.asterisk.ari import Cut, Declined
from fanal.channels.asterisk.rules import Order, hang_up
from fanal.intake.voice.exchange import Exchange

FORBIDDEN = 21
"""Q.850: call rejected."""
NO_ROOM = 34
"""Q.850: no circuit available; SIP 503, at which a carrier tries elsewhere or says so."""


class Door:
    """`order`: how the exchange is asked for something."""

    def __init__(self, exchange: Exchange, *, order: Callable[[Order], bool]) -> None:
        self.exchange, self.order = exchange, order

    def refuse(self, line: str, *, cause: int) -> None:
        self.order(hang_up(line, cause=cause))

    def let_in_no_more(self, guest: str) -> None:
        """What a browser was given is good for one call; where this fails, the next comparison does it."""
        with contextlib.suppress(Cut, Declined):
            guests.send_away(self.exchange.orders, guest)

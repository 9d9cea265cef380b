"""The door of the exchange: whoever comes hears ringing until they are taken, or is refused at once."""

import contextlib
from collections.abc import Callable

from django.utils import timezone

from fanal.channels.asterisk import guests, wire
from fanal.channels.asterisk.ari import Cut, Declined, path_of
from fanal.channels.asterisk.rules import Order, hang_up, let_ring
from fanal.channels.asterisk.wire import Kept
from fanal.intake.voice.exchange import Exchange

FORBIDDEN = 21
"""Q.850: call rejected."""
NO_ROOM = 34
"""Q.850: no circuit available; SIP 503, at which a carrier tries elsewhere or says so."""


class Door:
    """`app`: under which name we take calls; `take`: who is let in is handed over."""

    def __init__(
        self, exchange: Exchange, *, app: str, order: Callable[[Order], bool], take: Callable[[Kept], None]
    ) -> None:
        self.exchange, self.app, self.order, self.take = exchange, app, order, take

    def enter(self, call: Kept) -> None:
        """Told twice, whoever waits with music already is not made to hear ringing again."""
        line = self.exchange.seen().lines.get(call.line)
        if not (line and line.answered):
            self.order(let_ring(call.line))
        self.take(call)
        self.follow(call.line)

    def refuse(self, line: str, *, cause: int) -> None:
        self.order(hang_up(line, cause=cause))

    def follow(self, line: str) -> None:
        """Otherwise a line that entered by the dialplan ends without a word; one that is gone already has ended.

        Where the exchange is away, all lines are compared when it is back.
        """
        with contextlib.suppress(Cut):
            try:
                self.exchange.orders.ask(
                    "POST", path_of("applications", self.app, "subscription"), {"eventSource": f"channel:{line}"}
                )
            except Declined:
                self.take(wire.found_gone(line, run=self.exchange.run, at=timezone.now()))

    def let_in_no_more(self, guest: str) -> None:
        """What a browser was given is good for one call; where this fails, the next comparison does it."""
        with contextlib.suppress(Cut, Declined):
            guests.send_away(self.exchange.orders, guest)

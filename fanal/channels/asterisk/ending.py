"""Before an exchange is ended by us it says so: its lines end then like lines that somebody laid down."""

import contextlib

from fanal.channels.asterisk.ari import Address, Cut, Declined, path_of
from fanal.channels.asterisk.wire import STOPS


def announce(address: Address, *, app: str) -> None:
    """Told to who takes the calls; where nobody does, nobody has to know."""
    with contextlib.suppress(Cut, Declined):
        orders = address.orders(f"{app}-ends", lines=1)
        try:
            orders.ask("POST", path_of("events", "user", STOPS), {"application": app})
        finally:
            orders.close()

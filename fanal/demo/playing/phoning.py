"""Customers who telephone: real SIP calls, placed by SIPp at the carrier's end of this installation's own PBX."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from fanal.channels.models import ChannelAccount, ChannelKind
from fanal.customers.models import ContactPoint
from fanal.demo import cast
from fanal.environment import Environment
from fanal.running import pbx
from fanal.running.pbx.callers import Callers, sipp
from fanal.running.postgres import NotPossible

STAYS = 150.0  # seconds of each call, once it is answered; whoever keys nothing hears the menus for half of them
WITHHELD = "anonymous"
ONE_IN = 8
"""Of so many callers one shows no number."""
FIRST = (cast.KNOWN.phone, cast.HOUSEHOLD_PHONE, WITHHELD)
"""Whoever calls first in the demo: somebody known, one of a household that shares its number, a number withheld."""
KEYS = f" 1 3 {cast.KNOWN.card}#"
"""The fourth: English, about a card, and the card; only by it is it known who calls."""
HOW = "Set FANAL_PBX_TRUNKS='[\"carrier=127.0.0.1:25070\"]' for bin/pbx start and for this command."


@contextmanager
def phoning(
    environment: Environment, *, rate: float, minutes: float, rng: Random, tally: Counter[str]
) -> Iterator[None]:
    """So many calls a minute, beside whatever the block does; after it the last ones are waited for.

    Raises NotPossible, with what to do.
    """
    sipp()
    local = pbx.find()
    ours = pbx.pbx_of(environment, local)
    if pbx.status(local, ours) is None:
        raise NotPossible("The PBX of this installation does not run: bin/pbx start.")
    trunk = next((one for one in ours.trunks if one.address == "127.0.0.1"), None)
    if trunk is None:
        raise NotPossible(f"No line of a carrier ends on this machine, so nobody can call from here. {HOW}")
    account = ChannelAccount.objects.filter(kind=ChannelKind.VOICE, active=True).exclude(address="").first()
    if account is None:
        raise NotPossible("No number takes calls here: enter one under Administration, Channels.")
    calls = max(1, round(rate * minutes))
    with tempfile.TemporaryDirectory(prefix="fanal-traffic-") as folder:
        callers = Callers(
            folder=Path(folder),
            pbx_port=ours.sip_port,
            port=trunk.port,
            numbers=numbers(calls, rng=rng),
            presses=(len(FIRST), KEYS),
        )
        with callers.calling(account.address, calls=calls, per_s=rate / 60, seconds=STAYS, media=True) as calling:
            try:
                yield
                calling.wait()
            finally:
                seen = calling.so_far()  # also of whoever was stopped before
                tally["calls"] += sum(200 in call.told for call in seen)
                tally["calls that were refused"] += sum(any(code >= 400 for code in call.told) for call in seen)


def numbers(many: int, *, rng: Random) -> list[str]:
    known = list(ContactPoint.objects.filter(kind="phone").order_by("pk").values_list("value", flat=True)[:2000])
    rest = [WITHHELD if not known or rng.randrange(ONE_IN) == 0 else rng.choice(known) for _ in range(many)]
    return [*FIRST, WITHHELD, *rest][:many]

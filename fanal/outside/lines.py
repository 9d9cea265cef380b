"""The way out to a WebSocket: the same addresses as for a question by HTTP, looked up once and checked."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from fanal.environment import environment
from fanal.outside import addresses
from fanal.outside.asking import NotAllowed, NotReached, looked_up


@dataclass(frozen=True, kw_only=True)
class Way:
    """Where to connect to: `at` are the addresses that were checked; `url` names the host that has to answer there."""

    url: str = field(repr=False)
    at: tuple[str, ...]
    port: int


def place_of(url: str) -> addresses.Place:
    """The place of an address that begins with wss:// or ws://. Raises addresses.Refused."""
    scheme, sign, rest = url.partition("://")
    if scheme not in ("ws", "wss") or not sign:
        raise addresses.Refused("address")
    return addresses.place(f"http{scheme[2:]}://{rest}")


def way_to(url: str, *, within: float, allowed: Iterable[str] | None = None) -> Way:
    """`within` seconds. Raises NotAllowed and NotReached."""
    try:
        place = place_of(url)
        opening = addresses.opening_for(
            place, addresses.openings(environment.outside_allowed if allowed is None else allowed)
        )
        addresses.check_place(place, opening)
        host, port = opening.at if opening and opening.at else (place.host, place.port)
        found = looked_up(host, port, until=time.monotonic() + within)
        return Way(url=url, at=tuple(addresses.check_all(found, opening)), port=port)
    except addresses.Refused as refused:
        raise NotAllowed(str(refused)) from None
    except OSError:
        raise NotReached from None

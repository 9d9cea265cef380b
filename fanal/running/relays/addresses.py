"""Where a relay is, as FANAL_TURN_URLS names it."""

import re
from dataclasses import dataclass

_URL = re.compile(r"(?P<scheme>turns?):(?P<host>[^:?]+)(?::(?P<port>\d+))?(?:\?transport=(?P<way>udp|tcp))?")
PORT, TLS_PORT = 3478, 5349


@dataclass(frozen=True, kw_only=True)
class Place:
    """One way to one relay; `tls` by TCP is TLS, by UDP it is DTLS."""

    host: str
    port: int
    tcp: bool
    tls: bool


def place_of(url: str) -> Place:
    """Pure. Raises ValueError."""
    found = _URL.fullmatch(url)
    if not found:
        raise ValueError(f"{url!r} names no relay.")
    tls = found["scheme"] == "turns"
    tcp = found["way"] == "tcp" or (tls and not found["way"])
    return Place(host=found["host"], port=int(found["port"] or (TLS_PORT if tls else PORT)), tcp=tcp, tls=tls)

"""The agents' phones on a running Asterisk: each line is three objects pushed into it, which are gone when it restarts.

A line that is pushed in part is worse than none, so what fails is taken away whole. Its endpoint comes last: what there
is of endpoints is what there is of lines. A browser's line has a second endpoint, by which it is called where pictures
may be shown, for Asterisk ends a line of which no picture comes as if nothing was heard of it: see `silence.py`.
"""

import ipaddress
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fanal.channels.asterisk.ari import Declined, Orders
from fanal.channels.asterisk.pushed import put, take_away
from fanal.channels.asterisk.pushed import there as there

BEGINS = "L-"
"""No trunk's name can begin so: what begins so on the PBX is ours to take away."""
WITH_PICTURES = "P-"
"""How the second endpoint of a browser's line begins."""
GONE_AFTER = 3  # seconds without any sound from a browser, which says nothing when it dies
SILENT_AFTER = 30  # a phone on the desk may well send nothing while nobody speaks
LOOKED_AT_EVERY = 10  # seconds between two questions to a phone on the desk whether it is there
_NAME = re.compile(r"L-[a-z0-9]{8,36}")
SIGNS_IN_EVERY = 120  # seconds at most: after a restart of the PBX a phone on the desk is back by then
_SECRET = re.compile(r"[A-Za-z0-9_-]{32,}")
_TYPED = re.compile(r"[a-z0-9]{24,}")
_PLACE = re.compile(r"sips?:[^@]*@(\[[0-9a-f:.]+\]:[0-9]+|[0-9.]+:[0-9]+)(?:;.*)?")
_ADDRESS = re.compile(
    r"sip:(?P<user>[A-Za-z0-9._+-]{1,64})@(?:\[(?P<six>[0-9a-f:.]+)\]|(?P<four>[0-9.]+))(?::(?P<port>[0-9]{1,5}))?"
)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One phone: a browser with a `secret`, or one `on_desk` with one or at an `address`. Calls carry the `key`."""

    name: str
    key: int
    secret: str = field(default="", repr=False)
    address: str = ""
    on_desk: bool = False

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError("The name of a line is L- and at least eight small letters and digits.")
        if bool(self.secret) == bool(self.address):
            raise ValueError("A line has either a secret or an address.")
        if self.secret and not (_TYPED if self.on_desk else _SECRET).fullmatch(self.secret):
            raise ValueError("The secret of a line has at least 32 letters, digits, - and _; of one on the desk 24.")
        if self.address and address_of(self.address) != self.address:
            raise ValueError("The address of a line is sip:name@address:port.")


def address_of(text: str) -> str:
    """A phone's address in its one form: `sip:name@address:port`, by IP address and with nothing after it.

    Raises ValueError. A name could be led elsewhere by whoever answers for names, and parameters steer Asterisk.
    """
    found = _ADDRESS.fullmatch(text.strip())
    if not found:
        raise ValueError("A phone's address is sip:name@address:port, with an IP address.")
    host = ipaddress.ip_address(found["six"] or found["four"])
    port = int(found["port"] or 5060)
    if not 0 < port < 65536 or host.is_multicast or host.is_unspecified:
        raise ValueError("There can be no phone at this address.")
    return f"sip:{found['user']}@{f'[{host}]' if host.version == 6 else host}:{port}"


def to_bring(wanted: Iterable[Line], there: Collection[str]) -> tuple[list[Line], list[str]]:
    """Pure: the lines to push, and the names to withdraw; what is there and not a line is left alone."""
    named = {line.name: line for line in wanted}
    missing = [line for name, line in named.items() if name not in there]
    lines = {BEGINS + name[2:] for name in there if name.startswith((BEGINS, WITH_PICTURES))}
    return missing, sorted(lines - named.keys())


def bring(orders: Orders, wanted: Iterable[Line], *, media_address: str = "") -> None:
    """Make the PBX know these lines and no others. Raises Cut, and Declined with everything of that line taken away."""
    missing, surplus = to_bring(wanted, there(orders))
    for name in surplus:
        withdraw(orders, name)
    for line in missing:
        push(orders, line, media_address=media_address)


def push(orders: Orders, line: Line, *, media_address: str = "") -> None:
    """Make it known, in place of what was there under its name. Raises Cut and Declined."""
    try:
        if line.secret and not line.on_desk:
            put(orders, with_pictures(line.name), [("endpoint", _where_pictures_are_shown(line, media_address))])
        put(orders, line.name, _objects(line, media_address))
    except Declined:
        withdraw(orders, line.name)
        raise


def withdraw(orders: Orders, name: str) -> None:
    """Nothing of it is left; a call that it carries goes on. Raises Cut."""
    if not name.startswith(BEGINS):
        raise ValueError("Only the agents' lines are withdrawn.")
    take_away(orders, with_pictures(name))
    take_away(orders, name)


def with_pictures(name: str) -> str:
    """Pure: by which name the line of a browser is called where pictures may be shown."""
    return WITH_PICTURES + name.removeprefix(BEGINS)


def told_of(event: Mapping[str, Any]) -> tuple[str, bool] | None:
    """Pure: the line that an event of Asterisk speaks of, and whether it can be called now; None if it speaks of none.

    Asterisk tells it to an application that subscribed to `ENDPOINTS`. That a line was withdrawn it does not tell.
    """
    if event.get("type") != COMES_AND_GOES:
        return None
    name = event["endpoint"]["resource"]
    return (name, event["endpoint"]["state"] == "online") if name.startswith(BEGINS) else None


def place_told(event: Mapping[str, Any]) -> tuple[str, str] | None:
    """Pure: the line that has signed in, and the address and port where; None if the event tells of none."""
    if event.get("type") != SIGNS_IN:
        return None
    told = event["contact_info"]
    found = _PLACE.fullmatch(told["uri"])
    return (told["aor"], found[1]) if found and told["aor"].startswith(BEGINS) else None


ENDPOINTS = "endpoint:PJSIP"
COMES_AND_GOES = "EndpointStateChange"
SIGNS_IN = "ContactStatusChange"
_COMMON = {
    "context": "from-agents",
    "disallow": "all",
    "direct_media": "no",
    "allow_transfer": "no",
    "allow_subscribe": "no",
    "send_pai": "no",
    "rtp_symmetric": "yes",
}
SOUND, PICTURES = "opus,ulaw,alaw", "vp8,h264"
_BROWSER = {
    "webrtc": "yes",
    "dtls_auto_generate_cert": "yes",
    "rewrite_contact": "yes",  # it rings where it was registered from, whatever place was named
}


def _objects(line: Line, media_address: str) -> list[tuple[str, dict[str, str]]]:
    common = _common(line, media_address)
    if line.address:
        # Identified by an address that stands nowhere: it is called by us, and calls nobody. It has no secret.
        endpoint = common | {
            "identify_by": "ip", "transport": "udp", "allow": "alaw,ulaw,g722", "dtmf_mode": "auto_info",
            "rtp_timeout": str(SILENT_AFTER),
        }  # fmt: skip
        aor = {"contact": line.address, "qualify_frequency": str(LOOKED_AT_EVERY), "qualify_timeout": "2.0"}
        return [("aor", aor), ("endpoint", endpoint)]
    if line.on_desk:
        # It proves who it is, and still calls nobody: what it dials is refused as from any phone of an agent.
        endpoint = common | {
            "transport": "udp", "allow": "alaw,ulaw,g722", "dtmf_mode": "auto_info", "auth": line.name,
            "identify_by": "auth_username,username", "rtp_timeout": str(SILENT_AFTER), "rewrite_contact": "yes",
        }  # fmt: skip
        aor = {
            "max_contacts": "1", "remove_existing": "yes", "maximum_expiration": str(SIGNS_IN_EVERY),
            "qualify_frequency": str(LOOKED_AT_EVERY), "qualify_timeout": "2.0",
        }  # fmt: skip
        return [("auth", _auth(line)), ("aor", aor), ("endpoint", endpoint)]
    endpoint = common | _BROWSER | {
        "allow": SOUND, "auth": line.name, "identify_by": "auth_username,username", "rtp_timeout": str(GONE_AFTER),
    }  # fmt: skip
    return [
        ("auth", _auth(line)),
        ("aor", {"max_contacts": "1", "remove_existing": "yes"}),
        ("endpoint", endpoint),
    ]


def _where_pictures_are_shown(line: Line, media_address: str) -> dict[str, str]:
    """It rings where the line is registered, and calls nobody: it is identified by an address that stands nowhere."""
    return _common(line, media_address) | _BROWSER | {"allow": f"{SOUND},{PICTURES}", "identify_by": "ip"}


def _common(line: Line, media_address: str) -> dict[str, str]:
    at = {"media_address": media_address, "bind_rtp_to_media_address": "yes"} if media_address else {}
    return _COMMON | at | {"aors": line.name, "set_var": f"FANAL_LINE={line.key}"}


def _auth(line: Line) -> dict[str, str]:
    return {"auth_type": "userpass", "username": line.name, "password": line.secret}

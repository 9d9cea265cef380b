"""Customers' browsers on a running Asterisk: each is let in for one call, and is nobody there once it has begun.

A guest is a name, a secret and one way in. It has no address of record, so that nothing can be registered under it and
nobody can call it; it hands nothing on, subscribes to nothing, and the context it calls in knows one name.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fanal.channels.asterisk.ari import Orders
from fanal.channels.asterisk.pushed import put, take_away, there

BEGINS = "G-"
SOUND, WITH_PICTURES = "opus,ulaw", "opus,ulaw,vp8,h264"
GONE_AFTER = 10  # seconds without any sound from a browser, which says nothing when it dies
_NAME = re.compile(r"G-[a-z0-9]{20,36}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{32,}")
_CHANNEL = re.compile(r"PJSIP/(G-[a-z0-9]+)-[0-9a-f]{8}")


@dataclass(frozen=True, kw_only=True)
class Guest:
    """One call from a page; the call says `key`, which its browser cannot change. `pictures`: it may show some."""

    name: str
    key: int
    secret: str = field(repr=False)
    pictures: bool = False

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name) or not _SECRET.fullmatch(self.secret):
            raise ValueError("A guest has a name of G- and twenty letters, and a secret of at least 32.")


def to_bring(wanted: Iterable[Guest], there: Collection[str]) -> tuple[list[Guest], list[str]]:
    """Pure: the guests to let in, and the names to send away; what is there and no guest is left alone."""
    named = {guest.name: guest for guest in wanted}
    missing = [guest for name, guest in named.items() if name not in there]
    return missing, sorted(name for name in there if name.startswith(BEGINS) and name not in named)


def bring(orders: Orders, wanted: Iterable[Guest], *, gone: set[str], media_address: str = "") -> None:
    """Make the PBX know these guests and no others. Raises Cut and Declined.

    Asterisk goes on naming an endpoint whose call ended after it was taken away: who is `gone` is not looked at again.
    """
    named = there(orders)
    gone &= named.keys()
    missing, surplus = to_bring(wanted, named.keys() - gone)
    for name in surplus:
        send_away(orders, name)
        gone.add(name)
    for guest in missing:
        put(orders, guest.name, _objects(guest, media_address))


def send_away(orders: Orders, name: str) -> None:
    """No call more under this name; one that runs goes on. Raises Cut."""
    if not name.startswith(BEGINS):
        raise ValueError("Only guests are sent away.")
    take_away(orders, name)


def name_in(event: Mapping[str, Any]) -> str:
    """Pure: the guest whose line an event speaks of; empty if it is no guest's."""
    found = _CHANNEL.fullmatch(str((event.get("channel") or {}).get("name", "")))
    return found[1] if found else ""


def _objects(guest: Guest, media_address: str) -> list[tuple[str, dict[str, str]]]:
    at = {"media_address": media_address, "bind_rtp_to_media_address": "yes"} if media_address else {}
    endpoint = at | {
        "context": "from-guest", "webrtc": "yes", "dtls_auto_generate_cert": "yes", "disallow": "all",
        "max_audio_streams": "1", "max_video_streams": "1", "direct_media": "no",
        "rtp_symmetric": "yes", "auth": guest.name, "identify_by": "auth_username,username",
        "set_var": f"FANAL_GUEST={guest.key}", "device_state_busy_at": "1",
        "allow_transfer": "no", "allow_subscribe": "no", "send_pai": "no",
        "rewrite_contact": "yes",  # what we say in the call goes where it came from, whatever way back was named
    }  # fmt: skip
    # With pictures whoever steers looks whether it is silent: `silence.py`.
    endpoint |= {"allow": WITH_PICTURES} if guest.pictures else {"allow": SOUND, "rtp_timeout": str(GONE_AFTER)}
    return [
        ("auth", {"auth_type": "userpass", "username": guest.name, "password": guest.secret}),
        ("endpoint", endpoint),
    ]

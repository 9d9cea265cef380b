"""What Asterisk counts of a line's sound (`rtp_statistics`), and how it sounded between two counts: pure.

What comes from a line it counts itself; what goes to it is known from the receiver reports of the other end (RTCP,
RFC 3550), and not at all where that end sends none: Asterisk tells a jitter of its own then, but no round trip. Jitter
and round trip are seconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Half:
    """One half of a line since it began: packets that arrived or were sent, those lost, and the jitter as it is now."""

    packets: int = 0
    lost: int = 0
    jitter: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Both halves. `reported`: the other end says what reaches it."""

    comes: Half = Half()
    goes: Half = Half()
    round_trip: float = 0.0
    reported: bool = False


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """How one half sounded: `loss` is a share."""

    loss: float
    jitter: float
    round_trip: float


def read(told: Mapping[str, Any]) -> Counted:
    """The answer to `GET /channels/ID/rtp_statistics`; what is missing in it, or makes no sense, counts as nothing."""
    comes = Half(packets=_whole(told, "rxcount"), lost=_whole(told, "rxploss"), jitter=_number(told, "rxjitter"))
    goes = Half(packets=_whole(told, "txcount"), lost=_whole(told, "txploss"), jitter=_number(told, "txjitter"))
    round_trip = _number(told, "rtt")
    return Counted(comes=comes, goes=goes, round_trip=round_trip, reported=bool(round_trip or goes.lost or goes.jitter))


def came(before: Counted, now: Counted) -> Stretch | None:
    """What came from there; None where nothing did, or the line began to count anew."""
    packets = now.comes.packets - before.comes.packets
    lost = max(0, now.comes.lost - before.comes.lost)
    if packets < 0 or packets + lost <= 0:
        return None
    return Stretch(loss=lost / (packets + lost), jitter=now.comes.jitter, round_trip=now.round_trip)


def went(before: Counted, now: Counted) -> Stretch | None:
    """What reached them, as they report it; None where they do not, or nothing went."""
    packets = now.goes.packets - before.goes.packets
    if not now.reported or packets <= 0:
        return None
    lost = max(0, now.goes.lost - before.goes.lost)
    return Stretch(loss=min(1.0, lost / packets), jitter=now.goes.jitter, round_trip=now.round_trip)


def _whole(told: Mapping[str, Any], name: str) -> int:
    return int(_number(told, name))


def _number(told: Mapping[str, Any], name: str) -> float:
    """Not below 0, and finite: Asterisk is known to answer with what it has not counted yet."""
    value = told.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < 2**32:
        return 0.0
    return float(value)

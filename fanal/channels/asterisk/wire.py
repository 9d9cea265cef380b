"""What Asterisk tells of a call: what of it is kept as it came, and what it means."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fanal.channels.port import Arrival, CallArrived, LineAnswered, LineEnded, Signal, Unprocessable, visitor_of
from fanal.norms import phones

KIND = "call"
IN, AGENT, DIALLED, GUEST = "in", "agent", "dialled", "guest"
"""The first word that the application is entered with: from outside, a phone that we called, one that dials itself,
somebody's browser that was let in for one call."""
LISTENED_TO = [
    {"type": kind}
    for kind in (
        "StasisStart", "StasisEnd", "ChannelStateChange", "ChannelDestroyed", "ChannelEnteredBridge",
        "ChannelLeftBridge", "BridgeDestroyed", "ChannelDtmfReceived", "PlaybackFinished", "ApplicationReplaced",
        "RecordingStarted", "RecordingFinished", "RecordingFailed", "ChannelUserevent",
    )
]  # fmt: skip
"""What the exchange is to tell us; a call that ends would set some fifteen variables, each an event."""
GONE = "ChannelGone"
"""Ours: a line was found gone when the exchange was asked, and nobody told when it went."""
LONGEST_NUMBER = 64
STOPS = "fanal_stops"
"""What `bin/pbx stop` tells the application first."""
OUT_OF_ORDER = 38
"""Q.850, network out of order: why a line ended with the exchange itself."""
NO_LINE = re.compile(r"[^\x21-\x7e]")


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One event as raw input: `key` makes a repeat harmless, `line` is whose it is."""

    key: str
    line: str
    body: dict[str, Any]

    @property
    def comes_in(self) -> bool:
        """A call from outside, of which nothing is known yet."""
        return self.body.get("args", [])[:1] in ([IN], [GUEST])

    @property
    def is_lifted(self) -> bool:
        """A phone that we called was lifted."""
        return bool(self.body.get("args", [])[:1] == [AGENT])

    @property
    def web_call(self) -> int:
        """Which web call it is, 0 for a telephone: told by us when its browser was let in, and by nobody else."""
        args: list[str] = self.body.get("args", [])
        return _number_of(args[1]) if args[:1] == [GUEST] and len(args) > 1 else 0


def stops(event: Mapping[str, Any]) -> bool:
    """Whoever ends the exchange says so first: all its lines end now, and nobody laid down."""
    return event.get("type") == "ChannelUserevent" and event.get("eventname") == STOPS


def kept(event: Mapping[str, Any], *, run: str, stopping: bool = False) -> Kept | None:
    """What is stored of an event before anything is made of it; None: it says nothing that has to be remembered."""
    kind, channel = event.get("type"), event.get("channel")
    if kind not in _MEANINGS or not isinstance(channel, Mapping):
        return None
    line, at = str(channel.get("id", "")), str(event.get("timestamp", ""))
    caller = channel.get("caller") or {}
    body = {
        "type": kind,
        "run": run,
        "line": line,
        "at": at,
        "args": [str(arg)[:LONGEST_NUMBER] for arg in event.get("args", [])],
        "number": str(caller.get("number", ""))[:LONGEST_NUMBER],
        "name": str(caller.get("name", ""))[:LONGEST_NUMBER],
        "cause": event.get("cause", 0),
    } | ({"cut": True} if stopping and kind != "StasisStart" else {})
    return Kept(key=f"{run}/{line}/{kind}/{at}"[:200], line=line, body=body)


@dataclass(frozen=True, kw_only=True)
class Pressed:
    """A key, which is told to whoever asked for it and stored nowhere: it may be part of a secret."""

    line: str
    key: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Played:
    """What was played on a line has ended: to its end, or because it was stopped. No line: all in a bridge heard it."""

    line: str
    playback: str


def heard(event: Mapping[str, Any]) -> Pressed | Played | None:
    """What happened on a line that says nothing of the call itself."""
    match event:
        case {"type": "ChannelDtmfReceived", "channel": {"id": str(line)}, "digit": str(key)}:
            return Pressed(line=line, key=key)
        case {"type": "PlaybackFinished", "playback": {"id": str(name), "target_uri": str(target)}}:
            kind, _, line = target.partition(":")
            return Played(line=line if kind == "channel" else "", playback=name)
    return None


@dataclass(frozen=True, kw_only=True)
class Sounded:
    """A recording began, or is whole, or `failed`; `spoken`: seconds of it that were not silence, where it is known."""

    name: str
    ended: bool = False
    failed: str = ""
    seconds: float | None = None
    spoken: float | None = None


def sounded(event: Mapping[str, Any]) -> Sounded | None:
    """What is told of a recording."""
    match event:
        case {"type": "RecordingStarted", "recording": {"name": str(name)}}:
            return Sounded(name=name)
        case {"type": "RecordingFinished", "recording": {"name": str(name), **more}}:
            return Sounded(
                name=name,
                ended=True,
                seconds=_seconds(more.get("duration")),
                spoken=_seconds(more.get("talking_duration")),
            )
        case {"type": "RecordingFailed", "recording": {"name": str(name), **more}}:
            return Sounded(name=name, ended=True, failed=str(more.get("cause") or "failed")[:60])
    return None


def _seconds(told: Any) -> float | None:
    return float(told) if isinstance(told, int | float) and not isinstance(told, bool) and told >= 0 else None


def found_gone(line: str, *, run: str, at: datetime, cut: bool = False) -> Kept:
    """A line of which we thought that it is there; `cut`: the exchange has begun anew since."""
    body = {"type": GONE, "run": run, "line": line, "at": at.isoformat(), "cut": cut}
    return Kept(key=f"{run}/{line}/{GONE}"[:200], line=line, body=body)


def translate(arrival: Arrival) -> tuple[Signal, ...]:
    """The signal in one event. Raises Unprocessable."""
    body = arrival.body
    kind, line, run = body.get("type"), body.get("line"), body.get("run")
    if arrival.kind != KIND or not isinstance(kind, str) or kind not in _MEANINGS:
        raise Unprocessable("unknown_kind")
    if not (isinstance(line, str) and line and isinstance(run, str) and run):
        raise Unprocessable("no_line")
    about = {"line": line, "run": run, "at": _moment(body.get("at"))}
    meaning = _MEANINGS[kind](body, about)
    return (meaning,) if meaning else ()


def _entered(body: Mapping[str, Any], about: dict[str, Any]) -> Signal | None:
    match body.get("args"):
        case [str(way), str(called), *_] if way == IN:
            return CallArrived(
                source=_number(body.get("number")), called=_number(called), name=_name(body.get("name")), **about
            )
        case [str(way), str(number), *_] if way == GUEST and _number_of(number):
            return CallArrived(source="", web_call=_number_of(number), **about)
        case [str(way), *_] if way == AGENT:
            return LineAnswered(source="", **about)
    return None


def _ended(body: Mapping[str, Any], about: dict[str, Any]) -> Signal:
    cause = body.get("cause", 0)
    known = cause if isinstance(cause, int) and 0 <= cause < 128 else 0
    gone, cut = body["type"] == GONE, body.get("cut") is True
    return LineEnded(source="", cause=OUT_OF_ORDER if cut and not gone else known, found=gone, cut=cut, **about)


_MEANINGS = {"StasisStart": _entered, "ChannelDestroyed": _ended, GONE: _ended}


def _number_of(told: str) -> int:
    return int(told) if told.isascii() and told.isdigit() and len(told) < 19 else 0


def _number(told: Any) -> str:
    """A number or name as the network shows it; nothing where it is withheld, or pretends to come from a page."""
    bare = NO_LINE.sub("", told)[:LONGEST_NUMBER] if isinstance(told, str) else ""
    return "" if phones.withheld(bare) or visitor_of(bare) else bare


def _name(told: Any) -> str:
    return "".join(char for char in told if char.isprintable())[:LONGEST_NUMBER] if isinstance(told, str) else ""


def _moment(told: Any) -> datetime:
    try:
        at = datetime.fromisoformat(str(told))
    except ValueError:
        raise Unprocessable("no_time") from None
    if at.tzinfo is None:
        raise Unprocessable("no_time")
    return at

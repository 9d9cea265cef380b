"""From how a call should be and how it is: the orders that are missing. After their effect there are none."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

NORMAL_CLEARING = 16
"""Q.850: somebody ended the call."""
MUSIC = "w-"
"""How the bridges begin in which everybody hears music and nobody hears another."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line as the exchange has it. `ours`: it is in our hands, so it can be put into a bridge.

    `ends_after`: seconds without sound after which we are to end it, for the exchange does not; 0: it does.
    """

    answered: bool = False
    ours: bool = True
    ends_after: int = 0


WRITTEN = "written-"
"""How, after `Wanted.beside`, the names of all begin by which a side of a talk is heard and written down."""
RUNS, PAUSED = "recording", "paused"
"""What an exchange does with a recording that it has not ended."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What the exchange has: its lines, its bridges with who is in them, those where music plays, who hears it ring.

    `unsure`: who may hear it ring since a time in which nobody here noted it; the exchange does not tell.
    `sounds`: the recordings that it has not ended, by name, each RUNS or PAUSED.
    """

    lines: Mapping[str, Line] = field(default_factory=dict)
    bridges: Mapping[str, frozenset[str]] = field(default_factory=dict)
    music: frozenset[str] = frozenset()
    tones: frozenset[str] = frozenset()
    unsure: frozenset[str] = frozenset()
    sounds: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Sound:
    """A recording as it should be: of the talk, or with a `beep` and until a key of what the caller says alone."""

    name: str
    longest: int  # seconds
    silence: int = 0  # seconds of it that end it; 0: none do
    alone: bool = False
    paused: bool = False


@dataclass(frozen=True, kw_only=True)
class Side:
    """One side of a talk that is written down: by `out` what the customer hears, by `in` what they say.

    One line carries the sound from the customer's line, by another it leaves the exchange; they meet in a bridge.
    """

    into: str
    spies: str

    @property
    def ear(self) -> str:
        return f"{self.into}-s"

    @property
    def way(self) -> str:
        return f"{self.into}-m"


@dataclass(frozen=True, kw_only=True)
class Party:
    """A phone that belongs to the call; with an `address` it is to be called now, which happens once.

    `into`: the bridge it belongs in once it is lifted; none for one that rings and has no part yet. `hears`: the line
    whose whole sound it gets there, `whispers`: which also hears it, and nobody else does.
    """

    line: str
    into: str = ""
    hears: str = ""
    whispers: bool = False
    address: str = ""
    shows: str = ""
    rings_for: float = 60  # seconds
    tells: Mapping[str, str] = field(default_factory=dict)  # variables of its line

    @property
    def ear(self) -> str:
        """The line that carries the sound there, named after the bridge that it leads to."""
        return f"{self.into}-{'w' if self.whispers else 'l'}-{self.hears}" if self.hears else ""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """One call as it should be: over, waiting with music, or a talk of all who belong where the caller does.

    `lines` are all that belong to it, so that none stays behind; `rooms` its bridges, which end with it. What begins
    with `beside`, bridges and lines, is of those who listen, and ends when nobody does. `outgoing`: the customer, whom
    we call and who has not answered yet; who is there already hears it ring. `sound` is what is to be recorded of it,
    `sounds` are all its recordings that may still run. `written`: the sides that may be heard now, to write them down.
    `as_of`: what of the database could be seen when it was read.
    """

    caller: str
    lines: frozenset[str] = frozenset()
    over: bool = False
    waits_in: str = ""
    talks_in: str = ""
    parties: tuple[Party, ...] = ()
    rooms: frozenset[str] = frozenset()
    beside: str = ""
    outgoing: Party | None = None
    sound: Sound | None = None
    sounds: frozenset[str] = frozenset()
    written: tuple[Side, ...] = ()
    as_of: str = ""

    @property
    def served_by_flow(self) -> bool:
        """They neither wait nor talk: a flow speaks to them."""
        return not (self.over or self.waits_in or self.talks_in or self.outgoing)


@dataclass(frozen=True, kw_only=True)
class Order:
    """One question to the exchange; `line` is whose it is, empty for a bridge. `spare`: the call goes on without it."""

    method: str
    path: tuple[str, ...]
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    line: str = ""
    spare: bool = False

    @property
    def calls(self) -> bool:
        """Whether it makes a phone ring."""
        return "endpoint" in self.query


def steer(wanted: Wanted, seen: Seen) -> tuple[Order, ...]:
    """The orders in their order; none where everything is as it should be. What must not be heard comes first."""
    orders = _over(wanted, seen) if wanted.over else _goes_on(wanted, seen)
    return (*_quieten(wanted, seen), *orders, *_record(wanted, seen), *_write_down(wanted, seen))


def _over(wanted: Wanted, seen: Seen) -> Iterator[Order]:
    yield from (hang_up(line) for line in sorted(wanted.lines) if line in seen.lines)
    yield from _end_beside(wanted, seen, lines=set(), rooms=set())
    yield from (_end_room(name) for name in sorted(wanted.rooms) if name in seen.bridges)


def _goes_on(wanted: Wanted, seen: Seen) -> Iterator[Order]:
    theirs = {party.line for party in wanted.parties}
    yield from (hang_up(line) for line in sorted(wanted.lines - theirs - {wanted.caller}) if line in seen.lines)
    if wanted.outgoing:
        yield from _calls_out(wanted.outgoing, wanted.parties, seen)
        return
    caller = seen.lines.get(wanted.caller)
    if caller is None or not caller.ours:
        return
    yield from (_ring(party) for party in wanted.parties if party.address and party.line not in seen.lines)
    if not caller.answered:
        yield Order(method="POST", path=("channels", wanted.caller, "answer"), line=wanted.caller)
    there = [party for party in wanted.parties if party.into and _is_there(seen.lines.get(party.line))]
    ears = [party for party in there if party.hears and _is_there(seen.lines.get(party.hears))]
    yield from (_listen(party) for party in ears if party.ear not in seen.lines)
    places = _places(wanted, there, [party for party in ears if _is_there(seen.lines.get(party.ear))])
    for bridge in sorted(places, key=lambda name: not name.startswith(MUSIC)):
        yield from _gather(bridge, places[bridge], seen, caller=wanted.caller)
    sides = sides_heard(wanted, seen)
    lines = {party.ear for party in ears} | {line for side in sides for line in (side.ear, side.way)}
    rooms = {party.into for party in wanted.parties} | {side.into for side in sides}
    yield from _end_beside(wanted, seen, lines=lines, rooms=rooms)


def _quieten(wanted: Wanted, seen: Seen) -> Iterator[Order]:
    """The ears of sides that may not be heard now go, recordings not wanted any more stop, the one that is pauses."""
    ears = {side.ear for side in sides_heard(wanted, seen)}
    yield from (hang_up(line) for line in sorted(seen.lines) if _is_ear(wanted, line) and line not in ears)
    own = wanted.sound.name if wanted.sound and not wanted.over else ""
    for name in sorted((wanted.sounds - {own}) & seen.sounds.keys()):
        yield Order(method="POST", path=("recordings", "live", name, "stop"))
    if own and seen.sounds.get(own) == RUNS and _is_quiet(wanted, seen):
        yield Order(method="POST", path=("recordings", "live", own, "pause"))


def _record(wanted: Wanted, seen: Seen) -> Iterator[Order]:
    """A talk once all are in their places, a message once the line is answered."""
    sound, caller = wanted.sound, seen.lines.get(wanted.caller)
    if sound is None or wanted.over or _is_quiet(wanted, seen) or seen.sounds.get(sound.name) == RUNS:
        return
    if seen.sounds.get(sound.name) == PAUSED:
        yield Order(method="DELETE", path=("recordings", "live", sound.name, "pause"))
        return
    query = {"name": sound.name, "format": "wav", "ifExists": "fail", "maxDurationSeconds": sound.longest}
    if not sound.alone:
        yield Order(method="POST", path=("bridges", wanted.talks_in, "record"), query=query)
    elif _is_there(caller):
        query |= {"maxSilenceSeconds": sound.silence, "beep": True, "terminateOn": "#"}
        yield Order(method="POST", path=("channels", wanted.caller, "record"), query=query, line=wanted.caller)


def sides_heard(wanted: Wanted, seen: Seen) -> tuple[Side, ...]:
    """Those that are written down now: none of a talk in which nobody is with the customer."""
    return wanted.written if not wanted.over and _talks(wanted, seen) else ()


def _is_ear(wanted: Wanted, line: str) -> bool:
    """By which a side is heard to be written down."""
    return bool(wanted.beside) and line.startswith(wanted.beside + WRITTEN) and line.endswith("-s")


def _write_down(wanted: Wanted, seen: Seen) -> Iterator[Order]:
    """Nobody's ear is put to a line before somebody has come to fetch what it hears."""
    for side in sides_heard(wanted, seen):
        there = seen.bridges.get(side.into, frozenset())
        way = seen.lines.get(side.way)
        missing = [line for line in (side.way, side.ear) if line not in there]
        if way is None:
            yield _spare("channels", "externalMedia", query=_BY_WEBSOCKET | {"channelId": side.way})
        elif _is_there(way) and side.ear not in seen.lines:
            query = {"spy": side.spies, "whisper": "none", "app": "fanal", "appArgs": "beside"}
            yield _spare("channels", wanted.caller, "snoop", side.ear, query=query)
        elif _is_there(way) and _is_there(seen.lines.get(side.ear)):
            if side.into not in seen.bridges:
                yield _spare("bridges", side.into, query={"type": "mixing"})
            if missing:
                yield _spare("bridges", side.into, "addChannel", query={"channel": ",".join(missing)})


_BY_WEBSOCKET = {
    "app": "fanal", "external_host": "INCOMING", "transport": "websocket", "encapsulation": "none",
    "connection_type": "server", "format": "slin",
}  # fmt: skip
"""We fetch it there as samples of 16 bits, 8000 in a second; a way that nobody comes to ends after half a minute."""


def _spare(*path: str, query: Mapping[str, Any]) -> Order:
    return Order(method="POST", path=path, query=query, spare=True)


def _is_quiet(wanted: Wanted, seen: Seen) -> bool:
    """Nothing is recorded while it is to pause; nor of a talk in which nobody is with the customer."""
    assert wanted.sound
    elsewhere = wanted.sound.paused or wanted.outgoing is not None or wanted.caller not in seen.lines
    return elsewhere or not (wanted.sound.alone or _talks(wanted, seen))


def _talks(wanted: Wanted, seen: Seen) -> bool:
    """Somebody is with the customer, and the call is in our hands."""
    caller = seen.lines.get(wanted.caller)
    with_them = any(_is_there(seen.lines.get(one.line)) for one in wanted.parties if one.into == wanted.talks_in)
    return bool(wanted.talks_in and with_them and caller and caller.ours and wanted.outgoing is None)


def _calls_out(customer: Party, parties: tuple[Party, ...], seen: Seen) -> Iterator[Order]:
    yield from (_ring(party) for party in (*parties, customer) if party.address and party.line not in seen.lines)
    if customer.address or customer.line in seen.lines:
        waiting = [party.line for party in parties if _is_there(seen.lines.get(party.line))]
        yield from (_tone("POST", line) for line in waiting if line not in seen.tones)


def _tone(method: str, line: str) -> Order:
    return Order(method=method, path=("channels", line, "ring"), line=line)


def _is_there(line: Line | None) -> bool:
    return line is not None and line.answered and line.ours


def _places(wanted: Wanted, there: list[Party], ears: list[Party]) -> dict[str, list[str]]:
    """Who belongs in which bridge. The caller talks where somebody is there to talk to, and waits until then."""
    talks = wanted.talks_in and any(party.into == wanted.talks_in for party in there)
    first = wanted.talks_in if talks else wanted.waits_in
    places: dict[str, list[str]] = {first: [wanted.caller]} if first else {}
    for party in there:
        places.setdefault(party.into, []).append(party.line)
    for party in ears:
        places[party.into].append(party.ear)
    return places


def _gather(bridge: str, lines: list[str], seen: Seen, *, caller: str) -> Iterator[Order]:
    """Music first, so that who leaves a talk has left before others come. What the customer keys between people is
    told to us and not to the other side, for they key it for the program; an agent's keys are for a machine there."""
    music = bridge.startswith(MUSIC)
    if bridge not in seen.bridges:
        kind = "holding" if music else "mixing,dtmf_events"
        yield Order(method="POST", path=("bridges", bridge), query={"type": kind})
    missing = [line for line in lines if line not in seen.bridges.get(bridge, frozenset())]
    yield from (_tone("DELETE", line) for line in missing if line in seen.tones | seen.unsure)
    if missing and caller in missing and not music:
        told = {"channel": caller, "absorbDTMF": True}
        yield Order(method="POST", path=("bridges", bridge, "addChannel"), query=told)
        missing.remove(caller)
    if missing:
        yield Order(method="POST", path=("bridges", bridge, "addChannel"), query={"channel": ",".join(missing)})
    if music and bridge not in seen.music:
        yield Order(method="POST", path=("bridges", bridge, "moh"))  # now that somebody is there: it ends with the last


def _listen(party: Party) -> Order:
    """A line that carries what another one hears and says; with `whispers` it speaks to that one alone."""
    query = {"spy": "both", "whisper": "out" if party.whispers else "none", "app": "fanal", "appArgs": "beside"}
    return Order(method="POST", path=("channels", party.hears, "snoop", party.ear), query=query, line=party.hears)


def _end_beside(wanted: Wanted, seen: Seen, *, lines: set[str], rooms: set[str]) -> Iterator[Order]:
    if not wanted.beside:
        return
    left = sorted(line for line in seen.lines if line.startswith(wanted.beside) and line not in lines)
    yield from (hang_up(line) for line in left if not _is_ear(wanted, line))  # those went before anything else
    yield from (
        _end_room(name) for name in sorted(seen.bridges) if name.startswith(wanted.beside) and name not in rooms
    )


def _end_room(name: str) -> Order:
    return Order(method="DELETE", path=("bridges", name))


def _ring(party: Party) -> Order:
    return Order(
        method="POST",
        path=("channels", party.line),
        query={
            "endpoint": party.address,
            "app": "fanal",
            "appArgs": "agent",
            "callerId": party.shows,
            "timeout": round(party.rings_for),
        },
        body={"variables": dict(party.tells)},
        line=party.line,
    )


def hang_up(line: str, *, cause: int = NORMAL_CLEARING) -> Order:
    """`cause` as in ITU-T Q.850."""
    return Order(method="DELETE", path=("channels", line), query={"reason_code": cause}, line=line)

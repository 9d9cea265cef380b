"""From how a call should be and how it is: the orders that are missing. After their effect there are none."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line as the exchange has it. `ours`: it is in our hands, so it can be put into a bridge."""

    answered: bool = False
    ours: bool = True


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What the exchange has: its lines, its bridges with who is in them, and those where music plays."""

    lines: Mapping[str, Line] = field(default_factory=dict)
    bridges: Mapping[str, frozenset[str]] = field(default_factory=dict)
    music: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Party:
    """A phone that belongs to the call; with an `address` it is to be called now, which happens once."""

    line: str
    address: str = ""
    shows: str = ""
    rings_for: float = 60  # seconds
    tells: Mapping[str, str] = field(default_factory=dict)  # variables of its line


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """One call as it should be: over, waiting with music, or a talk of all whose phones are lifted.

    `lines` are all that belong to it, so that none stays behind.
    """

    caller: str
    lines: frozenset[str] = frozenset()
    over: bool = False
    waits_in: str = ""
    talks_in: str = ""
    parties: tuple[Party, ...] = ()

    @property
    def served_by_flow(self) -> bool:
        """They neither wait nor talk: a flow speaks to them."""
        return not (self.over or self.waits_in or self.talks_in)


@dataclass(frozen=True, kw_only=True)
class Order:
    """One question to the exchange; `line` is whose it is, empty for a bridge."""

    method: str
    path: tuple[str, ...]
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    line: str = ""

    @property
    def calls(self) -> bool:
        """Whether it makes a phone ring."""
        return "endpoint" in self.query


def steer(wanted: Wanted, seen: Seen) -> tuple[Order, ...]:
    """The orders in their order; none where everything is as it should be."""
    return tuple(_over(wanted, seen) if wanted.over else _goes_on(wanted, seen))


def _over(wanted: Wanted, seen: Seen) -> Iterator[Order]:
    yield from (_hang_up(line) for line in sorted(wanted.lines) if line in seen.lines)
    if wanted.talks_in in seen.bridges:
        yield Order(method="DELETE", path=("bridges", wanted.talks_in))


def _goes_on(wanted: Wanted, seen: Seen) -> Iterator[Order]:
    theirs = {party.line for party in wanted.parties}
    yield from (_hang_up(line) for line in sorted(wanted.lines - theirs - {wanted.caller}) if line in seen.lines)
    caller = seen.lines.get(wanted.caller)
    if caller is None or not caller.ours:
        return
    yield from (_ring(party) for party in wanted.parties if party.address and party.line not in seen.lines)
    if not caller.answered:
        yield Order(method="POST", path=("channels", wanted.caller, "answer"), line=wanted.caller)
    there = [party.line for party in wanted.parties if _is_there(seen.lines.get(party.line))]
    if wanted.talks_in and there:
        yield from _together(wanted.talks_in, [wanted.caller, *there], seen)
    elif wanted.waits_in:
        yield from _waits(wanted, seen)


def _is_there(line: Line | None) -> bool:
    return line is not None and line.answered and line.ours


def _together(bridge: str, lines: list[str], seen: Seen) -> Iterator[Order]:
    """Digits are told to us and not to the other side: whoever keys something does it for the program."""
    if bridge not in seen.bridges:
        yield Order(method="POST", path=("bridges", bridge), query={"type": "mixing,dtmf_events"})
    missing = [line for line in lines if line not in seen.bridges.get(bridge, frozenset())]
    if missing:
        yield _put(bridge, missing)


def _waits(wanted: Wanted, seen: Seen) -> Iterator[Order]:
    if wanted.waits_in not in seen.bridges:
        yield Order(method="POST", path=("bridges", wanted.waits_in), query={"type": "holding"})
    if wanted.waits_in not in seen.music:
        yield Order(method="POST", path=("bridges", wanted.waits_in, "moh"))
    if wanted.caller not in seen.bridges.get(wanted.waits_in, frozenset()):
        yield _put(wanted.waits_in, [wanted.caller])


def _put(bridge: str, lines: list[str]) -> Order:
    return Order(method="POST", path=("bridges", bridge, "addChannel"), query={"channel": ",".join(lines)})


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


def _hang_up(line: str) -> Order:
    return Order(method="DELETE", path=("channels", line), query={"reason_code": 16}, line=line)

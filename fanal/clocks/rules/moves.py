"""What happens to the clocks of a case when something happens to the case."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fanal.clocks.rules.targets import FIRST, NEXT, RESOLUTION


class Happened(StrEnum):
    """What moves clocks. A hand-over, a new owner and another queue do not: every clock goes on."""

    OPENED = "opened"
    CUSTOMER_WROTE = "customer_wrote"
    REPLIED = "replied"
    WAITING = "waiting"
    NOT_WAITING = "not_waiting"
    SETTLED = "settled"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"


class Do(StrEnum):
    START = "start"
    END = "end"
    DROP = "drop"
    STOP = "stop"
    GO_ON = "go_on"
    REVIVE = "revive"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A clock as it stands: running, standing still (`still`) or ended by something."""

    kind: str
    still: bool = False
    ended_by: str = ""

    @property
    def open(self) -> bool:
        return not self.ended_by


@dataclass(frozen=True, kw_only=True)
class Move:
    """What is to be done with the clock of a kind."""

    do: Do
    kind: str


def moves(happened: Happened, clocks: Iterable[Standing], *, answered: bool = False) -> list[Move]:
    """What to do with the clocks of a case; `clocks`: the latest of each kind.

    `answered`: a person of ours wrote to the customer in the contact in which the case was opened, before that.
    """
    known = {clock.kind: clock for clock in clocks}
    running = [kind for kind, clock in known.items() if clock.open]
    match happened:
        case Happened.OPENED:
            return [Move(do=Do.START, kind=kind) for kind in ((RESOLUTION,) if answered else (FIRST, RESOLUTION))]
        case Happened.CUSTOMER_WROTE:
            return [] if FIRST in running or NEXT in running else [Move(do=Do.START, kind=NEXT)]
        case Happened.REPLIED:
            return [Move(do=Do.END, kind=kind) for kind in (FIRST, NEXT) if kind in running]
        case Happened.WAITING:
            stop = [Move(do=Do.STOP, kind=RESOLUTION)] if RESOLUTION in running and not known[RESOLUTION].still else []
            return stop + [Move(do=Do.DROP, kind=NEXT) for kind in running if kind == NEXT]
        case Happened.NOT_WAITING:
            return [Move(do=Do.GO_ON, kind=kind) for kind in running if known[kind].still]
        case Happened.SETTLED:
            return [Move(do=Do.END if kind == RESOLUTION else Do.DROP, kind=kind) for kind in running]
        case Happened.REOPENED:
            before = known.get(RESOLUTION)
            if before is None:
                return [Move(do=Do.START, kind=RESOLUTION)]
            return [Move(do=Do.REVIVE, kind=RESOLUTION)] if before.ended_by == Happened.SETTLED else []
        case Happened.WITHDRAWN:
            return [Move(do=Do.DROP, kind=kind) for kind in running]


@dataclass(frozen=True, kw_only=True)
class Due:
    """A running clock of one of several cases that become one."""

    clock: int
    kind: str
    due_at: datetime | None


def merged(clocks: Sequence[Due]) -> list[int]:
    """Of the running clocks of cases that become one, those that go on: the earliest due of each kind."""
    going: dict[str, Due] = {}
    for clock in clocks:
        known = going.get(clock.kind)
        if known is None or _order(clock) < _order(known):
            going[clock.kind] = clock
    return sorted(clock.clock for clock in going.values())


def _order(clock: Due) -> tuple[bool, float, int]:
    """What stands still or is never due comes after all that is."""
    return clock.due_at is None, clock.due_at.timestamp() if clock.due_at else 0.0, clock.clock

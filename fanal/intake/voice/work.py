"""What lies on the room's desks: things that were told, and things to look at; and what of it comes first."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from fanal.channels.asterisk.wire import Kept, Played, Pressed, Sounded


class Urgency(IntEnum):
    """The smaller, the sooner."""

    COMES_IN = 0
    """Whoever is taken hears music, and is not lost."""
    IS_AWAITED = 1
    """Somebody listens for what follows: a phone is to ring, was lifted, or a key was pressed."""
    FOLLOWS = 2
    """What ends, and what else a call goes through."""
    SWEPT = 3
    """Looked at because a while has passed."""


@dataclass(frozen=True, kw_only=True)
class Refuse:
    """A line that is not to be there; `cause` (Q.850) says why."""

    line: str
    cause: int


@dataclass(frozen=True, kw_only=True)
class Steer:
    """A call that may not be as it should be."""

    interaction: int
    urgency: Urgency = Urgency.FOLLOWS


@dataclass(frozen=True, kw_only=True)
class Ring:
    """The phones may not be those that the exchange knows; `told`: by name, what it says of some."""

    told: Mapping[str, bool] | None = None


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """A phone on the desk, and the address and port where."""

    name: str
    place: str


@dataclass(frozen=True, kw_only=True)
class LetInNoMore:
    """A guest of the exchange whose one call is there."""

    guest: str


@dataclass(frozen=True, kw_only=True)
class Due:
    """The time that was given to a caller has passed."""

    interaction: int


@dataclass(frozen=True, kw_only=True)
class Unheard:
    """Nobody listens to the exchange any more: what is heard and keyed in this call from now on is not known."""

    interaction: int


@dataclass(frozen=True, kw_only=True)
class Happened:
    """Something that a caller did in a flow, or that they have heard it."""

    interaction: int
    what: Pressed | Played


Work = Kept | Refuse | Steer | Ring | SignedIn | LetInNoMore | Due | Unheard | Happened | Sounded


def urgency_of(work: Work) -> Urgency:
    match work:
        case Kept(comes_in=True):
            return Urgency.COMES_IN
        case Kept(is_lifted=True) | Happened():
            return Urgency.IS_AWAITED
        case Steer():
            return work.urgency
        case _:
            return Urgency.FOLLOWS

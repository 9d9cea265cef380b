"""What lies on the room's desks: things that were told, and things to look at."""

from collections.abc import Mapping
from dataclasses import dataclass

from fanal.channels.asterisk.wire import Kept, Played, Pressed, Sounded


@dataclass(frozen=True, kw_only=True)
class Refuse:
    """A line that is not to be there; `cause` (Q.850) says why."""

    line: str
    cause: int


@dataclass(frozen=True, kw_only=True)
class Steer:
    """A call that may not be as it should be; `begins`: nobody has looked at it yet."""

    interaction: int
    begins: bool = False


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
class Happened:
    """Something that a caller did in a flow, or that they have heard it."""

    interaction: int
    what: Pressed | Played


Work = Kept | Refuse | Steer | Ring | SignedIn | LetInNoMore | Due | Happened | Sounded


def comes_first(work: Work) -> bool:
    """Whoever comes in is taken before anything is done for those who were: they hear music then, and are not lost."""
    match work:
        case Kept():
            return work.comes_in
        case Steer():
            return work.begins
        case _:
            return False

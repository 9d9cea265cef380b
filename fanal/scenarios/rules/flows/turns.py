"""One turn of a flow: where it stands, what the caller hears, what is awaited of them, and what came of it."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any


class Awaits(StrEnum):
    """What the step that a flow stands at is waiting for."""

    KEYS = "keys"
    CONFIRMATION = "confirmation"
    FACTS = "facts"
    TIME = "time"
    NOTHING = ""  # it has ended


@dataclass(frozen=True, kw_only=True)
class Position:
    """Where a run of a flow stands; as JSON it is kept between two events, so that any process can go on.

    `turn` counts, so that an input that comes twice is known. `heard` is what was keyed and is not confirmed yet,
    never of a secret step. `chosen`: the language is one that they chose. `values` are what is known by name;
    `gathered` the names of what the caller gave.
    """

    step: str
    language: str
    turn: int = 1
    awaits: Awaits = Awaits.NOTHING
    tries: int = 0
    heard: str = ""
    chosen: bool = False
    values: Mapping[str, str] = field(default_factory=dict)
    gathered: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "awaits": str(self.awaits), "gathered": list(self.gathered)}

    def at(self, step: str, awaits: Awaits = Awaits.NOTHING) -> "Position":
        return replace(self, step=step, awaits=awaits, tries=0, heard="")

    def knowing(self, values: Mapping[str, str], *, gathered: bool = False) -> "Position":
        names = tuple(dict.fromkeys([*self.gathered, *values])) if gathered else self.gathered
        return replace(self, values={**self.values, **values}, gathered=names)


def position_of(data: Mapping[str, Any]) -> Position:
    """The position that was kept as JSON."""
    return Position(**{**data, "awaits": Awaits(data["awaits"]), "gathered": tuple(data["gathered"])})


@dataclass(frozen=True, kw_only=True)
class Said:
    """One thing the caller hears. `name` is what a recording of the company's own is called that may be heard instead:
    the step and which of its prompts; empty when there is something in the text that no recording can know."""

    text: str
    language: str
    name: str = ""
    whole: bool = False


AT_MOST = 5
"""So many whole numbers long may be what is keyed before one counts: nobody holds a line by stars."""


@dataclass(frozen=True, kw_only=True)
class Keys:
    """A number is awaited: `seconds` for its first key, `between` for each further one.

    `secret`: nothing that hears, stores or records may see what is keyed.
    """

    shortest: int
    longest: int
    ends_with: str
    seconds: float
    between: float
    secret: bool = False

    def enough(self, keys: str) -> bool:
        """Whether nothing more needs to be waited for. A star begins the number anew, a few times."""
        if len(keys) >= AT_MOST * self.longest:
            return True
        number = keys.rpartition("*")[2] if self.ends_with != "*" else keys
        return bool(self.ends_with and number.endswith(self.ends_with)) or len(number) >= self.longest


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One of these is awaited."""

    keys: tuple[str, ...]
    seconds: float
    between: float = 3

    def enough(self, keys: str) -> bool:
        """Whether it is one of them, or cannot become one any more."""
        return keys in self.keys or not any(key.startswith(keys) for key in self.keys)


@dataclass(frozen=True, kw_only=True)
class Nothing:
    """Nothing is awaited of the caller: it goes on by itself after so many seconds."""

    seconds: float = 0


Wants = Keys | Choice | Nothing


@dataclass(frozen=True, kw_only=True)
class Keyed:
    """What the caller pressed."""

    keys: str = field(repr=False)


@dataclass(frozen=True)
class Silence:
    """The time for keys passed without one."""


@dataclass(frozen=True)
class Passed:
    """The time of a `Nothing` passed."""


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What a lookup found, or `not_yet`; opening hours answer `open` or `closed`."""

    branch: str
    values: Mapping[str, str] = field(default_factory=dict, repr=False)


Input = Keyed | Silence | Passed | Answered
NOT_YET = "not_yet"
HOURS = "hours"


@dataclass(frozen=True, kw_only=True)
class LookUp:
    """The engine's caller is to look this up and to give what it finds as `Answered`."""

    lookup: str
    values: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, kw_only=True)
class ToQueue:
    """To people, with what was gathered. An empty `queue` is the scenario's choice."""

    queue: str
    priority: int | None
    skills: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Ended:
    """Over without anybody."""

    settled: bool


@dataclass(frozen=True, kw_only=True)
class LeavesMessage:
    """In seconds: how long it may be, and how much silence ends it."""

    queue: str
    longest: int = 180
    silence: int = 5


@dataclass(frozen=True, kw_only=True)
class WantsCallback:
    """To be called at this number; empty: the one they call from."""

    queue: str
    number: str = field(repr=False)


Final = ToQueue | Ended | LeavesMessage | WantsCallback
Outcome = LookUp | Final | None


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What one input led to. With an outcome other than `LookUp` the flow is over."""

    position: Position
    says: tuple[Said, ...]
    wants: Wants
    gathered: Mapping[str, str] = field(repr=False)
    outcome: Outcome = None

    @property
    def over(self) -> bool:
        return self.position.awaits == Awaits.NOTHING


Seal = Callable[[str, str], Mapping[str, str]]
"""(name, what was keyed) to what may be kept of it."""


def nothing_kept(name: str, keyed: str) -> Mapping[str, str]:
    return {}

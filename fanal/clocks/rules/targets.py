"""Which target holds for a case: the one that names most of it, and why."""

from collections.abc import Iterable
from dataclasses import dataclass

FIRST, NEXT, RESOLUTION = "first_response", "next_response", "resolution"
KINDS = (FIRST, NEXT, RESOLUTION)


@dataclass(frozen=True, kw_only=True)
class Matter:
    """What a target may name of a case; `value_band` None: nobody knows whose matter it is."""

    type: int
    priority: int
    value_band: int | None = None


@dataclass(frozen=True, kw_only=True)
class Promise:
    """A target as the rules see it: None holds for every case; a kind without seconds is not promised."""

    id: int
    code: str
    type: int | None = None
    priority: int | None = None
    value_band: int | None = None
    seconds: dict[str, int]
    at_risk_percent: int = 75
    calendar: int | None = None

    def names(self) -> tuple[str, ...]:
        """What of a case it names, the weightiest first."""
        named = (("type", self.type), ("value_band", self.value_band), ("priority", self.priority))
        return tuple(name for name, value in named if value is not None)


def fits(promise: Promise, matter: Matter) -> bool:
    """Whether everything that the target names is so."""
    return all(getattr(promise, name) == getattr(matter, name) for name in promise.names())


def choose(kind: str, matter: Matter, promises: Iterable[Promise]) -> Promise | None:
    """The target for one kind of clock: the one that names most; between equals type, value, priority, then code."""
    fitting = [promise for promise in promises if promise.seconds.get(kind) and fits(promise, matter)]
    return min(fitting, key=_rank, default=None)


def _rank(promise: Promise) -> tuple[int, bool, bool, bool, str]:
    return (
        -len(promise.names()),
        promise.type is None,
        promise.value_band is None,
        promise.priority is None,
        promise.code,
    )

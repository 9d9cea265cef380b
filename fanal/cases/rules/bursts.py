"""When many cases that are alike are a burst: so many within so long, by the type of the case."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """Of a case type: `number` of 0 makes no notice."""

    number: int
    minutes: int

    def since(self, now: datetime) -> datetime:
        return now - timedelta(minutes=self.minutes)


@dataclass(frozen=True, kw_only=True)
class Known:
    """A burst that supervision has been told of, by the case it was noticed by."""

    id: int
    case: int
    last_at: datetime


def is_burst(*, alike: int, bounds: Bounds) -> bool:
    """Whether a case makes a burst together with the `alike` opened before it."""
    return 0 < bounds.number <= alike + 1


def same_burst(*, alike: Iterable[int], known: Iterable[Known], since: datetime) -> Known | None:
    """The burst that a case belongs to already, the latest one: nobody is told of it twice while it lasts."""
    others = set(alike)
    lasting = [one for one in known if one.case in others and one.last_at >= since]
    return max(lasting, key=lambda one: (one.last_at, one.id), default=None)

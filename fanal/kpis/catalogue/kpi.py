"""What a figure is: its name with its denominator, its formula in words and in counters."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from django.utils.functional import Promise

from fanal.kpis.counters import told_apart_by


class Unit(StrEnum):
    COUNT = "count"
    PERCENT = "percent"
    SECONDS = "seconds"
    SCORE = "score"


@dataclass(frozen=True, kw_only=True)
class Kpi:
    """One figure. Value = sum of `numerator` divided by sum of `denominator` (none: the sum itself).

    A counter with a minus in front is taken off. `source` names the facts it is counted from, whose rows it opens.
    With a `share` it is a percentile: the least `column` that this share of the denominator's facts do not exceed.
    It is found among the facts themselves, exactly; its numerator is how many of them do not exceed it.
    """

    id: str
    version: int = 1
    name: str | Promise
    formula: str | Promise
    unit: Unit
    source: str
    numerator: tuple[str, ...]
    denominator: tuple[str, ...] = ()
    share: float | None = None
    column: str = ""

    @property
    def by(self) -> tuple[str, ...]:
        """What it can be told apart by."""
        return (*told_apart_by(self.source), "interval", "hour", "day")

    @cached_property
    def summed(self) -> tuple[Unit, Unit]:
        """What numerator and denominator are sums of."""
        return _unit_of(self.numerator), _unit_of(self.denominator)

    @property
    def counters(self) -> tuple[str, ...]:
        return tuple(name.removeprefix("-") for name in (*self.numerator, *self.denominator))


def _unit_of(counters: tuple[str, ...]) -> Unit:
    """By the ends of their names."""
    for name in counters:
        if name.endswith("_ms"):
            return Unit.SECONDS
        if name.endswith("_mos"):
            return Unit.SCORE
    return Unit.COUNT

"""Which case can wait for which: nothing goes round in a circle."""

from collections.abc import Collection
from dataclasses import dataclass

from fanal.cases.rules.states import NotPossible


@dataclass(frozen=True, kw_only=True)
class Side:
    """A case as far as waiting matters."""

    id: int
    practice: bool
    settled: bool


def may_wait(case: Side, on: Side, *, waits_already: bool, on_waits_for: Collection[int]) -> bool:
    """True when the case can wait for the other, False when it does already. Raises NotPossible.

    `on_waits_for`: everything that the other waits for, and what that waits for, and so on.
    """
    if case.id == on.id or case.id in on_waits_for:
        raise NotPossible("waits_in_a_circle")
    if case.settled or on.settled:
        raise NotPossible("waits_settled")
    if case.practice != on.practice:
        raise NotPossible("problem_practises")
    return not waits_already

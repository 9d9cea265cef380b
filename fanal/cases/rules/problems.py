"""Which case can stand above others as the problem behind them: one level, so that nothing can go round in a circle."""

from dataclasses import dataclass
from datetime import datetime

from fanal.cases.rules.states import NotPossible


@dataclass(frozen=True, kw_only=True)
class Related:
    """What the rule needs to know of a case."""

    id: int
    practice: bool
    parent: int | None = None
    has_children: bool = False
    settled: bool = False
    withdrawn_at: datetime | None = None
    merged: bool = False


def may_join(case: Related, problem: Related) -> bool:
    """True when the case can go below the problem, False when it is there already. Raises NotPossible."""
    if case.parent == problem.id:
        return False
    if case.withdrawn_at or problem.withdrawn_at:
        raise NotPossible("withdrawn")
    if case.merged or problem.merged:
        raise NotPossible("merged")
    if case.id == problem.id:
        raise NotPossible("below_itself")
    if problem.settled:
        raise NotPossible("problem_settled")
    if case.practice != problem.practice:
        raise NotPossible("problem_practises")
    if problem.parent is not None:
        raise NotPossible("problem_is_below")
    if case.has_children:
        raise NotPossible("is_a_problem")
    if case.parent is not None:
        raise NotPossible("has_a_problem")
    return True

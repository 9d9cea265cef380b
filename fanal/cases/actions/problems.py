"""A problem stands above the cases it causes: they join it and leave it, each with its own history."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from fanal.agents.models import Agent
from fanal.cases.actions.opening import open_case
from fanal.cases.actions.telling import audience_of, tell
from fanal.cases.models import Case, CaseState
from fanal.cases.rules.problems import Related, may_join


@transaction.atomic
def make_problem(*, subject: str, cases: Sequence[Case], now: datetime, by: Agent) -> Case:
    """Open a problem above some cases: of the type, category, urgency and line of the first. Raises NotPossible."""
    first = cases[0]
    problem = open_case(
        type=first.type,
        category=first.category,
        subject=subject,
        priority=max(case.priority for case in cases),
        owner=by,
        tier=first.tier,
        practice=first.practice,
        now=now,
        by=by,
    )
    join_all(cases=cases, problem=problem, now=now, by=by)
    return problem


@transaction.atomic
def join_all(*, cases: Iterable[Case], problem: Case, now: datetime, by: Agent | None) -> None:
    """Put several cases below a problem, or none of them when one cannot be."""
    some = _held(problem, *cases)
    for case in some:
        if case.pk != problem.pk:
            join(case=case, problem=problem, now=now, by=by)


@transaction.atomic
def join(*, case: Case, problem: Case, now: datetime, by: Agent | None) -> Case:
    """Put a case below the problem behind it. Raises NotPossible; one that is there already stays there."""
    held = {row.pk: row for row in _held(case, problem)}
    case, problem = held[case.pk], held[problem.pk]
    if may_join(_related(case), _related(problem)):
        _write(case, problem, joined=True, now=now, by=by)
    return case


@transaction.atomic
def leave(*, case: Case, now: datetime, by: Agent | None) -> Case:
    """It was not this problem after all. One that is below none stays as it is."""
    parent = Case.objects.filter(pk=case.pk).values_list("parent", flat=True).get()
    if parent is None:
        return case
    held = {row.pk: row for row in _held(case, Case(pk=parent))}
    case = held[case.pk]
    if case.parent_id == parent:
        _write(case, held[parent], joined=False, now=now, by=by)
    return case


def _write(case: Case, problem: Case, *, joined: bool, now: datetime, by: Agent | None) -> None:
    case.parent, case.updated_at = problem if joined else None, now
    case.save(update_fields=["parent", "updated_at"])
    Case.objects.filter(pk=problem.pk).update(updated_at=now)
    heard = audience_of(problem)
    tell(case, "case.joined" if joined else "case.left", by=by, now=now, data={"problem": problem.pk}, also=heard)
    tell(problem, "case.changed", by=by, now=now, data={"joined_by" if joined else "left_by": case.pk})


def _held(*cases: Case) -> list[Case]:
    """All of them, always locked in the same order, so that two people who join them crosswise wait in turn."""
    rows = Case.objects.select_for_update(of=("self",)).filter(pk__in=[case.pk for case in cases])
    return list(rows.order_by("pk"))


def _related(case: Case) -> Related:
    return Related(
        id=case.pk,
        practice=case.practice,
        parent=case.parent_id,
        has_children=case.children.exists(),
        settled=case.state == CaseState.SETTLED,
        withdrawn_at=case.withdrawn_at,
        merged=case.merged_into_id is not None,
    )

"""The steps of a case: begun with its type, added by hand, ticked and unticked, each with who and when."""

from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max

from fanal.agents.models import Agent
from fanal.cases import rules
from fanal.cases.actions.telling import locked, tell
from fanal.cases.models import Case, CaseStep
from fanal.running.connections import prepared_cursor

LONGEST_STEP = 200
MOST_STEPS = 100
_BEGIN = """
    INSERT INTO cases_casestep (case_id, text, required, position, begun_as_id)
    SELECT %s, step.name, step.required, step.position, step.id FROM cases_typestep step
    WHERE step.case_type_id = %s AND step.active
"""
_ONCE = " AND NOT EXISTS (SELECT FROM cases_casestep own WHERE own.case_id = %s AND own.begun_as_id = step.id)"


def begin_steps(case: Case) -> None:
    """Within the caller's transaction: a new case begins with the steps of its type."""
    with prepared_cursor() as cursor:
        cursor.execute(_BEGIN, [case.pk, case.type_id])


def add_missing_steps(case: Case) -> None:
    """Within the caller's transaction: the type has changed, or the case had settled before it began."""
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN + _ONCE, [case.pk, case.type_id, case.pk])


@transaction.atomic
def add_step(*, case: Case, text: str, now: datetime, by: Agent) -> CaseStep:
    """A step of one's own; it never stands against settling. Raises NotPossible."""
    text = " ".join(text.replace("\x00", "").split())
    if not text:
        raise rules.NotPossible("step_missing")
    if len(text) > LONGEST_STEP:
        raise rules.NotPossible("step_too_long")
    case = _open(case)
    if case.steps.count() >= MOST_STEPS:
        raise rules.NotPossible("too_many_steps")
    last = case.steps.aggregate(last=Max("position"))["last"] or 0
    step = CaseStep.objects.create(case=case, text=text, position=last + 1, added_by=by)
    _touched(case, "case.step_added", step, by=by, now=now)
    return step


@transaction.atomic
def tick(*, step: CaseStep, done: bool, now: datetime, by: Agent) -> CaseStep:
    """A step is done, or was not after all. One that stands so already stays as it is. Raises NotPossible."""
    case = _open(step.case)
    step = CaseStep.objects.select_for_update(of=("self",)).get(pk=step.pk)
    if (step.done_at is not None) != done:
        step.done_at, step.done_by = (now, by) if done else (None, None)
        step.save(update_fields=["done_at", "done_by"])
        _touched(case, "case.step_done" if done else "case.step_undone", step, by=by, now=now)
    return step


def _open(case: Case) -> Case:
    case = locked(case)
    rules.check_stands(case)
    if case.state == "settled":
        raise rules.NotPossible("settled")
    return case


def _touched(case: Case, kind: str, step: CaseStep, *, by: Agent, now: datetime) -> None:
    Case.objects.filter(pk=case.pk).update(updated_at=now)
    tell(case, kind, by=by, now=now, data={"step": step.pk})

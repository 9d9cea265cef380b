"""What a type of case asks for, and what one case still lacks."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from fanal.agents.kept import kept
from fanal.cases.models import Case, CaseField, CaseStep
from fanal.cases.rules.values import Field, missing


def fields_of(type: int) -> list[CaseField]:
    """The fields of a type that are in use, in their order."""
    return _fields(type=type)


def for_rules(fields: Sequence[CaseField]) -> list[Field]:
    return [
        Field(code=row.code, name=row.name, kind=row.kind, choices=tuple(row.choices), required=row.required)
        for row in fields
    ]


def steps_of(case: Case) -> list[CaseStep]:
    """Those of its type and those that were added; what is left of another type it once had only when it is done."""
    return _steps(case=case.pk, type=case.type_id)


def lacking(case: Case, *, given: Mapping[str, Any] | None = None) -> list[str]:
    """By name what the case needs before it is settled: fields without a value, then required steps not done.

    `given`: what is filled in along with it, where it has nothing there.
    """
    fields = missing(for_rules(fields_of(case.type_id)), {**(given or {}), **case.values}, to="to_settle")
    return fields + [step.text for step in steps_of(case) if step.required and step.done_at is None]


@kept
def _fields(type: int) -> QuerySet[CaseField]:
    return CaseField.objects.filter(case_type=type, active=True)


@kept
def _steps(case: int, type: int) -> QuerySet[Any]:
    rows = CaseStep.objects.filter(case=case).select_related("done_by")
    return rows.filter(Q(begun_as=None) | Q(begun_as__case_type=type) | Q(done_at__isnull=False))

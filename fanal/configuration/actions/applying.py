"""All of the configuration as one file, and back: checked as a whole first, then written in one transaction."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction
from django.db.models import Field, ForeignKey, Model

from fanal.agents.models import Agent, Permission
from fanal.configuration import sources
from fanal.configuration.actions.saving import changes_between, save
from fanal.configuration.models import Company
from fanal.configuration.shapes import SHAPES, Shape, describe
from fanal.deciding.models import AdviceRule
from fanal.deciding.rules import check_conditions as check_advice
from fanal.holdings.models import HoldingSource
from fanal.scenarios.actions.saving import OPENS
from fanal.scenarios.models import Flow, Scenario
from fanal.scenarios.rules import check_conditions
from fanal.scenarios.soundness import findings, unreadable
from fanal.scenarios.wording_of_flows import sentences

VERSION = 1


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Where in the file, what is wrong there, and what to do."""

    path: str
    what: str
    todo: str


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One row that the file makes (`new`) or changes, field by field."""

    path: str
    new: bool
    changes: Mapping[str, list[Any]]


@dataclass(kw_only=True)
class Report:
    """What applying did, or would do. With problems nothing was done."""

    problems: list[Problem] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)


def export(*, secrets: bool = False) -> dict[str, Any]:
    """Everything that belongs to the configuration, by stable codes; secrets only when asked for, passwords never."""
    found: dict[str, Any] = {"fanal": VERSION}
    for shape in SHAPES:
        found[shape.code] = [describe(row, secrets=secrets) for row in shape.model._default_manager.order_by(shape.key)]
    return found


def apply(*, data: Any, by: Agent | None, now: datetime, dry_run: bool = False) -> Report:
    """Make the installation as the file says; what it does not name stays. The same file again changes nothing."""
    report = Report()
    problem = _unreadable(data)
    if problem:
        report.problems.append(problem)
        return report
    with transaction.atomic():
        had_administrator = _has_administrator()
        for shape in SHAPES:
            entries = data.get(shape.code, [])
            _make_missing(shape, entries, report)
            for place, entry in enumerate(entries):
                _apply_entry(shape, entry, place, report, by=by, now=now)
        if had_administrator and not _has_administrator():
            what = "With this file nobody could administer any more."
            report.problems.append(
                Problem(path="agents", what=what, todo="Leave one active person a role that may administer.")
            )
        if report.problems or dry_run:
            transaction.set_rollback(True)
    return report


def _unreadable(data: Any) -> Problem | None:
    if not isinstance(data, dict) or data.get("fanal") != VERSION:
        return Problem(
            path="fanal", what="This is not a configuration file of fanal.", todo=f"Begin it with “fanal: {VERSION}”."
        )
    known = {"fanal", *(shape.code for shape in SHAPES)}
    for name, entries in data.items():
        if name not in known:
            return Problem(
                path=str(name), what="This kind is not known.", todo=f"Use one of {', '.join(sorted(known))}."
            )
        if name != "fanal" and not isinstance(entries, list):
            return Problem(path=name, what="This is no list.", todo="Write each row behind a dash.")
    return None


def _make_missing(shape: Shape, entries: list[Any], report: Report) -> None:
    """Rows that name each other within one kind (overflow, parent) must all be there before the first is filled in."""
    own = [name for name in shape.fields if _relation(shape, name) is shape.model]
    if not own:
        return
    for entry in entries:
        code = entry.get(shape.key) if isinstance(entry, dict) else None
        if isinstance(code, str) and not shape.model._default_manager.filter(**{shape.key: code}).exists():
            row = shape.model(**{shape.key: code, "name": code})
            try:
                row.full_clean()
            except ValidationError:
                continue  # told when it is filled in
            row.save()
            report.differences.append(Difference(path=f"{shape.code}.{code}", new=True, changes={}))


def _apply_entry(shape: Shape, entry: Any, place: int, report: Report, *, by: Agent | None, now: datetime) -> None:
    code = entry.get(shape.key) if isinstance(entry, dict) else None
    path = f"{shape.code}.{code or place + 1}"
    if not isinstance(code, str) or not code:
        todo = f"Give it a “{shape.key}” of its own."
        report.problems.append(Problem(path=path, what=f"This row has no {shape.key}.", todo=todo))
        return
    row = _found(shape, code)
    before = describe(row) if row.pk else {}
    problems = [*_fill(shape, row, entry, path)]
    children = {
        name: [*_children(shape, name, entry[name], path, problems)] for name in shape.children if name in entry
    }
    many = {name: [*_many(shape, name, entry[name], path, problems)] for name in shape.many if name in entry}
    problems += _unsound(row, path, children)
    report.problems += problems
    if problems:
        return
    try:
        fresh = _save(row, children, many, by=by, now=now)
    except (IntegrityError, DataError) as why:
        what = str(why.__cause__ or why).split("\n", 1)[0]
        report.problems.append(Problem(path=path, what=what, todo="Correct what clashes with another row."))
        return
    changes = changes_between(before, describe(fresh))
    if changes:
        report.differences.append(Difference(path=path, new=not before, changes=changes))


@transaction.atomic
def _save(
    row: Model,
    children: Mapping[str, list[dict[str, Any]]],
    many: Mapping[str, list[Model]],
    *,
    by: Agent | None,
    now: datetime,
) -> Model:
    if isinstance(row, Agent) and not row.pk:
        row.set_unusable_password()
    if isinstance(row, Company) and row.set_up_at is None:
        row.set_up_at = now
    fresh = save(row=row, children=children, many=many, by=by, now=now)
    if isinstance(fresh, Agent):
        EmailAddress.objects.get_or_create(user=fresh, email=fresh.email, defaults={"verified": True, "primary": True})
    return fresh


def _found(shape: Shape, code: str) -> Model:
    if shape.model is Company:
        company = Company.objects.first() or Company()
        company.name = code
        return company
    found = shape.model._default_manager.filter(**{shape.key: code}).first()
    return found or shape.model(**{shape.key: code})


def _fill(shape: Shape, row: Model, entry: Mapping[str, Any], path: str) -> Iterator[Problem]:
    """Put the entry's values into the row; tells what cannot be put there."""
    known = {shape.key, *shape.fields, *shape.children, *shape.many}
    for name in entry:
        if name not in known:
            todo = f"Use one of {', '.join(sorted(known))}."
            yield Problem(path=f"{path}.{name}", what="This field is not known.", todo=todo)
    for name in shape.fields:
        if name not in entry:
            continue
        value = entry[name]
        if name in shape.secrets and isinstance(value, dict):
            kept = {key: old for key, old in getattr(row, name).items() if key in shape.secrets[name]}
            value = {**kept, **value}
        try:
            setattr(row, name, _read(shape.model, name, value))
        except ValidationError as problem:
            yield Problem(path=f"{path}.{name}", what=" ".join(problem.messages), todo="Correct the value.")
    empty = [name for name in shape.fields if getattr(row, name) in ([], {})]  # as good as any list or table
    try:
        row.full_clean(exclude=["password", "set_up_at", *empty], validate_unique=False, validate_constraints=False)
    except ValidationError as problem:
        for name, messages in problem.message_dict.items():
            yield Problem(path=f"{path}.{name}", what=" ".join(messages), todo="Correct the value.")


def _read(model: type[Model], name: str, value: Any) -> Any:
    target: Any = model._meta.get_field(name)
    if isinstance(target, ForeignKey):
        return None if value is None else _named(target.related_model, value)
    if value is None and not target.null:
        raise ValidationError("A value is missing.")
    assert isinstance(target, Field)
    return target.to_python(value)


def _named(model: Any, code: Any) -> Model:
    shape = next(shape for shape in SHAPES if shape.model is model)
    found = model._default_manager.filter(**{shape.key: code}).first() if isinstance(code, str) else None
    if found is None:
        raise ValidationError(f"There is no “{code}” in {shape.code}; add it to the file or correct the code.")
    return found  # type: ignore[no-any-return]


def _children(
    shape: Shape, accessor: str, entries: Any, path: str, problems: list[Problem]
) -> Iterator[dict[str, Any]]:
    _, names = shape.children[accessor]
    model: Any = shape.model._meta.get_field(accessor).related_model
    for place, entry in enumerate(entries if isinstance(entries, list) else [None], 1):
        here = f"{path}.{accessor}.{place}"
        if not isinstance(entry, dict) or not set(entry) <= set(names):
            todo = f"Write {', '.join(names)} behind a dash."
            problems.append(Problem(path=here, what="This row cannot be read.", todo=todo))
            continue
        try:
            part = {name: _read(model, name, value) for name, value in entry.items()}
            model(**part).clean_fields(exclude=[shape.children[accessor][0]])
            yield part
        except ValidationError as problem:
            problems.append(Problem(path=here, what=" ".join(problem.messages), todo="Correct the value."))


def _many(shape: Shape, name: str, codes: Any, path: str, problems: list[Problem]) -> Iterator[Model]:
    model: Any = shape.model._meta.get_field(name).related_model
    for code in codes if isinstance(codes, list) else [codes]:
        try:
            yield _named(model, code)
        except ValidationError as problem:
            problems.append(Problem(path=f"{path}.{name}", what=" ".join(problem.messages), todo="Correct the code."))


def _unsound(row: Model, path: str, children: Mapping[str, list[dict[str, Any]]]) -> list[Problem]:
    """What only its own package knows to be wrong."""
    if isinstance(row, HoldingSource):
        actions = children.get("actions", list(row.actions.values()) if row.pk else [])
        return [
            Problem(path=f"{path}.{one.field}", what=sources.sentence(one), todo="Correct it, or try it in the form.")
            for one in sources.problems_of(row, actions)
        ]
    if isinstance(row, AdviceRule):
        return [
            Problem(path=f"{path}.conditions", what=problem.code, todo="See Administration, Advice, for what there is.")
            for problem in check_advice(row.conditions)
        ]
    if isinstance(row, Flow):
        against = findings(row.content) if row.active else unreadable(row.content)
        todo = "Correct it, or keep it as a draft: active: false."
        return [Problem(path=f"{path}.content", what=one, todo=todo) for one in sentences(against)]
    if not isinstance(row, Scenario):
        return []
    found = [
        Problem(path=f"{path}.conditions", what=problem.code, todo="See Administration, Scenarios for what there is.")
        for problem in check_conditions(row.conditions)
    ]
    if row.opens not in OPENS:
        found.append(Problem(path=f"{path}.opens", what="Not known.", todo=f"Use one of {', '.join(OPENS)}."))
    return found


def _relation(shape: Shape, name: str) -> Any:
    target = shape.model._meta.get_field(name)
    return target.related_model if isinstance(target, ForeignKey) else None


def _has_administrator() -> bool:
    return Agent.objects.filter(is_active=True, role__permissions__contains=[Permission.ADMINISTER]).exists()

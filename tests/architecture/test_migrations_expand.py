"""Tables only grow while old processes run: expand now, migrate the data, contract in a later version."""

from collections.abc import Iterator
from typing import Any

from django.db.migrations import operations as ops
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.db.models import NOT_PROVIDED

# The last migration of each package in version 0.1.0: its processes run on every schema since.
PREVIOUS = {
    "agents": 3, "cases": 9, "channels": 3, "clocks": 1, "configuration": 3, "consent": 2, "customers": 4, "events": 1,
    "holdings": 1, "hours": 1, "identity": 2, "interactions": 5, "kpis": 4, "routing": 5, "scenarios": 1,
}  # fmt: skip
FREE = (
    "AddIndex", "AddIndexConcurrently", "RemoveIndex", "RemoveIndexConcurrently", "AddTrigger", "RemoveTrigger",
    "AlterModelOptions", "AlterModelManagers",
)  # fmt: skip
CONSIDERED = {
    ("kpis", "RemoveConstraint", "cell_once"): "the old worker folds no figures until it is the new one; events wait",
    ("kpis", "AddConstraint", "cell_once"): "as above: one column more, empty for everything that the old worker knows",
    ("kpis", "RunSQL", ""): "figures are folded anew from the events, by whichever worker",
    ("routing", "RemoveConstraint", "case_waits_once"): "no statement names it; what replaces it forbids no more",
    ("routing", "AddConstraint", "case_waits_once"): "forbids what it forbade before, but for questions, which are new",
    ("routing", "AddConstraint", "question_waits_once"): "of a column that old processes leave empty",
    ("routing", "RemoveConstraint", "entry_points_at_one_thing"): "no statement names it; what replaces it allows more",
    ("routing", "AddConstraint", "entry_points_at_one_thing"): "of a column that old processes leave empty",
    ("routing", "AddConstraint", "question_is_about_a_case"): "of a column that old processes leave empty",
}
"""What may hurt a process of the previous version, with the reason why it does not, or what is lost meanwhile."""


def fresh() -> Iterator[tuple[str, str, Any, ProjectState]]:
    """Each operation since the previous version, with the state before its migration."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    for app, name in sorted(loader.disk_migrations):
        if app in PREVIOUS and int(name[:4]) > PREVIOUS[app]:
            migration = loader.disk_migrations[app, name]
            state = loader.project_state([one for one in migration.dependencies if one[1] not in ("__first__",)])
            for operation in migration.operations:
                yield app, name, operation, state.clone()
                operation.state_forwards(app, state)


def old_tables() -> set[tuple[str, str]]:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    last = [(app, name) for app, name in loader.disk_migrations if PREVIOUS.get(app) == int(name[:4] or 0)]
    return set(loader.project_state(last).models)


def problem(app: str, operation: Any, state: ProjectState) -> str:
    """What a process of the previous version would stumble over; empty where it would not."""
    kind = type(operation).__name__
    match operation:
        case ops.AddField():
            field = operation.field
            safe = field.null or field.db_default is not NOT_PROVIDED or field.many_to_many
            return "" if safe else "it writes rows without this column: give it null or a db_default"
        case ops.AlterField():
            before = state.models[app, operation.model_name_lower].fields[operation.name]
            return "" if not stricter(before, operation.field) else "it may still write what this forbids"
        case ops.AddConstraint():
            return "it may still write what this forbids"
        case ops.RemoveConstraint():
            return "its statements may name it (ON CONFLICT)"
    return "" if kind in FREE else "this belongs into a later version"


def stricter(before: Any, after: Any) -> bool:
    longer = (getattr(after, "max_length", None) or 10**9) >= (getattr(before, "max_length", None) or 10**9)
    same = before.get_internal_type() == after.get_internal_type()
    return not (same and longer and (after.null or not before.null) and after.unique <= before.unique)


def test_no_migration_since_the_previous_version_takes_away_what_its_processes_need() -> None:
    old, found, used = old_tables(), [], set()
    for app, name, operation, state in fresh():
        if isinstance(operation, ops.CreateModel):
            continue
        table = getattr(operation, "model_name_lower", None) or getattr(operation, "model_name", "").lower()
        if (app, table) not in old and table:
            continue  # no process of the previous version knows this table
        said = problem(app, operation, state)
        what = getattr(operation, "name", "") or getattr(getattr(operation, "constraint", None), "name", "")
        considered = (app, type(operation).__name__, what)
        if said and considered in CONSIDERED:
            used.add(considered)
        elif said:
            found.append(f"{app}.{name}: {type(operation).__name__} {what} of {table}: {said}")
    assert found == []
    assert set(CONSIDERED) - used == set(), "considered, and not there"


def test_what_takes_away_is_found() -> None:
    """The judge itself can say no."""
    from django.db import models

    state = ProjectState()
    assert problem("cases", ops.RemoveField("case", "subject"), state)
    assert problem("cases", ops.RenameField("case", "subject", "title"), state)
    assert problem("cases", ops.DeleteModel("Case"), state)
    assert problem("cases", ops.RunSQL("SELECT 1"), state)
    assert problem("cases", ops.AddField("case", "colour", models.CharField(max_length=9, default="")), state)
    assert not problem("cases", ops.AddField("case", "colour", models.CharField(max_length=9, db_default="")), state)
    assert stricter(models.CharField(max_length=9), models.CharField(max_length=8))
    assert stricter(models.IntegerField(null=True), models.IntegerField())
    assert not stricter(models.CharField(max_length=8), models.CharField(max_length=9))

"""What import-linter cannot see: relations by string, views that write, names that say nothing."""

import ast
from pathlib import Path

import pytest
from django.apps import apps

from tests.architecture.source import heights, imported, sources, within

SURFACES = ("desk", "portal", "api")
IMPURE = ("django", "psycopg", "procrastinate", "httpx", "socket", "time", "random", "secrets", "fanal.environment")
WRITES = {
    *("save", "create", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create"),
    *("asave", "acreate", "adelete", "aupdate", "abulk_create", "abulk_update", "aget_or_create", "aupdate_or_create"),
}
SAYS_NOTHING = {"utils", "helpers", "services", "managers", "repositories", "common", "misc"}


def called(tree: ast.AST) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def in_surface(path: Path) -> bool:
    return path.parts[0] in SURFACES


def is_rules(path: Path) -> bool:
    return path.name == "rules.py" or "rules" in path.parts[:-1]


def test_every_relation_points_down_or_stays_at_home() -> None:
    upward = []
    for model in apps.get_models():
        home = model.__module__.split(".")
        if home[0] != "fanal":
            continue
        for field in model._meta.get_fields():
            if not field.is_relation or field.auto_created or field.related_model in (None, "self"):
                continue
            target = field.related_model.__module__.split(".")
            if target[0] == "fanal" and target[1] != home[1] and heights()[target[1]] >= heights()[home[1]]:
                upward.append(f"{model.__qualname__}.{field.name} -> {field.related_model.__qualname__}")
    assert upward == []


def test_no_model_is_fetched_by_a_string() -> None:
    """But for pghistory's, which are made at run time and have no class to import."""
    assert [
        f"{path}:{call.lineno}" for path, tree in sources().items() for call in called(tree)
        if isinstance(call.func, ast.Attribute) and call.func.attr == "get_model"
        and not ast.unparse(call.args[-1]).endswith("Event'")
    ] == []  # fmt: skip


def test_rules_import_nothing_impure() -> None:
    assert [
        f"{path}: {name}" for path, tree in sources().items() if is_rules(path)
        for name in imported(tree) if any(within(name, impure) for impure in IMPURE)
    ] == []  # fmt: skip


def test_surfaces_write_nothing_themselves() -> None:
    assert [
        f"{path}:{call.lineno}" for path, tree in sources().items() if in_surface(path)
        for call in called(tree) if writes(call)
    ] == []  # fmt: skip


def writes(call: ast.Call) -> bool:
    """Whether a call changes rows; `update` counts where it follows a query, since dictionaries have one too."""
    if not isinstance(call.func, ast.Attribute):
        return False
    if call.func.attr == "update":
        receiver = ast.unparse(call.func.value)
        return any(sign in receiver for sign in (".objects", ".filter(", ".exclude(", ".all()", ".visible_to("))
    harmless = ("session", "hmac", "hashlib", "actions", "router")
    return call.func.attr in WRITES and not ast.unparse(call.func.value).endswith(harmless)


@pytest.mark.parametrize(
    "line", ["row.save()", "Case.objects.create(x=1)", "rows.filter(a=1).update(b=2)", "case.delete()"]
)
def test_the_check_for_writes_sees_them(line: str) -> None:
    assert any(writes(call) for call in called(ast.parse(line)))


def test_only_surfaces_reach_the_browsers() -> None:
    inside = ("events", "asgi.py")
    assert [
        f"{path}: {name}" for path, tree in sources().items() if path.parts[0] not in (*SURFACES, *inside)
        for name in imported(tree) if within(name, "fanal.events.live")
    ] == []  # fmt: skip


WAYS_OUT = ("httpcore", "httpx", "requests", "aiohttp", "urllib.request", "urllib3", "http.client")
OWN_PROGRAM = {
    "cli/up.py": "asks our own pages whether they answer",
    "demo": "plays customers against the installation it is told of",
    "benches": "measures our own processes",
}


def test_only_outside_goes_out_by_http() -> None:
    assert [
        f"{path}: {name}" for path, tree in sources().items()
        if path.parts[0] not in ("outside", *OWN_PROGRAM) and path.as_posix() not in OWN_PROGRAM
        for name in imported(tree) if any(within(name, way) for way in WAYS_OUT)
    ] == []  # fmt: skip


def test_channels_do_not_know_each_other() -> None:
    folders = {path.parts[1] for path in sources() if path.parts[0] == "channels" and len(path.parts) == 3}
    assert [
        f"{path}: {name}" for path, tree in sources().items() if path.parts[0] == "channels" and len(path.parts) == 3
        for name in imported(tree)
        if any(within(name, f"fanal.channels.{other}") for other in folders - {path.parts[1]})
    ] == []  # fmt: skip


def test_every_file_has_a_name_that_says_something_and_a_sentence_to_begin_with() -> None:
    assert [str(path) for path in sources() if SAYS_NOTHING & {*path.parts, path.stem}] == []
    silent = [
        str(path) for path, tree in sources().items()
        if (tree.body or (path.name == "__init__.py" and len(path.parts) == 2)) and not ast.get_docstring(tree)
    ]  # fmt: skip
    assert silent == []


def test_nothing_happens_behind_the_readers_back() -> None:
    """No signals, no overridden save or delete."""
    found = []
    for path, tree in sources().items():
        if any(within(name, "django.dispatch") or within(name, "django.db.models.signals") for name in imported(tree)):
            found.append(f"{path}: signals")
        if path.name == "models.py" or "models" in path.parts:
            functions = [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
            found += [f"{path}: {name}" for name in functions if name in ("save", "delete")]
    assert found == []

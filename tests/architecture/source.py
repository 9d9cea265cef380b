"""fanal's source as syntax trees, and the layers as .importlinter names them."""

import ast
import configparser
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PACKAGE = ROOT / "fanal"


@cache
def sources() -> dict[Path, ast.Module]:
    """Every Python file of fanal, by its path below the package; migrations are Django's own."""
    return {
        path.relative_to(PACKAGE): ast.parse(path.read_text(), filename=str(path))
        for path in sorted(PACKAGE.rglob("*.py"))
        if "migrations" not in path.parts
    }


@cache
def heights() -> dict[str, int]:
    """Each package's layer: the higher number may know the lower one, equal ones do not know each other."""
    contract = configparser.ConfigParser()
    contract.read(ROOT / ".importlinter")
    lines = contract["importlinter:contract:layers"]["layers"].split("\n")
    layers = [[name.strip(" ()") for name in line.split("|")] for line in lines if line.strip()]
    return {name: -number for number, names in enumerate(layers) for name in names}


def imported(tree: ast.AST) -> Iterator[str]:
    """The full names that a file imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{name.name}" for name in node.names)


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")

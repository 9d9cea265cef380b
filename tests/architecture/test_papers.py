"""The lock files and the operator's page say what the program really needs."""

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from fanal.environment import Environment
from fanal.running.doctor import CHECKS
from fanal.variables import variable
from tests.architecture.source import ROOT

PAGE = (ROOT / "docs" / "operations.md").read_text()


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\s\[<>=!~;]", line, maxsplit=1)[0].lower() for line in requirements}


def locked(file: str) -> set[str]:
    return names([line for line in (ROOT / file).read_text().splitlines() if re.match(r"\w", line)])


def test_the_locks_hold_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    running = names(project["project"]["dependencies"] + groups["build"])
    assert running - locked("requirements.lock") == set()
    assert (running | names(groups["test"] + groups["check"])) - locked("requirements-dev.lock") == set()


def test_both_locks_agree_and_every_line_has_hashes() -> None:
    pins = {
        file: set(re.findall(r"^(\S+)==(\S+)", (ROOT / file).read_text(), flags=re.M))
        for file in ("requirements.lock", "requirements-dev.lock")
    }
    assert pins["requirements.lock"] <= pins["requirements-dev.lock"]
    for file, found in pins.items():
        text = (ROOT / file).read_text()
        assert len(re.findall(r"^\S+==.*\\\n    --hash=sha256:", text, flags=re.M)) == len(found)
        assert "://" not in text


def test_the_operators_page_names_every_variable() -> None:
    for name in map(variable, fields(Environment)):
        assert f"| `{name}` |" in PAGE, f"{name} is missing in docs/operations.md"


def test_the_operators_page_names_no_variable_that_does_not_exist() -> None:
    known = set(map(variable, fields(Environment)))
    assert set(re.findall(r"`((?:FANAL|DATABASE)_[A-Z_]+)`", PAGE)) <= known


def test_the_doctor_has_more_than_a_handful_of_checks() -> None:
    assert len(CHECKS) >= 10


PAPERS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "fanal").rglob("*.md"))]
NAMED = re.compile(r"`([\w./-]+/[\w.-]*)(?:: (\w+))?`")


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_link_of_a_page_leads_somewhere(paper: Path) -> None:
    links = re.findall(r"\]\((?!\w+:|#)([^)#]+)", paper.read_text())
    assert [link for link in links if not (paper.parent / link).exists()] == []


@pytest.mark.parametrize("paper", [ROOT / "docs" / "path.md", *sorted((ROOT / "docs" / "decisions").glob("*.md"))])
def test_every_file_and_function_that_is_named_to_be_read_is_there(paper: Path) -> None:
    """A path is below the project or below fanal; a name after it is defined in that file."""
    wrong = []
    for path, name in NAMED.findall(paper.read_text()):
        if path.startswith("/"):
            continue  # the address of a page
        file = next((root / path for root in (ROOT, ROOT / "fanal") if (root / path).exists()), None)
        if file is None or (name and not re.search(rf"^(?:def|class) {name}\b", file.read_text(), flags=re.M)):
            wrong.append(f"{path}: {name}")
    assert wrong == []


OTHER_PAPERS = [
    *(ROOT / "docs" / f"{name}.md" for name in ("channels", "glossary", "house", "performance")),
    *sorted((ROOT / "fanal").rglob("README.md")),
]
MENTIONED = re.compile(r"`([\w./-]*\w\.(?:py|ts|sql))(?:: (\w+))?`")


@pytest.mark.parametrize("paper", OTHER_PAPERS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_that_another_page_names_is_there_with_what_is_named_in_it(paper: Path) -> None:
    """A path is below the project, below fanal or beside the page; a name may also be a value."""
    wrong = []
    for path, name in MENTIONED.findall(paper.read_text()):
        roots = (ROOT, ROOT / "fanal", paper.parent) if "/" in path else (paper.parent,)
        file = next((root / path for root in roots if (root / path).exists()), None)
        if file is None and paper.name != "README.md" and "/" not in path:
            continue  # the name of a room, such as `rules.py`
        if file is None or (name and not re.search(rf"^(?:def |class )?{name}\b", file.read_text(), flags=re.M)):
            wrong.append(f"{path}: {name}")
    assert wrong == []


def test_the_path_names_a_function_of_every_chapter() -> None:
    """Otherwise the test above would prove nothing."""
    assert len([name for _, name in NAMED.findall((ROOT / "docs" / "path.md").read_text()) if name]) > 20


def test_every_decision_has_its_number() -> None:
    for number, paper in enumerate(sorted((ROOT / "docs" / "decisions").glob("*.md")), 1):
        assert paper.name.startswith(f"{number:04}-"), paper.name
        assert paper.read_text().startswith(f"# {number}. "), paper.name

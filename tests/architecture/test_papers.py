"""The lock files and the operator's page say what the program really needs."""

import re
import tomllib

from fanal.environment import Environment
from fanal.running.doctor import CHECKS
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
    for name, field in Environment.model_fields.items():
        variable = str(field.validation_alias or f"FANAL_{name.upper()}")
        assert f"| `{variable}` |" in PAGE, f"{variable} is missing in docs/operations.md"


def test_the_operators_page_names_no_variable_that_does_not_exist() -> None:
    known = {str(field.validation_alias or f"FANAL_{name.upper()}") for name, field in Environment.model_fields.items()}
    assert set(re.findall(r"`((?:FANAL|DATABASE)_[A-Z_]+)`", PAGE)) <= known


def test_the_doctor_has_more_than_a_handful_of_checks() -> None:
    assert len(CHECKS) >= 10

"""The command line: quick help, one paragraph instead of a traceback, and a wheel that brings everything along."""

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.architecture.source import ROOT
from tests.running.conftest import python


def fanal(*arguments: str, home: Path, **variables: str) -> tuple[int, str]:
    code = f"import sys; sys.argv = {['fanal', *arguments]!r}; from fanal.__main__ import main; main()"
    process = python(code, home=home, **variables)
    said, _ = process.communicate("", timeout=100)
    return process.returncode, said


def test_help_names_the_commands_and_starts_nothing(home: Path) -> None:
    code, said = fanal("--help", home=home)
    assert code == 0
    assert all(f" {name} " in said for name in ("up", "web", "live", "acd", "mail", "worker", "doctor", "verify"))
    assert not home.exists()


def test_help_loads_neither_django_nor_the_database_driver(home: Path) -> None:
    code = "import sys; sys.argv = ['fanal', '--help']\nfrom fanal.__main__ import main\ntry: main()\nfinally:"
    code += "\n print('LOADED', [name for name in ('django', 'psycopg', 'granian') if name in sys.modules])"
    said, _ = python(code, home=home).communicate("", timeout=60)
    assert "LOADED []" in said


def test_a_command_that_does_not_exist_is_refused(home: Path) -> None:
    code, said = fanal("fly", home=home)
    assert code == 2
    assert "No such command" in said


def test_django_commands_work_with_and_without_the_word_django(home: Path) -> None:
    for words in (("django", "version"), ("django", "help", "migrate")):
        assert fanal(*words, home=home)[0] == 0
    assert not (home / "pg").exists()


def test_a_database_that_cannot_start_is_said_in_one_paragraph(home: Path) -> None:
    code, said = fanal("verify", home=home, FANAL_POSTGRES_SETTINGS='{"work_mem": "nonsense"}')
    assert code == 1
    assert "PostgreSQL did not start" in said
    assert "Traceback" not in said


def test_verify_and_doctor_say_what_to_do_before_the_migrations(home: Path) -> None:
    code, said = fanal("verify", home=home)
    assert (code, "run `fanal django migrate` first" in said) == (1, True)
    code, said = fanal("doctor", "--json", home=home)
    report = json.loads(said.splitlines()[-1])
    assert (code, report["well"]) == (1, False)
    migrations = next(finding for finding in report["findings"] if finding["name"] == "Migrations")
    assert migrations["state"] == "fail"
    assert "fanal django migrate" in migrations["todo"]


def test_the_doctor_tells_a_server_that_does_not_answer(home: Path) -> None:
    code, said = fanal("doctor", "--json", home=home, DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    findings = json.loads(said.splitlines()[-1])["findings"]
    assert code == 1
    assert findings[-1]["name"] == "PostgreSQL (DATABASE_URL)"
    assert "DATABASE_URL" in findings[-1]["todo"]


def test_a_wheel_brings_assets_templates_and_invariants_along(tmp_path: Path) -> None:
    if not (ROOT / "assets" / "build.ts").exists():
        pytest.skip("there are no assets yet")
    source = tmp_path / "source"
    unwanted = shutil.ignore_patterns(
        ".venv", ".git", ".fanal", "node_modules", "static", "build", "*.egg-info", ".*_cache", "*.mo"
    )
    shutil.copytree(ROOT, source, ignore=unwanted)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    built = subprocess.run(
        [*command, "--wheel-dir", str(tmp_path), str(source)], capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("fanal-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    for part in ("fanal/static/fanal/app.js", "fanal/static/fanal/fanal.css", "fanal/templates/base.html"):
        assert part in names
    assert any(name.startswith("fanal/running/invariants/") for name in names)
    catalogues = list((ROOT / "fanal").glob("locale/*/LC_MESSAGES/*.po"))
    assert sum(name.endswith(".mo") for name in names) == len(catalogues)
    assert not [name for name in names if name.startswith(("tests/", "assets/", "bin/"))]

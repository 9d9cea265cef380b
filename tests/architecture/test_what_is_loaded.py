"""What a process does not need it does not load: what is loaded at the start is most of what it takes."""

import re
import subprocess
import sys

import pytest

from tests.architecture.source import ROOT

STARTER = "import fanal.cli.up, fanal.environment, fanal.applications, fanal.running.postgres, fanal.running.migrated"
STARTER += ", fanal.running.supervisor, fanal.running.leftovers"
ONLY_THE_PAGES = {"pydantic", "ninja", "holidays", "fido2", "yaml", "lxml"}
ONLY_WHO_ASKS_OR_READS = {"httpcore", "charset_normalizer", "puremagic"}
MATCHER = "import django; django.setup(); import fanal.routing.acd"
STREAM = "import fanal.asgi"
MAIL = "import django; django.setup(); import fanal.intake.mail.room"
WORKER = "import django; django.setup(); import fanal.clocks.keeping, fanal.escalation.keeping, fanal.kpis.keeping"


@pytest.mark.parametrize(
    ("process", "without"),
    [
        (STARTER, ONLY_THE_PAGES | ONLY_WHO_ASKS_OR_READS | {"django", "structlog", "phonenumbers"}),
        (MATCHER, ONLY_THE_PAGES | ONLY_WHO_ASKS_OR_READS | {"fanal.intake.actions", "fanal.desk.urls"}),
        (STREAM, ONLY_THE_PAGES | ONLY_WHO_ASKS_OR_READS | {"fanal.intake.actions", "fanal.interactions.actions"}),
        (MAIL, ONLY_THE_PAGES | ONLY_WHO_ASKS_OR_READS | {"fanal.kpis.actions", "fanal.desk.urls"}),
        (WORKER, ONLY_THE_PAGES | {"charset_normalizer", "puremagic", "fanal.desk.urls"}),
    ],
    ids=["starter", "matcher", "stream", "mail", "worker"],
)
def test_a_process_loads_only_what_it_works_with(process: str, without: set[str]) -> None:
    shown = f"import os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'fanal.settings'; {process}; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", shown], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert without & set(loaded.stdout.split()) == set()


def test_every_task_that_is_deferred_by_name_is_one_that_the_worker_finds() -> None:
    sources = [path.read_text() for path in (ROOT / "fanal").rglob("*.py")]
    tasks = [path.read_text() for path in (ROOT / "fanal").glob("*/tasks.py")]
    deferred = {name for text in sources for name in re.findall(r'configure_task\(\s*"([\w.]+)"', text)}
    known = {name for text in tasks for name in re.findall(r'\.task\(\s*name="([\w.]+)"', text)}
    assert "routing.bulk" in deferred
    assert deferred <= known
    # Deferred by name, a task has no queue or lock of its own; one that needs them is deferred as itself.
    settings = {name for text in tasks for name in re.findall(r'\.task\(\s*name="([\w.]+)",[^)]*lock', text)}
    assert not deferred & settings

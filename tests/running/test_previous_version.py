"""The processes of the version before this one go on working while this one changes the tables under them."""

import contextlib
import json
import re
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import psycopg
import pytest

from fanal.benches.frame import ports_in_a_row
from fanal.benches.kept_promises import compare
from fanal.benches.kills import Place, customers

ROOT = Path(__file__).parent.parent.parent
NOTED = Path(__file__).with_name("previous_version")
STUMBLED = re.compile(
    r"UndefinedColumn|UndefinedTable|UndefinedFunction|NotNullViolation|CheckViolation|ProgrammingError"
    r"|IntegrityError|InvalidColumnReference"
)
ENOUGH = 3  # of each kind of work
PATIENCE = 120.0  # seconds until that is done


@dataclass(kw_only=True)
class PreviousPlace(Place):
    """`fanal up` and everything below it, of the code in that folder."""

    code: Path

    @property
    def environment(self) -> dict[str, str]:
        # The folder that a command is given in would come first otherwise, and that is this version's.
        return {**super().environment, "PYTHONPATH": str(self.code), "PYTHONSAFEPATH": "1"}


def git(*command: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["git", "-C", str(ROOT), *command], capture_output=True, check=False)


@pytest.fixture
def previous(tmp_path: Path) -> Path:
    """The previous version's code, out of the repository's own history."""
    wanted = NOTED.read_text().split()[-1]
    if git("cat-file", "-e", f"{wanted}^{{commit}}").returncode:
        pytest.skip(f"NOT TESTED: {wanted} is not in this clone's history (is it shallow, or no repository?)")
    with tarfile.open(fileobj=BytesIO(git("archive", wanted, "fanal", "pyproject.toml").stdout)) as archive:
        archive.extractall(tmp_path / "previous", filter="data")
    return tmp_path / "previous"


@pytest.fixture
def place(previous: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PreviousPlace]:
    home = tmp_path_factory.mktemp("home") / "h"  # short: sockets lie in it
    there = PreviousPlace(home=home, port=ports_in_a_row(3), code=previous)
    loaded = there.do("demo", "load", "--people", "150", "--days", "1")
    assert loaded.returncode == 0, loaded.stderr
    with contextlib.closing(there):
        there.start()
        there.wait_until_whole()
        yield there


@pytest.mark.timeout(600)
def test_the_previous_version_goes_on_working_while_this_one_changes_the_tables(
    place: PreviousPlace, tmp_path: Path
) -> None:
    """Chats begin, are offered, answered and settled, mails are processed, while and after the tables change."""
    record, now = tmp_path / "acknowledged", Place(home=place.home, port=place.port)
    told = subprocess.run(
        [sys.executable, "-c", "import fanal; print(fanal.__file__)"],
        env=place.environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert str(place.code) in told.stdout
    with customers(place, record, minutes=10, rate=90, seed=5) as traffic:  # the previous version's, as all the rest
        migrated = now.do("django", "migrate")
        assert migrated.returncode == 0, migrated.stderr
        since, until = datetime.now(UTC), time.monotonic() + PATIENCE
        while min((done := worked(place.address, since=since)).values()) < ENOUGH:
            assert time.monotonic() < until, done
            time.sleep(0.5)
        traffic.terminate()
        assert traffic.wait(timeout=120) == 0
    assert place.wait_until_settled() == 0

    kept = compare(record, place.address)
    assert (kept.lost, kept.doubled, kept.out_of_order, kept.set_aside) == ((), (), (), ())
    assert kept.by_mail >= ENOUGH

    said = (place.home / "up.log").read_text()
    assert STUMBLED.findall(said) == [], said[-4000:]
    assert "starting it again" not in said, said[-4000:]
    with psycopg.connect(place.address) as rows:
        failed = rows.execute("SELECT task_name FROM procrastinate_jobs WHERE status = 'failed'").fetchall()
    assert failed == []
    broken = json.loads(now.do("verify", "--thorough", "--json").stdout)["invariants"]
    assert [one["name"] for one in broken if not one["holds"]] == []


def worked(address: str, *, since: datetime) -> dict[str, int]:
    """What was done on the new tables."""
    asked = {
        "chats": "channels_rawevent WHERE kind = 'contact' AND state = 'processed' AND received_at > %s",
        "mails": "channels_rawevent WHERE kind = 'mail' AND state = 'processed' AND received_at > %s",
        "offers taken": "routing_offer WHERE state = 'accepted' AND offered_at > %s",
        "answers": "interactions_message WHERE author = 'agent' AND at > %s",
        "settled": "interactions_topic t JOIN events_event e ON (e.data->>'topic')::bigint = t.id"
        " WHERE t.disposition_id IS NOT NULL AND e.kind = 'topic.changed' AND e.at > %s",
        "talks ended": "interactions_interaction WHERE end_reason = 'agent' AND ended_at > %s",
    }
    with psycopg.connect(address) as rows:
        return {
            what: int((rows.execute(f"SELECT count(*) FROM {sql}", [since]).fetchone() or (0,))[0])
            for what, sql in asked.items()
        }

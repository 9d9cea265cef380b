"""DATABASE_URL: everything also works on a server that fanal did not bring along (Debian's, whichever is installed)."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fanal.running.postgres.folders import let_pass
from fanal.running.postgres.owner import owner_of

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
ROOT = Path(__file__).parent.parent.parent

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(
        not BINARIES,
        reason="NO SECOND POSTGRESQL IS INSTALLED, so DATABASE_URL was not tested: apt-get install postgresql",
    ),
]


@pytest.fixture(scope="module")
def another_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("another")
    data = folder / "data"
    data.mkdir(mode=0o700)
    owner = owner_of(data)
    os.chown(data, owner.uid, owner.gid)
    let_pass(folder, uid=owner.uid)
    binaries = BINARIES[-1].parent

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [str(binaries / program), *arguments],
            cwd="/",
            env={"LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            check=True,
            timeout=120,
            **owner.as_subprocess,
        )

    run("initdb", "-U", "postgres", "-D", str(data), "--encoding=UTF8", "--locale=C.UTF-8", "--auth=trust")
    with (data / "postgresql.conf").open("a") as conf:
        conf.write(f"listen_addresses = ''\nunix_socket_directories = '{data}'\nfsync = off\njit = off\n")
    run("pg_ctl", "start", "-D", str(data), "-l", str(data / "log"), "-w")
    try:
        run("createdb", "-h", str(data), "-U", "postgres", "contacts")
        yield f"postgresql://postgres@/contacts?host={data}"
    finally:
        run("pg_ctl", "stop", "-D", str(data), "-m", "immediate")
        shutil.rmtree(data, ignore_errors=True)


def fanal(*arguments: str, url: str, home: Path) -> subprocess.CompletedProcess[str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("FANAL_", "PYTEST_"))}
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        env={**plain, "DATABASE_URL": url, "FANAL_HOME": str(home)},
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )


def test_a_server_given_by_url_is_migrated_examined_and_verified(another_server: str, tmp_path: Path) -> None:
    migrated = fanal("fanal", "migrate", "--verbosity=0", url=another_server, home=tmp_path)
    assert migrated.returncode == 0, migrated.stderr
    verified = fanal("fanal", "verify", "--json", url=another_server, home=tmp_path)
    assert json.loads(verified.stdout)["holds"] is True
    findings = json.loads(fanal("fanal", "doctor", "--json", url=another_server, home=tmp_path).stdout)["findings"]
    states = {finding["name"]: finding["state"] for finding in findings}
    assert states["PostgreSQL (DATABASE_URL)"] == "ok"
    assert states["Migrations"] == "ok"
    assert states["Setting fsync"] == "fail"
    assert not (tmp_path / "pg").exists()


def test_the_tests_themselves_run_on_a_server_given_by_url(another_server: str, tmp_path: Path) -> None:
    tested = fanal(
        "pytest", "-n0", "-p", "no:cacheprovider", "tests/running/test_database.py", url=another_server, home=tmp_path
    )
    assert tested.returncode == 0, tested.stdout

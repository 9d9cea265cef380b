"""The embedded server survives what happens to programs: races, kills, power cuts, long paths, hostile folders."""

import os
import shutil
import signal
import stat
import sys
import tempfile
from pathlib import Path

import psutil
import psycopg
import pytest

from fanal.environment import Environment
from fanal.running import postgres
from fanal.running.postgres import configuration, embedded
from fanal.running.postgres.folders import NotPossible, data_folder, make_private, socket_folder
from tests.running.conftest import python, server_of, server_pid

USE_IT = """
import sys
from fanal.environment import environment
from fanal.running import postgres
print(postgres.ensure_running(environment), flush=True)
sys.stdin.read()
"""
PACKAGES = ":".join(path for path in sys.path if path.endswith("site-packages"))


def interpreter_for(user: int) -> str | None:
    """A Python of this version that another user can run fanal with; root's own often lies in root's home."""
    for program in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        try:
            tried = python(
                "import fanal.environment, psycopg", home=Path("/"), user=user, program=program, PYTHONPATH=PACKAGES
            )
        except OSError:
            continue
        tried.communicate("", timeout=30)
        if tried.returncode == 0:
            return program
    return None


def connect(home: Path) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(host=str(socket_folder(home)), user="postgres", dbname="fanal", autocommit=True)


def test_a_first_start_makes_the_database_with_a_fixed_locale_and_vectors(
    home: Path, without_fsync: dict[str, str]
) -> None:
    assert embedded.start(home, overrides=without_fsync)
    with connect(home) as connection:
        row = connection.execute(
            "SELECT datlocprovider::text, datlocale, (SELECT extname FROM pg_extension WHERE extname = 'vector')"
            " FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    assert row == ("b", "C.UTF-8", "vector")


def test_a_second_start_finds_it_running(home: Path, without_fsync: dict[str, str]) -> None:
    embedded.start(home, overrides=without_fsync)
    pid = server_pid(home)
    assert not embedded.start(home, overrides=without_fsync)
    assert server_pid(home) == pid


def test_it_listens_on_no_network_whatever_the_overrides_say(home: Path, without_fsync: dict[str, str]) -> None:
    embedded.start(home, overrides={**without_fsync, "listen_addresses": "*"})
    listening = [c for c in server_of(home).net_connections("inet") if c.status == psutil.CONN_LISTEN]
    assert listening == []


def test_nobody_but_the_owner_enters_the_folder_of_its_socket(home: Path, without_fsync: dict[str, str]) -> None:
    embedded.start(home, overrides=without_fsync)
    assert not stat.S_IMODE(socket_folder(home).stat().st_mode) & 0o077


def test_an_override_reaches_the_server(home: Path, without_fsync: dict[str, str]) -> None:
    embedded.start(home, overrides={**without_fsync, "work_mem": "5MB"})
    with connect(home) as connection:
        assert connection.execute("SHOW work_mem").fetchone() == ("5MB",)


def test_what_was_committed_survives_a_killed_server_and_its_stale_mark(home: Path) -> None:
    embedded.start(home, overrides={"shared_buffers": "16MB"})
    with connect(home) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    server = server_of(home)
    server.kill()
    psutil.wait_procs([server], timeout=10)
    assert embedded.start(home, overrides={"shared_buffers": "16MB"})
    with connect(home) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (7,)


def test_a_stale_mark_whose_process_number_is_somebody_elses_by_now_is_no_obstacle(
    home: Path, without_fsync: dict[str, str]
) -> None:
    embedded.start(home, overrides=without_fsync)
    mark = data_folder(home) / "postmaster.pid"
    said = mark.read_text().split("\n", 1)[1]
    embedded.stop(home)
    mark.write_text(f"{os.getpid()}\n{said}")
    (socket_folder(home) / ".s.PGSQL.5432.lock").write_text(f"{os.getpid()}\n{said}")
    assert embedded.start(home, overrides=without_fsync)


def test_processes_that_start_at_the_same_time_share_one_server_and_the_last_stops_it(home: Path) -> None:
    users = [python(USE_IT, home=home) for _ in range(3)]
    said = [user.stdout.readline().strip() for user in users if user.stdout]
    assert sorted(said) == ["False", "False", "True"]
    server = server_of(home)
    for user in users[:-1]:
        user.communicate("", timeout=60)
    assert server.is_running()
    users[-1].communicate("", timeout=60)
    assert not embedded.running(home)


def test_a_server_left_behind_by_a_killed_process_is_stopped_by_the_next_one(home: Path) -> None:
    first = python(USE_IT, home=home)
    assert first.stdout
    assert first.stdout.readline().strip() == "True"
    first.send_signal(signal.SIGKILL)
    first.communicate(timeout=10)
    assert embedded.running(home)
    second = python(USE_IT, home=home)
    assert second.communicate("", timeout=60)[0].strip() == "False"
    assert not embedded.running(home)


@pytest.mark.skipif(os.geteuid() != 0, reason="the other tests have run as an ordinary user already")
def test_an_ordinary_user_runs_it_as_himself(tmp_path_factory: pytest.TempPathFactory) -> None:
    nobody = 65534
    folder = Path(tempfile.mkdtemp(prefix="fanal-ordinary-", dir="/tmp"))
    os.chown(folder, nobody, nobody)
    try:
        program = interpreter_for(nobody)
        if program is None:
            pytest.skip(
                "NOT TESTED AS AN ORDINARY USER: this Python or this checkout lies in a folder closed to others"
            )
        user = python(USE_IT, home=folder / "home", user=nobody, program=program, PYTHONPATH=PACKAGES)
        assert user.stdout
        assert user.stdout.readline().strip() == "True"
        assert server_of(folder / "home").uids().real == nobody
        user.communicate("", timeout=60)
        assert not embedded.running(folder / "home")
    finally:
        shutil.rmtree(folder)


def test_a_half_made_database_is_made_again(home: Path, without_fsync: dict[str, str]) -> None:
    half = home / "pg.unfinished"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    assert embedded.start(home, overrides=without_fsync)


def test_a_server_that_cannot_start_says_why(home: Path) -> None:
    with pytest.raises(NotPossible, match="work_mem"):
        embedded.start(home, overrides={"work_mem": "nonsense"})


def test_a_long_home_gets_a_short_socket_folder_that_follows_from_it(
    tmp_path: Path, without_fsync: dict[str, str]
) -> None:
    long = tmp_path / ("a" * 60) / ("b" * 60)
    folder = socket_folder(long)
    assert folder == socket_folder(long)
    assert folder != socket_folder(long.with_name("c" * 60))
    assert len(str(folder / ".s.PGSQL.5432")) <= 100
    try:
        assert embedded.start(long, overrides=without_fsync)
        with connect(long) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        embedded.leave(long)
        embedded.stop(long)
        folder.rmdir()


@pytest.mark.parametrize("mode", [0o777, 0o750, 0o701])
def test_a_socket_folder_that_others_may_enter_is_refused(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "waiting"
    folder.mkdir()
    folder.chmod(mode)
    with pytest.raises(NotPossible, match="only the database's user"):
        make_private(folder, uid=os.geteuid(), gid=os.getegid())


def test_a_socket_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "waiting"
    folder.mkdir(mode=0o700)
    with pytest.raises(NotPossible, match="find out who made it"):
        make_private(folder, uid=os.geteuid() + 1, gid=os.getegid())


def test_a_link_in_the_place_of_the_socket_folder_is_refused(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.mkdir(mode=0o700)
    (tmp_path / "waiting").symlink_to(target)
    with pytest.raises(NotPossible):
        make_private(tmp_path / "waiting", uid=os.geteuid(), gid=os.getegid())


def test_a_setting_cannot_break_out_of_its_quotes(tmp_path: Path) -> None:
    configuration.write(tmp_path, socket=tmp_path, overrides={"application_name": "o'hara\nfsync = off"})
    assert "application_name = 'o''hara fsync = off'" in (tmp_path / "fanal.conf").read_text().splitlines()


def test_with_a_database_url_nothing_is_started(home: Path) -> None:
    elsewhere = Environment(home=home, database_url="postgresql://someone:p%40ss@db.example/contacts?sslmode=require")
    assert not postgres.ensure_running(elsewhere)
    assert not home.exists()
    found = postgres.settings(elsewhere)
    assert (found["HOST"], found["USER"], found["PASSWORD"], found["NAME"]) == (
        "db.example",
        "someone",
        "p@ss",
        "contacts",
    )
    assert found["OPTIONS"]["sslmode"] == "require"


def test_a_database_url_of_another_kind_is_refused(home: Path) -> None:
    with pytest.raises(ValueError, match="postgresql://"):
        postgres.settings(Environment(home=home, database_url="mysql://db.example/contacts"))

"""`fanal up` keeps its processes running, and leaves nothing behind."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from fanal.benches.frame import ports_in_a_row
from fanal.running import leftovers, program
from fanal.running.program import SUPERVISED
from fanal.running.supervisor import Supervisor, pause_before_restart
from tests.running.conftest import python

pytestmark = pytest.mark.timeout(300)


def eventually(condition: Callable[[], object], *, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


@pytest.mark.parametrize(("failures", "seconds"), [(1, 1), (2, 2), (3, 4), (5, 16), (6, 30), (1000, 30)])
def test_the_pause_doubles_up_to_half_a_minute(failures: int, seconds: float) -> None:
    assert pause_before_restart(failures) == seconds


def test_a_process_that_dies_is_started_again_and_all_end_at_the_stop(tmp_path: Path) -> None:
    note = tmp_path / "starts"
    code = f"import os; open({str(note)!r}, 'a').write(f'{{os.getpid()}}\\n'); import sys; sys.stdin.read()"
    told: list[str] = []
    supervisor = Supervisor(commands={"sleeper": (sys.executable, "-c", code)}, environment={}, tell=told.append)
    running = threading.Thread(target=supervisor.run)
    running.start()
    try:
        eventually(lambda: note.exists() and len(note.read_text().split()) == 1)
        psutil.Process(int(note.read_text())).kill()
        eventually(lambda: len(note.read_text().split()) == 2)
    finally:
        supervisor.stopping.set()
        running.join(timeout=30)
    assert told == ["sleeper ended (by SIGKILL); starting it again in 1 s."]
    assert not any(psutil.pid_exists(int(pid)) for pid in note.read_text().split())


def test_a_process_that_does_not_end_when_told_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fanal.running.supervisor.GRACE", 0.5)
    code = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    )
    told: list[str] = []
    supervisor = Supervisor(commands={"deaf": (sys.executable, "-c", code)}, environment={}, tell=told.append)
    running = threading.Thread(target=supervisor.run)
    running.start()
    eventually(lambda: supervisor.children and supervisor.children[0].process)
    time.sleep(1)
    supervisor.stopping.set()
    running.join(timeout=30)
    assert told == ["deaf did not end by itself; killing it."]


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_up_answers_survives_a_killed_process_and_leaves_nothing_behind(home: Path, ending: signal.Signals) -> None:
    port = ports_in_a_row(2)
    code = "import sys; sys.argv = ['fanal', 'up']; from fanal.__main__ import main; main()"
    fast = '{"fsync": "off", "shared_buffers": "16MB"}'
    up = python(code, home=home, FANAL_PORT=str(port), FANAL_POSTGRES_SETTINGS=fast)
    assert up.stdout
    lines = iter(up.stdout.readline, "")
    assert any(f"fanal is at http://127.0.0.1:{port}/" in line for line in lines)
    family = psutil.Process(up.pid).children(recursive=True)
    web = next(child for child in family if child.cmdline()[-1] == "web" and child.ppid() == up.pid)
    web.kill()
    assert any("web ended (by SIGKILL)" in line for line in lines)
    up.send_signal(ending)
    up.communicate(timeout=60)
    assert up.returncode == 0
    assert psutil.wait_procs(family, timeout=5)[1] == []
    assert not (home / "pg" / "postmaster.pid").exists()


def test_up_refuses_a_port_that_is_taken(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        port = taken.getsockname()[1]
        code = "import sys; sys.argv = ['fanal', 'up']; from fanal.__main__ import main; main()"
        up = python(code, home=home, FANAL_PORT=str(port))
        said, _ = up.communicate(timeout=60)
    assert up.returncode == 1
    assert said.startswith(f"Port {port} of 127.0.0.1 is used by ")
    assert f"(process {os.getpid()})" in said
    assert "--port" in said
    assert not home.exists()


@pytest.mark.parametrize("command", ["web", "live"])
def test_a_process_of_its_own_says_too_that_its_port_is_taken(home: Path, command: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        port = taken.getsockname()[1]
        code = f"import sys; sys.argv = ['fanal', '{command}', '--port', '{port}']"
        process = python(code + "; from fanal.__main__ import main; main()", home=home)
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert said.startswith(f"Port {port} of 127.0.0.1 is used by ")


def test_an_address_of_another_machine_is_not_called_taken(home: Path) -> None:
    code = "import sys; sys.argv = ['fanal', 'up', '--host', '192.0.2.1']; from fanal.__main__ import main; main()"
    process = python(code, home=home)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert said.startswith("Nothing can listen at 192.0.2.1:")


def test_processes_end_when_their_supervisor_is_killed(home: Path) -> None:
    port = ports_in_a_row(2)
    code = "import sys; sys.argv = ['fanal', 'up']; from fanal.__main__ import main; main()"
    fast = '{"fsync": "off", "shared_buffers": "16MB"}'
    up = python(code, home=home, FANAL_PORT=str(port), FANAL_POSTGRES_SETTINGS=fast)
    assert up.stdout
    assert any("fanal is at" in line for line in iter(up.stdout.readline, ""))
    family = psutil.Process(up.pid).children(recursive=True)
    up.kill()
    assert psutil.wait_procs(family, timeout=30)[1] == []
    up.communicate(timeout=30)


def test_a_process_that_is_added_later_is_started_and_ended_with_the_others(tmp_path: Path) -> None:
    note = tmp_path / "late"
    code = f"import os; open({str(note)!r}, 'w').write(str(os.getpid())); import sys; sys.stdin.read()"
    supervisor = Supervisor(commands={}, environment={}, tell=lambda _line: None)
    running = threading.Thread(target=supervisor.run)
    running.start()
    try:
        supervisor.add("late", (sys.executable, "-c", code))
        eventually(lambda: note.exists() and note.read_text())
    finally:
        supervisor.stopping.set()
        running.join(timeout=30)
    assert not psutil.pid_exists(int(note.read_text()))


def test_what_a_killed_supervisor_left_is_cleared_by_the_next_start(home: Path) -> None:
    """At once, on the same ports: nobody waits for processes that are still on their way out."""
    port = ports_in_a_row(2)
    code = "import sys; sys.argv = ['fanal', 'up']; from fanal.__main__ import main; main()"
    given = {"FANAL_PORT": str(port), "FANAL_POSTGRES_SETTINGS": '{"fsync": "off", "shared_buffers": "16MB"}'}
    first = python(code, home=home, **given)
    assert first.stdout
    assert any("fanal is at" in line for line in iter(first.stdout.readline, ""))
    family = psutil.Process(first.pid).children(recursive=True)
    deaf = next(child for child in family if child.cmdline()[-1] == "web" and child.ppid() == first.pid)
    deaf.suspend()  # it cannot even notice that its supervisor is gone
    first.kill()
    first.wait(timeout=10)
    second = python(code, home=home, **given)
    assert second.stdout
    said = []
    assert any("fanal is at" in line for line in iter(second.stdout.readline, "") if not said.append(line))
    assert any("An earlier `fanal up` was killed; what it left has ended" in line for line in said), said
    assert not deaf.is_running()
    second.send_signal(signal.SIGINT)
    second.communicate(timeout=60)
    first.communicate(timeout=10)


def test_nobody_elses_processes_are_taken_for_what_was_left(tmp_path: Path) -> None:
    """Those of a supervisor that runs, and those over another home."""
    runs, elsewhere = leftovers.mark(tmp_path), f"{2**22} 1.0 {tmp_path / 'elsewhere'}"
    sleepers = [
        subprocess.Popen([sys.executable, "-c", "input()"], env={**os.environ, SUPERVISED: mark}, stdin=subprocess.PIPE)
        for mark in (runs, elsewhere, f"{2**22} 1.0 {tmp_path}")
    ]
    try:
        assert len(leftovers.clear(tmp_path)) == 1
        assert [one.poll() is None for one in sleepers] == [True, True, False]
    finally:
        for one in sleepers:
            one.kill()
            one.communicate()


def test_what_is_said_where_the_disk_is_full_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """The log of `fanal up` may lie on the disk that is full; the database has to be started again all the same."""
    full = open("/dev/full", "w")  # noqa: SIM115
    monkeypatch.setattr(sys, "stderr", full)
    program.tell("The database had ended; it runs again.")
    with contextlib.suppress(OSError):
        full.close()

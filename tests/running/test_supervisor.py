"""`fanal up` keeps its processes running, and leaves nothing behind."""

import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from fanal.running.supervisor import Supervisor, pause_before_restart
from tests.running.conftest import python

pytestmark = pytest.mark.timeout(300)


def eventually(condition: Callable[[], object], *, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def free_port() -> int:
    """A port whose successor is free too, for the event stream."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


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
    port = free_port()
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
    assert said.startswith(f"Port {port} of 127.0.0.1 is used by another program")
    assert not home.exists()


def test_processes_end_when_their_supervisor_is_killed(home: Path) -> None:
    port = free_port()
    code = "import sys; sys.argv = ['fanal', 'up']; from fanal.__main__ import main; main()"
    fast = '{"fsync": "off", "shared_buffers": "16MB"}'
    up = python(code, home=home, FANAL_PORT=str(port), FANAL_POSTGRES_SETTINGS=fast)
    assert up.stdout
    assert any("fanal is at" in line for line in iter(up.stdout.readline, ""))
    family = psutil.Process(up.pid).children(recursive=True)
    up.kill()
    assert psutil.wait_procs(family, timeout=30)[1] == []
    up.communicate(timeout=30)

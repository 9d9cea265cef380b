"""An Asterisk of our own: started once, ended alone, quiet when it starts, and closed to other people."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fanal.running import pbx
from fanal.running.pbx.configuration import Pbx
from tests.channels.asterisk.conftest import exchange_in


def test_it_starts_without_a_complaint_and_loads_all_it_was_told(local: pbx.Local, exchange: Pbx) -> None:
    console = local.outside(exchange.folders.state / "log" / "console").read_text()
    said, ready, _since = console.partition("Asterisk Ready")
    assert ready
    assert [line for line in said.splitlines() if "ERROR" in line or "WARNING" in line] == []
    assert " Not Running" not in pbx.ask(local, exchange, "module show")


def test_started_twice_it_is_the_same_and_ended_twice_it_has_ended(local: pbx.Local, tmp_path: Path) -> None:
    asked = exchange_in(local, tmp_path, at=50000)
    first = pbx.start(local, asked)
    try:
        assert pbx.start(local, asked) == first == pbx.status(local, asked)
    finally:
        assert pbx.stop(local, asked)
    assert not pbx.stop(local, asked)
    assert pbx.status(local, asked) is None


def test_a_process_that_got_its_number_since_is_left_alone(local: pbx.Local, tmp_path: Path) -> None:
    asked = exchange_in(local, tmp_path, at=50000)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        mark = local.outside(asked.folders.state) / "pid"
        mark.parent.mkdir(parents=True)
        mark.write_text(f"{other.pid} 12345.0")
        assert not pbx.stop(local, asked)
        assert other.poll() is None
        other.communicate()


def test_its_settings_and_what_it_keeps_are_closed_to_others(local: pbx.Local, exchange: Pbx) -> None:
    for folder in (exchange.folders.settings, exchange.folders.state):
        assert os.stat(local.outside(folder)).st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("FANAL_PBX_TRUNKS", '["carrier=sip.example"]', "does not appear to be an IPv4 or IPv6 address"),
        ("FANAL_PBX_TRUNKS", '["carrier"]', "write name=address:port"),
        ("FANAL_PBX_SIP_PORT", "0", "0 is no port"),
    ],
)
def test_a_setting_that_cannot_be_is_said_in_one_line(
    setting: str, value: str, said: str, local: pbx.Local, tmp_path: Path
) -> None:
    tried = subprocess.run(
        [sys.executable, "-m", "fanal", "pbx", "start"],
        env={**os.environ, "FANAL_HOME": str(tmp_path), setting: value}, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert (tried.returncode, said in tried.stderr, tried.stderr.count("\n")) == (1, True, 1)


def test_who_became_root_without_its_path_starts_it_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """`su` without `-` leaves the path of who called it, on which there is no chroot."""
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    program = pbx.Local(root=Path("/a/root")).command[0]
    assert Path(program).exists()

"""A real relay (coturn) of the tests' own, and the address at which others than this machine would find it."""

import contextlib
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from fanal.running.relays.addresses import Place
from fanal.running.relays.asking import NoAnswer, way_to
from fanal.running.relays.messages import Kind
from tests.servers import until

SECRET = "a-secret-of-the-tests-alone"
PROGRAM = shutil.which("turnserver", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/bin", "/usr/sbin"]))


def own_address() -> str:
    """Where Asterisk says that it is; a machine that has only 127.0.0.1 has no such place, and it is said."""
    for addresses in psutil.net_if_addrs().values():
        for one in addresses:
            if one.family == socket.AF_INET and not one.address.startswith(("127.", "169.254.")):
                return str(one.address)
    pytest.skip("NOT TESTED: this machine has no address but 127.0.0.1, to which Asterisk leads nobody by a relay.")


@contextlib.contextmanager
def running(settings: Path, folder: Path, *, port: int) -> Iterator[None]:
    """coturn with these settings, until it answers and no longer than this block."""
    if PROGRAM is None:
        pytest.skip("NOT TESTED: coturn is not installed (apt-get install coturn).")
    beside = ["--log-file=stdout", "--simple-log", f"--pidfile={folder / 'pid'}", f"--userdb={folder / 'users'}"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [PROGRAM, "-c", str(settings), *beside], cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    try:
        until(lambda: _answers(port))
        assert process.poll() is None, (folder / "log").read_text(errors="replace")
        yield
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)


def _answers(port: int) -> bool:
    try:
        with way_to(Place(host="127.0.0.1", port=port, tcp=False, tls=False)) as way:
            return way.ask(Kind.BINDING).code == 0
    except (OSError, NoAnswer):
        return False

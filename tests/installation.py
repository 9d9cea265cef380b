"""`fanal up` as it really runs, on a home, a database and ports of its own."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from django.conf import settings

from fanal.benches.frame import ports_in_a_row
from fanal.running.postgres import embedded
from tests.servers import rows_of, wait_for

ROOT = Path(__file__).resolve().parents[1]


class Installation:
    """`fanal up` with an embedded database of its own; `home` has to be short, a socket lies in it."""

    def __init__(self, home: Path, given: Mapping[str, str] | None = None) -> None:
        self.home = home
        self.port = ports_in_a_row(2)
        self.url = f"http://127.0.0.1:{self.port}"
        plain = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
        self.environment = plain | {
            "FANAL_HOME": str(home),
            "FANAL_SECRET": settings.SECRET_KEY,
            "FANAL_POSTGRES_SETTINGS": json.dumps({"fsync": "off", "shared_buffers": "32MB"}),
            **(given or {}),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "fanal", "up", "--port", str(self.port)],
            env=self.environment, cwd=ROOT, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def rows(self) -> AbstractContextManager[None]:
        """Work with its rows through the models, inside this block."""
        return rows_of(NAME="fanal", USER="postgres", PASSWORD="", HOST=str(self.home / "pg"), PORT="")

    @contextlib.contextmanager
    def without_database(self) -> Iterator[None]:
        """The server is stopped, and stays so for the length of this block; `fanal up` starts it afterwards."""
        with embedded._one_at_a_time(self.home):
            embedded.stop(self.home)
            assert not embedded.running(self.home)
            yield
            assert not embedded.running(self.home)

    def wait_until_it_answers(self) -> None:
        wait_for(self.port, seconds=150)
        wait_for(self.port + 1, seconds=30)

    def close(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)

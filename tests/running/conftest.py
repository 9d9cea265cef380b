"""A home folder of one's own, and other processes that use the embedded server in it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from fanal.running.postgres import embedded
from fanal.running.postgres.folders import data_folder


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("home") / "h"
    yield folder
    embedded.leave(folder)
    embedded.stop(folder)


@pytest.fixture
def without_fsync() -> dict[str, str]:
    return {"fsync": "off", "shared_buffers": "16MB"}


def server_pid(home: Path) -> int:
    return int((data_folder(home) / "postmaster.pid").read_text().split()[0])


def server_of(home: Path) -> psutil.Process:
    return psutil.Process(server_pid(home))


def python(
    code: str, *, home: Path, user: int | None = None, program: str = sys.executable, **variables: str
) -> subprocess.Popen[str]:
    """Another Python process that knows of this home only; it ends when its standard input closes."""
    plain = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "PYTHONPATH", "LANG")}
    return subprocess.Popen(
        [program, "-c", code],
        env={**plain, "FANAL_HOME": str(home), **variables},
        cwd=Path(__file__).parent.parent.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **({} if user is None else {"user": user, "group": user, "extra_groups": []}),
    )

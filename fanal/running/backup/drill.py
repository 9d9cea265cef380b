"""The drill: a back-up goes back into a database of its own, every promise is checked there, and all of it is timed."""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from fanal.running.backup import places, reading
from fanal.running.postgres import name_of

SCRATCH = "_drill"


@dataclass(frozen=True, kw_only=True)
class Drilled:
    """`restored_seconds`: how long it took to have it all again (RTO); `behind_seconds`: what is younger than that is
    not in the back-up (RPO), counted from the moment the drill began; `broken`: the promises that do not hold.
    """

    events: int
    files: int
    restored_seconds: float
    verified_seconds: float
    behind_seconds: float
    broken: tuple[str, ...]


def drill(path: Path, *, address: str) -> Drilled:
    """Nothing of what is in use is touched. Raises NotPossible."""
    began, now = time.monotonic(), datetime.now(UTC)
    whole = reading.examined(path)
    with places.scratch(address, f"{name_of(address)}{SCRATCH}") as there, tempfile.TemporaryDirectory() as folder:
        reading.load_database(whole, there)
        files = reading.load_files(whole, Path(folder) / "files")
        restored = time.monotonic()
        broken = _verified(there, Path(folder))
        verified = time.monotonic()
    return Drilled(
        events=whole.about.events,
        files=files,
        restored_seconds=restored - began,
        verified_seconds=verified - restored,
        behind_seconds=(now - datetime.fromisoformat(whole.about.made_at)).total_seconds(),
        broken=broken,
    )


def _verified(address: str, home: Path) -> tuple[str, ...]:
    """As somebody would who has just restored: `fanal verify --thorough`."""
    done = subprocess.run(
        [sys.executable, "-m", "fanal", "verify", "--thorough", "--json"],
        env={**os.environ, "DATABASE_URL": address, "FANAL_HOME": str(home)},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    try:
        said = json.loads(done.stdout)
    except json.JSONDecodeError:
        return (f"verify could not run: {done.stderr.strip()[-500:]}",)
    return tuple(one["name"] for one in said["invariants"] if not one["holds"])

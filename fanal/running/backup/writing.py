"""Making a back-up: the dump in pieces, then every file, then what shows that all of it is there."""

import hashlib
import io
import json
import os
import subprocess
import tarfile
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import psycopg

from fanal import __version__
from fanal.running.backup.programs import command, server_version
from fanal.running.postgres import NotPossible

PIECE = 16 * 1024 * 1024
ABOUT, DUMP, FILES, SECRET, END = "about.json", "database/", "files/", "secret", "end.json"


@dataclass(frozen=True, kw_only=True)
class About:
    """What a back-up says of itself, first of all. `events`, `latest_event`: as it began; a later one may be there."""

    fanal: str
    made_at: str
    server: int
    migrations: list[list[str]]
    events: int
    latest_event: str


@dataclass(frozen=True, kw_only=True)
class Made:
    """What was written, and how long it took."""

    about: About
    files: int
    size: int
    seconds: float


def make(*, address: str, files: Path, secret: Path | None, target: Path) -> Made:
    """Write the back-up; the name appears when it is whole and durable. Raises NotPossible.

    Files are written before the rows that name them and never changed, so that what the dump names is there when the
    files are read after it. fanal goes on running meanwhile.
    """
    began = time.monotonic()
    fresh = target.with_name(f"{target.name}.part")
    try:
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            with tarfile.open(fileobj=file, mode="w|", format=tarfile.PAX_FORMAT) as tar:
                about = _about(address)
                _add(tar, ABOUT, json.dumps(asdict(about), indent=1).encode())
                digest = _add_dump(tar, address)
                number = _add_files(tar, files)
                if secret:
                    _add(tar, SECRET, secret.read_bytes())
                _add(tar, END, json.dumps({"database": digest, "files": number}).encode())
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(target)
    except OSError as problem:
        raise NotPossible(f"The back-up was not written: {problem}.") from problem
    finally:
        fresh.unlink(missing_ok=True)
    return Made(about=about, files=number, size=target.stat().st_size, seconds=time.monotonic() - began)


def _about(address: str) -> About:
    with psycopg.connect(address) as connection:
        applied = connection.execute("SELECT app, name FROM django_migrations ORDER BY app, name").fetchall()
        row = connection.execute("SELECT count(*), max(at) FROM events_event").fetchone()
    events, latest = row if row else (0, None)
    return About(
        fanal=__version__,
        made_at=datetime.now(UTC).isoformat(),
        server=server_version(address),
        migrations=[[str(app), str(name)] for app, name in applied],
        events=events,
        latest_event=latest.isoformat() if latest else "",
    )


def _add_dump(tar: tarfile.TarFile, address: str) -> str:
    """The dump as it comes, in pieces; returns its hash."""
    words, environment = command("pg_dump", address, "--format=custom", "--no-owner", "--no-privileges")
    digest = hashlib.sha256()
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(
            words, env=dict(environment), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said
        ) as dump,
    ):
        assert dump.stdout
        number = 0
        while piece := dump.stdout.read(PIECE):
            digest.update(piece)
            _add(tar, f"{DUMP}{number:06}", piece)
            number += 1
        if dump.wait():
            said.seek(0)
            raise NotPossible(f"pg_dump failed:\n{said.read().decode(errors='replace').strip()[-2000:]}")
    return digest.hexdigest()


def _add_files(tar: tarfile.TarFile, folder: Path) -> int:
    """Every kept file under its hash; half-written ones have other names."""
    number = 0
    for path in sorted(folder.glob("[0-9a-f][0-9a-f]/*")):
        if len(path.name) != 62 or not path.is_file():
            continue
        with path.open("rb") as file:
            _add_open(tar, f"{FILES}{path.parent.name}{path.name}", file, path.stat().st_size)
        number += 1
    return number


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    _add_open(tar, name, io.BytesIO(content), len(content))


def _add_open(tar: tarfile.TarFile, name: str, content: IO[bytes], size: int) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    tar.addfile(entry, content)

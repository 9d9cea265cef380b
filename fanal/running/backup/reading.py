"""Reading a back-up: whether it is whole is known before anything is touched; then it goes back piece by piece."""

import contextlib
import hashlib
import json
import os
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from fanal.running.backup.programs import command
from fanal.running.backup.writing import ABOUT, DUMP, END, FILES, SECRET, About
from fanal.running.postgres import NotPossible

PIECE = 1024 * 1024
Entry = tuple[str, IO[bytes]]


@dataclass(frozen=True, kw_only=True)
class Whole:
    """A back-up that was read from its beginning to its end, and in which every hash is right."""

    path: Path
    about: About
    files: int
    secret: bytes = field(repr=False)
    """The installation's, where it is in there; else empty."""


def examined(path: Path) -> Whole:
    """Read all of it. Raises NotPossible when it is no back-up, is cut short or is damaged."""
    about: About | None = None
    end: dict[str, object] | None = None
    dump, files, secret = hashlib.sha256(), 0, b""
    for name, content in _entries(path):
        if name == ABOUT:
            about = About(**json.load(content))
        elif name.startswith(DUMP):
            _through(content, dump.update)
        elif name.startswith(FILES):
            files += 1
            if hash_of(content) != name.removeprefix(FILES):
                raise NotPossible(f"{path} is damaged: {name} is not what its name says.")
        elif name == SECRET:
            secret = content.read()
        elif name == END:
            end = json.load(content)
    if about is None or end is None:
        raise NotPossible(f"{path} is not a whole back-up: it was cut short.")
    if end != {"database": dump.hexdigest(), "files": files}:
        raise NotPossible(f"{path} is damaged: what is in it is not what was put into it.")
    return Whole(path=path, about=about, files=files, secret=secret)


def load_database(whole: Whole, address: str) -> None:
    """The dump into this database, all of it or nothing. Raises NotPossible."""
    words, environment = command(
        "pg_restore", address, "--no-owner", "--no-privileges", "--no-comments", "--single-transaction"
    )
    with subprocess.Popen(
        words, env=dict(environment), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as restoring:
        assert restoring.stdin
        assert restoring.stderr
        with contextlib.suppress(BrokenPipeError):
            for name, content in _entries(whole.path):
                if name.startswith(DUMP):
                    _through(content, restoring.stdin.write)
            restoring.stdin.close()
        said = restoring.stderr.read().decode(errors="replace")
    if restoring.returncode:
        raise NotPossible(f"pg_restore failed, and the database is as it was:\n{said.strip()[-2000:]}")


def load_files(whole: Whole, folder: Path) -> int:
    """Every file that is not there yet, under its hash; returns how many were written."""
    written = 0
    for name, content in _entries(whole.path):
        if name.startswith(FILES):
            written += _put(folder, name.removeprefix(FILES), content)
    return written


def hash_of(content: IO[bytes]) -> str:
    digest = hashlib.sha256()
    _through(content, digest.update)
    return digest.hexdigest()


def _put(folder: Path, sha256: str, content: IO[bytes]) -> bool:
    path = folder / sha256[:2] / sha256[2:]
    if path.exists():
        return False
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{os.getpid()}")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        _through(content, file.write)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    return True


def _entries(path: Path) -> Iterator[Entry]:
    """Name and content of each part, in their order. Raises NotPossible when it breaks off."""
    try:
        with tarfile.open(path, mode="r|") as tar:
            for entry in tar:
                content = tar.extractfile(entry)
                if content is not None:
                    yield entry.name, content
    except (tarfile.TarError, EOFError, OSError) as problem:
        raise NotPossible(f"{path} cannot be read as a back-up: {problem}.") from problem


def _through(content: IO[bytes], taken: Callable[[bytes], object]) -> None:
    try:
        while piece := content.read(PIECE):
            taken(piece)
    except (tarfile.TarError, EOFError) as problem:
        raise NotPossible("This is not a whole back-up: it was cut short.") from problem

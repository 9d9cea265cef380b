"""Bytes that came in or go out, each kept once, under the hash of its content."""

import hashlib
import os
from pathlib import Path

from django.conf import settings


def keep(content: bytes) -> str:
    """Store the content under its hash, once, durably; returns the hash."""
    name = hashlib.sha256(content).hexdigest()
    path = path_of(name)
    if not path.exists():
        _make(path.parent)
        fresh = path.with_suffix(f".{os.getpid()}-{os.urandom(4).hex()}")
        try:
            with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
        except OSError:
            fresh.unlink(missing_ok=True)  # half of it helps nobody, and on a full disk takes the last room
            raise
        _sync(path.parent)
    return name


def path_of(sha256: str) -> Path:
    return Path(settings.MEDIA_ROOT) / sha256[:2] / sha256[2:]


def read(sha256: str) -> bytes:
    """The content of that hash. Raises FileNotFoundError."""
    return path_of(sha256).read_bytes()


def remove(sha256: str) -> None:
    """Its time is over. Only whoever knows that nothing else has this content calls this."""
    path_of(sha256).unlink(missing_ok=True)


def _make(folder: Path) -> None:
    if not folder.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _sync(folder.parent)


def _sync(folder: Path) -> None:
    """A name in a folder is as durable as its content only when the folder was written too."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)

"""Mail that goes nowhere: `FANAL_SMTP_URL=file:///a/folder` writes it there instead, as the demo does."""

import hashlib
import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from fanal.channels.port import Unavailable


def folder_in(address: str) -> Path | None:
    """The folder that the address names; None where it names a mail server, or nothing."""
    parts = urlsplit(address)
    return Path(unquote(parts.path)) if parts.scheme == "file" and parts.path else None


def put_down(content: bytes, folder: Path, *, message_id: str) -> None:
    """One mail is one file, however often it is tried. Raises Unavailable."""
    name = hashlib.sha256(message_id.encode()).hexdigest()[:24]
    fresh = folder / f"{name}.{os.getpid()}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh.write_bytes(content)
        fresh.replace(folder / f"{name}.eml")
    except OSError as problem:
        raise Unavailable(f"{type(problem).__name__}: {problem}"[:300]) from problem

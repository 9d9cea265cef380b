"""Where the embedded server keeps its data and its socket, and that nobody else can enter there."""

import hashlib
import os
import stat
from pathlib import Path

LONGEST_SOCKET_PATH = 100
SOCKET_NAME = ".s.PGSQL.5432"


class NotPossible(Exception):
    """The embedded server cannot run here; the message says what to do."""


def data_folder(home: Path) -> Path:
    """The cluster's folder, which PostgreSQL itself keeps closed to everybody but its owner."""
    return home.absolute() / "pg"


def socket_folder(home: Path) -> Path:
    """The data folder, or a short one that follows from its path where a socket's path would be too long."""
    data = data_folder(home)
    if len(os.fsencode(data / SOCKET_NAME)) <= LONGEST_SOCKET_PATH:
        return data
    digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
    return Path(f"/tmp/fanal-{digest}")  # noqa: S108 - the same for every shell; make_private refuses a foreign one


def make_private(folder: Path, *, uid: int, gid: int) -> None:
    """Create the folder for that owner alone; raises NotPossible if somebody else made it or could enter it."""
    try:
        folder.mkdir(mode=0o700)
        os.chown(folder, uid, gid, follow_symlinks=False)
    except FileExistsError:
        pass
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid or stat.S_IMODE(found.st_mode) & 0o077:
        raise NotPossible(
            f"{folder} is not a folder that only the database's user may enter: "
            "find out who made it, remove it, and start again (or set FANAL_HOME to a shorter path)."
        )


def let_pass(folder: Path, *, uid: int) -> list[Path]:
    """Let the database's user walk through to the folder (no more than that); returns what had to be opened."""
    opened = []
    for step in (folder, *folder.parents):
        found = step.stat()
        if found.st_uid != uid and not found.st_mode & stat.S_IXOTH:
            step.chmod(stat.S_IMODE(found.st_mode) | stat.S_IXOTH)
            opened.append(step)
    return opened

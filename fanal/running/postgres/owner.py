"""Whom the embedded server runs as: oneself, or, since PostgreSQL refuses root, a system user of its own."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fanal.running.postgres.folders import NotPossible

SYSTEM_USER = "fanal-postgres"


@dataclass(frozen=True, kw_only=True)
class Owner:
    """Who owns the cluster, and how a child process becomes that user."""

    uid: int
    gid: int

    @property
    def as_subprocess(self) -> dict[str, Any]:
        """The arguments with which subprocess runs a program as the owner."""
        return {} if self.uid == os.geteuid() else {"user": self.uid, "group": self.gid, "extra_groups": []}


def owner_of(data: Path) -> Owner:
    """Oneself; as root, whoever owns the cluster already, or a system user that is created for it."""
    if os.geteuid() != 0:
        return Owner(uid=os.geteuid(), gid=os.getegid())
    if data.exists() and data.stat().st_uid != 0:
        return Owner(uid=data.stat().st_uid, gid=data.stat().st_gid)
    entry = _system_user()
    return Owner(uid=entry.pw_uid, gid=entry.pw_gid)


def _system_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        command = [
            "useradd",
            "--system",
            "--user-group",
            "--no-create-home",
            "--shell",
            "/usr/sbin/nologin",
            SYSTEM_USER,
        ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        return pwd.getpwnam(SYSTEM_USER)
    except (OSError, KeyError) as reason:
        said = str(reason) if isinstance(reason, OSError) else done.stderr.strip()
        raise NotPossible(
            f"PostgreSQL does not run as root, and the system user {SYSTEM_USER} could not be created ({said}): "
            "run fanal as an ordinary user, create that user, or set DATABASE_URL."
        ) from reason

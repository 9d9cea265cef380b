"""PostgreSQL's own programs for a back-up, of a version that understands the server."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from fanal.running.postgres import NotPossible
from fanal.running.postgres.embedded import binaries


def command(program: str, address: str, *more: str) -> tuple[list[str], Mapping[str, str]]:
    """`pg_dump` or `pg_restore` for this database, and its environment: a password is in no list of processes."""
    parts = {key: str(value) for key, value in conninfo_to_dict(address).items() if value is not None}
    password = parts.pop("password", "")
    found = _fitting(program, server_version(address))
    environment = {**os.environ, **({"PGPASSWORD": password} if password else {})}
    return [found, f"--dbname={make_conninfo(**parts)}", *more], environment


def server_version(address: str) -> int:
    """The server's first number, such as 18."""
    with psycopg.connect(address) as connection:
        return connection.info.server_version // 10_000


def _fitting(program: str, wanted: int) -> str:
    """The system's own where it is of the server's version, else what fanal brings along, else any that is newer."""
    own = shutil.which(program)
    brought = _brought(program)
    found = [one for one in (own, brought) if one]
    exact = [one for one in found if _version([one, "--version"]) == wanted]
    newer = [one for one in found if _version([one, "--version"]) > wanted]
    for one in (*exact, *reversed(newer)):
        return one
    raise NotPossible(f"There is no {program} for PostgreSQL {wanted} here: install the server's client programs.")


def _brought(program: str) -> str | None:
    try:
        path = binaries() / program
    except NotPossible:
        return None
    return str(path) if Path(path).exists() else None


def _version(asked: Sequence[str]) -> int:
    said = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=30).stdout
    found = re.search(r"(\d+)", said.partition(")")[2] or said)
    return int(found[1]) if found else 0

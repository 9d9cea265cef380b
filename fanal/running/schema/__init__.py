"""The tables of this version laid down at once: to replay every migration takes a processor half a minute.

`empty.sql.gz` is what `pg_dump` says of a database that has seen all migrations and nothing else; `bin/schema` writes
it anew. A migration that it does not know yet is applied afterwards, as to any other database.
"""

import gzip
import logging
import re
import subprocess
from pathlib import Path
from typing import Any

import psycopg

from fanal.running.backup import programs

FILE = Path(__file__).parent / "empty.sql.gz"
_LOCK = 7_236_180
_EMPTY = """
    SELECT current_schema() = 'public' AND NOT EXISTS (
        SELECT FROM pg_class WHERE relnamespace = current_schema()::regnamespace)
"""
_SETTINGS = "SET LOCAL search_path = ''; SET LOCAL check_function_bodies = false;"
_SESSION = re.compile(
    r"^(SET [a-z_]+ = .*;|SELECT pg_catalog\.set_config\('search_path', '', false\);|\\.*|--.*|)\n", re.M
)
_WHEN = re.compile(r"'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[^']*'")
_logger = logging.getLogger(__name__)


def lay_down(connection: psycopg.Connection[Any]) -> bool:
    """Whether the tables were made: only in a database that is empty, and whole or not at all.

    A server that does not understand the file, much older or newer, leaves the work to the migrations.
    """
    try:
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            found = connection.execute(_EMPTY).fetchone()
            if not (found and found[0]):
                return False
            # Without parameters, psycopg sends many statements as one.
            connection.execute(_SETTINGS.encode() + gzip.decompress(FILE.read_bytes()))
    except psycopg.Error as error:
        _logger.info("the tables are made step by step: %s", error)
        return False
    return True


def written(address: str) -> str:
    """All that is in this database but the time, as statements that any session can run."""
    command, environment = programs.command(
        "pg_dump", address, "--no-owner", "--no-privileges", "--inserts", "--rows-per-insert=1000"
    )
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=120).stdout
    return _WHEN.sub("now()", _SESSION.sub("", said))


def write(address: str) -> None:
    """Keep what is in this database as the file, the same bytes for the same tables."""
    FILE.write_bytes(gzip.compress(written(address).encode(), mtime=0))

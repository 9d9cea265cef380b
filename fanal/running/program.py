"""How a command of fanal begins: its database runs, Django is set up, and it ends with whoever started it."""

import contextlib
import os
import signal
import sys
import threading

from fanal.environment import environment
from fanal.running import postgres

SUPERVISED = "FANAL_SUPERVISED"


def begin() -> None:
    """Make everything ready for a command that works with the data."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fanal.settings")
    ensure_database()
    import django

    django.setup()
    from fanal.running import zone

    zone.follow()


def begin_without_database() -> None:
    """Make ready for a command that reads files alone."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fanal.settings")
    import django

    django.setup()


def try_to_begin() -> str:
    """Begin even if the database cannot be started; returns why it could not."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fanal.settings")
    reason = ""
    try:
        ensure_database()
    except postgres.NotPossible as problem:
        reason = str(problem)
    import django

    django.setup()
    return reason


def ensure_database() -> None:
    """Start the embedded server if it is the one in use; under `fanal up` that has been done."""
    if SUPERVISED not in os.environ:
        postgres.ensure_running(environment, progress=tell)


def missing_migrations() -> int:
    """How many migrations of this version the database has not seen."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def tell(line: str) -> None:
    """Say how it goes where a person sees it and a program that reads the output does not.

    Where that is a file on a full disk, or nobody listens any more, the work goes on all the same.
    """
    with contextlib.suppress(OSError):
        print(line, file=sys.stderr, flush=True)


def end_with_supervisor() -> None:
    """Under `fanal up`, end when it ends, however it ends: its end of our standard input closes then."""
    if SUPERVISED in os.environ:
        threading.Thread(target=_wait_for_the_end, name="supervisor", daemon=True).start()


def _wait_for_the_end() -> None:
    os.read(0, 1)
    os.kill(os.getpid(), signal.SIGTERM)

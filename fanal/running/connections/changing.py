"""Tables are changed in the midst of the work: a change waits for a table only briefly, steps back, and comes again."""

import time
from collections.abc import Callable
from typing import Any, Self, cast

from django.db import OperationalError, connection
from django.db.backends.postgresql.schema import DatabaseSchemaEditor
from psycopg.errors import LockNotAvailable

WAITS = 2.0  # seconds for which a change stands in front of everybody else who wants the table
PAUSE = 1.0
PATIENCE = 120.0


class SchemaEditor(DatabaseSchemaEditor):
    """Whoever waits to change a table holds up all who come after it: so not for long.

    What is changed outside a transaction (an index made beside the work) holds nobody up, and may wait.
    """

    def __enter__(self) -> Self:
        super().__enter__()
        if self.atomic_migration and not self.collect_sql:
            self.execute(f"SET LOCAL lock_timeout = {int(WAITS * 1000)}")
        return self


def patiently(migrate: Callable[[], Any], *, tell: Callable[[str], object], patience: float = PATIENCE) -> None:
    """Migrate, again and again while somebody works with a table that is to change; what is done stays done."""
    until = time.monotonic() + patience
    while True:
        try:
            migrate()
            return
        except OperationalError as problem:
            if not isinstance(problem.__cause__, LockNotAvailable) or time.monotonic() > until:
                raise
            table = cast(Any, problem.__cause__).diag.table_name or "a table"
            tell(f"Somebody works with {table}, which is to change: trying again …")
            connection.close()
            time.sleep(PAUSE)

"""Keep the figures up: fold what has happened every other second, so that whoever looks at them only reads."""

import threading

import structlog
from django.db import close_old_connections, connection

from fanal.kpis import actions

log = structlog.get_logger(__name__)

EVERY = 2.0
"""Seconds from one look to the next."""
AT_ONCE = 1000
"""Events folded in one transaction: readers of events wait for its end, so it has to be short."""


def keep(stop: threading.Event, *, every: float = EVERY) -> None:
    """Fold until `stop` is set. Several may run, in several processes: only one of them folds at a time.

    Whatever goes wrong is logged and tried again; meanwhile pages and `fanal doctor` say that the figures are behind.
    """
    while not stop.is_set():
        more = False
        try:
            close_old_connections()
            more = actions.fold(limit=AT_ONCE) == AT_ONCE
        except Exception:
            log.exception("figures_not_folded")
        stop.wait(0 if more else every)
    connection.close()

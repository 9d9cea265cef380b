"""Keep the rules of escalation: follow what happens, and wake at the very moment when one may act."""

import threading
from datetime import timedelta

import structlog
from django.db import close_old_connections, connection
from django.utils import timezone

from fanal.escalation import actions

log = structlog.get_logger(__name__)

EVERY = 1.0
"""Seconds from one look at what happened to the next."""
AT_ONCE = 5_000
AGAIN = timedelta(seconds=30)
"""Another process may have written a moment, and ended: so long after the last look there is one anyway."""


def keep(stop: threading.Event, *, every: float = EVERY) -> None:
    """Follow and act until `stop` is set. Several may run: a case is held while a rule acts on it.

    Whatever goes wrong is logged and tried again: the events wait, and the moments stay what they are.
    """
    look_at = timezone.now()
    while not stop.is_set():
        try:
            close_old_connections()
            followed, swept, now = actions.follow(limit=AT_ONCE), actions.sweep(), timezone.now()
            if followed or swept or look_at <= now:
                acted = actions.act_on_due(now=now)
                look_at = min(actions.next_moment() or now + AGAIN, now + AGAIN)
                if followed >= AT_ONCE or swept or acted:
                    continue
        except Exception:
            log.exception("escalation_not_kept")
            stop.wait(every)
            continue
        stop.wait(max(0.05, min(every, (look_at - timezone.now()).total_seconds())))
    connection.close()

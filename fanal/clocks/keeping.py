"""Keep the clocks: follow what happens, wake when one is at risk or missed, ring the reminders, tell who wrote."""

import threading
from datetime import datetime, timedelta

import structlog
from django.db import close_old_connections, connection
from django.utils import timezone

from fanal.cases.actions.reminding import next_ring, ring
from fanal.clocks import actions

log = structlog.get_logger(__name__)

EVERY = 1.0
"""Seconds from one look at what happened to the next."""
AT_ONCE = 5_000
AGAIN = timedelta(seconds=30)
"""Another process may have moved clocks meanwhile, and ended: so long after the last look there is one anyway."""


def keep(stop: threading.Event, *, every: float = EVERY) -> None:
    """Follow and foresee until `stop` is set. Several may run: only one of them at a time moves clocks.

    Whatever goes wrong is logged and tried again: the events wait, and their times stay what they are.
    """
    look_at = timezone.now()
    rings: datetime | None = None
    while not stop.is_set():
        try:
            close_old_connections()
            followed = actions.follow(limit=AT_ONCE)
            heard, now = actions.hear(limit=AT_ONCE), timezone.now()
            if (rings := next_ring()) and rings <= now:
                ring(now=now)
            if followed or look_at <= now:
                told = actions.foresee(now=now)
                look_at = min(actions.next_moment() or now + AGAIN, now + AGAIN)
                if followed >= AT_ONCE or told:
                    continue
            if heard >= AT_ONCE:
                continue
        except Exception:
            log.exception("clocks_not_kept")
            stop.wait(every)
            continue
        moment = min(look_at, rings) if rings else look_at
        stop.wait(max(0.05, min(every, (moment - timezone.now()).total_seconds())))
    connection.close()

"""The outbox is emptied: woken when something is written, and now and then by itself."""

import threading
import time
from typing import Any

import psycopg
import structlog
from django.db import connection
from django.utils import timezone

from fanal.interactions import actions as interactions
from fanal.interactions.actions.answering import OUTBOX
from fanal.running.connections import own_connection

log = structlog.get_logger(__name__)

SWEEP = 30.0  # seconds until what was lost is looked for
LOOK = 1.0  # second until what is due again is looked for, and whether to stop
PAUSE = 1.0  # seconds after the database went away


class Sending(threading.Thread):
    """Sends what is due until `stop` is set. Several may run, in several processes: each mail is claimed by one."""

    def __init__(self, *, stop: threading.Event) -> None:
        super().__init__(name="sending mail", daemon=True)
        self.stop = stop

    def run(self) -> None:
        try:
            while not self.stop.is_set():
                try:
                    with own_connection() as ear:
                        self._go(ear)
                except Exception as problem:
                    log.warning("outbox_not_emptied", problem=type(problem).__name__)
                    connection.close()
                    self.stop.wait(PAUSE)
        finally:
            connection.close()

    def _go(self, ear: "psycopg.Connection[Any]") -> None:
        ear.execute(f"LISTEN {OUTBOX}")
        swept_at = float("-inf")
        while not self.stop.is_set():
            while not self.stop.is_set() and interactions.send_next(now=timezone.now()):
                pass
            if time.monotonic() - swept_at >= SWEEP:
                swept_at = time.monotonic()
                interactions.give_up_lost(now=timezone.now())
            next(ear.notifies(timeout=LOOK, stop_after=1), None)

"""One process reads a mailbox: a lock that the database takes back when its holder has stood still for too long."""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import psycopg

from fanal.running.connections import own_connection

LAPSES_AFTER = 15.0  # seconds
RENEWED_EVERY = 3.0

LOCK = "SELECT pg_try_advisory_lock(hashtextextended('mailbox', %s))"


@dataclass(frozen=True, kw_only=True)
class Lease:
    """`ours`: whether the mailbox is ours to read; `lapsed` is set once it is not any more."""

    ours: bool
    lapsed: threading.Event = field(default_factory=threading.Event)


@contextlib.contextmanager
def leased(account: int) -> Iterator[Lease]:
    """Take the lock and keep it, on a connection of its own that the database ends when it hears nothing there.

    So it ends with a process that was killed, and with one that is frozen. Whoever goes on too late may not know it
    yet: what is written has to be refused by the number of the holder.
    """
    with contextlib.closing(own_connection()) as held:
        held.execute(f"SET idle_session_timeout = {int(LAPSES_AFTER * 1000)}")
        (ours,) = held.execute(LOCK, [account]).fetchone() or (False,)
        lease, over = Lease(ours=ours), threading.Event()
        renewing = threading.Thread(target=_renew, args=(held, lease, over), name="lease of a mailbox", daemon=True)
        if ours:
            renewing.start()
        try:
            yield lease
        finally:
            over.set()
            if ours:
                renewing.join()


def _renew(held: psycopg.Connection[object], lease: Lease, over: threading.Event) -> None:
    while not over.wait(RENEWED_EVERY):
        try:
            held.execute("SELECT 1")
        except psycopg.Error:
            lease.lapsed.set()
            return

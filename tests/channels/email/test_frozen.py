"""The process that reads a mailbox stands still, another takes over, and the first goes on too late: it writes nothing."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.db import connection

from fanal.channels.email import imap
from fanal.channels.models import ChannelAccount, MailCursor, MailGap, RawEvent
from fanal.channels.opening import sealed_password
from fanal.interactions.models import Interaction, Message
from fanal.running.verify import verify
from tests import servers
from tests.channels.email import dovecot
from tests.channels.email.letters import an_account, letter
from tests.servers import address_of, alone

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]
until = partial(servers.until, seconds=40)
LAPSES_AFTER = 2.0  # seconds; fifteen in truth

READING = """
import os, signal, sys, threading, time
from fanal.running import program
program.begin()
from fanal.channels.email import imap
from fanal.intake.mail import lease, mailbox, room

lease.LAPSES_AFTER, lease.RENEWED_EVERY = float(sys.argv[2]), 0.3

def stop():
    # It reaches other threads first; this one must go no further meanwhile.
    os.kill(os.getpid(), signal.SIGSTOP)
    time.sleep(1)

def stands_still(owner, name, *, before):
    real = getattr(owner, name)
    def once(*given, **named):
        setattr(owner, name, real)
        if before:
            stop()
            return real(*given, **named)
        found = real(*given, **named)
        stop()
        return found
    setattr(owner, name, once)

match sys.argv[1]:
    case "when it waits":
        stands_still(imap.Mailbox, "wait", before=True)
    case "fetched, not stored":
        stands_still(imap.Mailbox, "contents", before=False)
    case "stored, not marked":
        stands_still(mailbox, "take", before=False)
    case "about to mark":
        stands_still(imap.Mailbox, "mark_taken", before=True)
over = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: over.set())
room.run(over)
"""
POINTS: dict[str, set[int]] = {
    "when it waits": set(),
    "fetched, not stored": set(),
    "stored, not marked": set(),
    "about to mark": {1},
}
"""Where it stands still, and which mails it may mark all the same: a mail server asks nobody whether we are late.

It is a mail that was stored, and its number is asked for once more before.
"""


@pytest.fixture
def account(mailbox: dovecot.Dovecot) -> ChannelAccount:
    server = mailbox.server
    return an_account(
        imap={"host": server.host, "port": server.port, "security": "none", "user": server.user},
        imap_password=sealed_password(server.password),
    )


Start = Callable[[str], subprocess.Popen[bytes]]


@pytest.fixture
def start(tmp_path: Path, settings: Any) -> Iterator[Start]:
    settings.MEDIA_ROOT = tmp_path / "files"
    running: list[subprocess.Popen[bytes]] = []

    def started(stands_still: str) -> subprocess.Popen[bytes]:
        given = {
            "DATABASE_URL": address_of(),
            "FANAL_HOME": str(tmp_path),
            "FANAL_SECRET": settings.SECRET_KEY,
            "FANAL_SMTP_URL": "",
        }
        with (tmp_path / f"log {len(running)}").open("wb") as log:
            command = [sys.executable, "-c", READING, stands_still, str(LAPSES_AFTER)]
            running.append(subprocess.Popen(command, env={**os.environ, **given}, stdout=log, stderr=subprocess.STDOUT))
        return running[-1]

    yield started
    for process in running:
        process.kill()
        process.wait(10)
    until(alone)


def stands_still(process: subprocess.Popen[bytes]) -> bool:
    return bool(psutil.Process(process.pid).status() == psutil.STATUS_STOPPED)


def said(text: str) -> bool:
    return Message.objects.filter(text=text).exists()


def what_is_known(mailbox: dovecot.Dovecot) -> str:
    """Where a mail got stuck: in the mailbox, on its way into the database, or behind somebody's lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid, state, wait_event, pg_blocking_pids(pid), left(query, 100) FROM pg_stat_activity"
            " WHERE datname = current_database()"
        )
        sessions = cursor.fetchall()
    raws, cursors = RawEvent.objects.values("id", "state", "attempts", "reason"), MailCursor.objects.values()
    log = (mailbox.folder / "log").read_text()[-1000:]
    return f"{mailbox.flags()}\n{list(raws)}\n{list(cursors)}\n{sessions}\n{log}"


@pytest.mark.parametrize("point", POINTS)
def test_a_reader_that_stood_still_longer_than_its_lease_writes_nothing_when_it_goes_on(
    point: str, mailbox: dovecot.Dovecot, account: ChannelAccount, start: Start, tmp_path: Path
) -> None:
    mailbox.deliver(letter("One"))
    frozen = start(point)
    until(lambda: stands_still(frozen))
    first = MailCursor.objects.get().holder
    other = start("never")
    until(
        lambda: said("One") and MailCursor.objects.get().holder > first
    )  # nobody ended the first, nor its connections
    mailbox.deliver(letter("Two"))
    try:
        until(lambda: said("Two") and all(imap.TAKEN in flags for flags in mailbox.flags().values()))
    except AssertionError as problem:
        raise AssertionError(what_is_known(mailbox)) from problem
    with mailbox.client() as client:
        client.remove_flags(client.search(), [imap.TAKEN])  # whoever sets one now does so too late
    before = MailCursor.objects.values().get()
    assert stands_still(frozen)

    frozen.send_signal(signal.SIGCONT)
    until(lambda: b"mailbox_" in (tmp_path / "log 0").read_bytes())  # it has learnt that it is late
    time.sleep(2)
    assert {uid for uid, flags in mailbox.flags().items() if imap.TAKEN in flags} <= POINTS[point]
    after = MailCursor.objects.values().get()
    assert {**after, "looked_at": None} == {**before, "looked_at": None}
    assert MailGap.objects.count() == 0
    assert RawEvent.objects.count() == Interaction.objects.count() == Message.objects.count() == 2

    # It is of use again: when the other one goes, it takes over.
    other.kill()
    other.wait(10)
    mailbox.deliver(letter("Three"))
    until(lambda: said("Three"))
    assert sorted(Message.objects.values_list("text", flat=True)) == ["One", "Three", "Two"]
    assert [verdict.invariant.name for verdict in verify() if not verdict.holds] == []

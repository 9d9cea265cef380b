"""One mailbox is read: each mail is taken, then marked; what cannot be fetched is noted and passed, never stuck at."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import structlog
from django.db import Error, connection
from django.db.models import F
from django.utils import timezone

from fanal.channels.email import imap
from fanal.channels.email.servers import Server
from fanal.channels.models import ChannelAccount, MailCursor, MailGap
from fanal.intake.mail.lease import leased
from fanal.intake.mail.taking import take

log = structlog.get_logger(__name__)

LONGEST_PAUSE = 60.0  # seconds
LOOK_AT_GAPS_EVERY = 600.0  # seconds
MOST_TRIES = 10
OTHER_READS = "another process reads it"


class Lost(Exception):
    """Another process reads this mailbox now."""


class Reader(threading.Thread):
    """Reads one mailbox until `stop` is set; a server or a database that goes away is waited for.

    `problem` says why it is not read at the moment; `careful` means one mail at a time, because a lot of them failed.
    """

    def __init__(
        self, *, account: ChannelAccount, server: Server, stop: threading.Event, taken: Callable[[], None]
    ) -> None:
        super().__init__(name=f"mailbox {account.code}", daemon=True)
        self.account, self.server, self.stop, self.taken = account, server, stop, taken
        self.problem = "not connected yet"
        self.careful = self.advanced = False
        self.holder = 0  # which of all readers of this mailbox we are; nothing is written once there is a later one

    def run(self) -> None:
        failures = 0
        while not self.stop.is_set():
            self.advanced = False
            try:
                self.read_session()
            except Lost:
                log.warning("mailbox_taken_over", account=self.account.code)
                self.problem = OTHER_READS
            except Exception as problem:
                # Whatever a server or a database answers: the mails stay where they are, and the next try sees them.
                log.warning("mailbox_not_read", account=self.account.code, problem=type(problem).__name__)
                self._say(f"{type(problem).__name__}: {problem}"[:200])
            finally:
                connection.close()
            failures = 0 if self.advanced else failures + 1
            self.stop.wait(min(LONGEST_PAUSE, 2.0 ** min(failures, 7) / 2))

    def read_session(self) -> None:
        """One connection, for as long as it lasts; another process that reads the mailbox already is left to it."""
        with leased(self.account.pk) as lease:
            if not lease.ours:
                self.problem = OTHER_READS
                return
            cursor = self._succeed()
            with imap.opened(self.server) as mailbox:
                self._begin(mailbox, cursor)
                self._say("")
                look_at_gaps = time.monotonic()
                while not self.stop.is_set():
                    self._write(looked_at=timezone.now())
                    self._take(mailbox, mailbox.after(cursor.uid), cursor)
                    if time.monotonic() >= look_at_gaps:
                        look_at_gaps = time.monotonic() + LOOK_AT_GAPS_EVERY
                        self._try_gaps_again(mailbox)
                    mailbox.wait(stopped=lambda: self.stop.is_set() or lease.lapsed.is_set())
                    if lease.lapsed.is_set():
                        raise Lost

    def _succeed(self) -> MailCursor:
        """From now on we are the reader, and what an earlier one writes is refused."""
        cursor, _ = MailCursor.objects.get_or_create(account=self.account, defaults={"began_at": timezone.now()})
        MailCursor.objects.filter(pk=cursor.pk).update(holder=F("holder") + 1)
        cursor.refresh_from_db()
        self.holder = cursor.holder
        return cursor

    def _begin(self, mailbox: imap.Mailbox, cursor: MailCursor) -> None:
        """Where we were. At first that is what is unread, after a new numbering all that came since we began."""
        if (cursor.folder, cursor.validity) == (self.server.folder, mailbox.validity):
            return
        known = cursor.folder == self.server.folder
        if known:
            log.warning("mailbox_was_numbered_anew", account=self.account.code)
        last = max(mailbox.after(0), default=0)  # first: what comes from now on has a higher number
        wanted = {*mailbox.unread(), *(mailbox.since(cursor.began_at.date()) if known else ())}
        noted = MailGap.objects.filter(account=self.account, validity=mailbox.validity)
        wanted -= set(noted.values_list("uid", flat=True))
        if self._take(mailbox, sorted(uid for uid in wanted if uid <= last)):
            cursor.folder, cursor.validity = self.server.folder, mailbox.validity
            self._move(cursor, last)

    def _take(self, mailbox: imap.Mailbox, uids: Sequence[int], cursor: MailCursor | None = None) -> bool:
        """Take these mails in the order of their numbers, the cursor follows; False when we are to stop before."""
        for lot in self._lots(mailbox, uids):
            if self.stop.is_set():
                return False
            found = self._fetched(mailbox, lot, cursor)
            self._keep(mailbox, found)
            if cursor:
                self._move(cursor, lot[-1])
        self.careful = False
        return True

    def _lots(self, mailbox: imap.Mailbox, uids: Sequence[int]) -> Iterator[list[int]]:
        """A few mails at a time, of a bounded size together."""
        for at in range(0, len(uids), imap.AT_ONCE):
            part = list(uids[at : at + imap.AT_ONCE])
            if self.careful or sum(mailbox.sizes(part).values()) > imap.AT_ONCE_BYTES:
                yield from ([uid] for uid in part)
            else:
                yield part

    def _fetched(self, mailbox: imap.Mailbox, uids: list[int], cursor: MailCursor | None) -> dict[int, bytes]:
        """The mails; one that fails alone is noted and passed, before the session ends in its exception."""
        try:
            if len(uids) == 1 and mailbox.sizes(uids).get(uids[0], 0) > imap.LARGEST:
                self._note_gap(mailbox, uids[0], "too_large")
                return {}
            found = mailbox.contents(uids)
            for uid in mailbox.sizes([uid for uid in uids if uid not in found]):
                self._note_gap(mailbox, uid, "no content")  # it is still there, and the server gave us nothing
            return found
        except Exception as problem:
            if len(uids) == 1:
                self._note_gap(mailbox, uids[0], f"{type(problem).__name__}: {problem}")
                if cursor:
                    self._move(cursor, uids[0])
            self.careful = True
            raise

    def _keep(self, mailbox: imap.Mailbox, found: dict[int, bytes]) -> None:
        """First they are durable here, then they are marked there, by who reads the mailbox still. Raises Lost."""
        for content in found.values():
            take(account=self.account, content=content, way="imap", now=timezone.now())
        if found:
            self.advanced = True
            self.taken()
            self._write(looked_at=timezone.now())
            mailbox.mark_taken(sorted(found))

    def _say(self, problem: str) -> None:
        """Where others see it, if the database takes it."""
        self.problem = problem
        with contextlib.suppress(Error):
            own = MailCursor.objects.filter(account=self.account, holder=self.holder)
            own.exclude(problem=problem).update(problem=problem.replace("\0", ""))

    def _move(self, cursor: MailCursor, uid: int) -> None:
        self._write(uid=uid, validity=cursor.validity, folder=cursor.folder)
        cursor.uid, self.advanced = uid, True

    def _write(self, **what: Any) -> None:
        """Only the latest reader writes what is known of the mailbox. Raises Lost."""
        if not MailCursor.objects.filter(account=self.account, holder=self.holder).update(**what):
            raise Lost

    def _note_gap(self, mailbox: imap.Mailbox, uid: int, reason: str) -> None:
        log.warning("mail_not_fetched", account=self.account.code, uid=uid, reason=reason[:40])
        gap, fresh = MailGap.objects.get_or_create(
            account=self.account,
            validity=mailbox.validity,
            uid=uid,
            defaults={"reason": reason[:200], "at": timezone.now()},
        )
        if not fresh:
            gap.reason, gap.attempts, gap.at = reason[:200], gap.attempts + 1, timezone.now()
            gap.save(update_fields=["reason", "attempts", "at"])

    def _try_gaps_again(self, mailbox: imap.Mailbox) -> None:
        """One at a time, each a few times: a gap that is filled, or whose mail is gone, is forgotten."""
        gaps = MailGap.objects.filter(account=self.account, validity=mailbox.validity, attempts__lt=MOST_TRIES)
        for gap in gaps.exclude(reason="too_large").order_by("uid"):
            found = self._fetched(mailbox, [gap.uid], None)
            self._keep(mailbox, found)
            if found or not mailbox.sizes([gap.uid]):
                gap.delete()

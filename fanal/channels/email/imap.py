"""One connection to a mailbox: what is new, the mails themselves, the mark that they were taken, and waiting."""

import contextlib
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from fanal.channels.email.servers import Security, Server, context

TAKEN = "$FanalTaken"
SEEN = "\\Seen"
PATIENCE = 60.0  # seconds until an answer
LONGEST_IDLE = 9 * 60.0  # seconds; servers and the boxes between end what is silent for longer
POLL = 30.0  # seconds, where the server cannot say by itself that something came
LARGEST = 64 * 2**20  # bytes of one mail
AT_ONCE, AT_ONCE_BYTES = 20, 16 * 2**20

Problem = (IMAPClientError, OSError, ValueError)


class Changed(Exception):
    """The numbers of the mailbox mean something else by now."""


class Mailbox:
    """A folder that is open; `validity` is its UIDVALIDITY."""

    def __init__(self, client: IMAPClient, folder: str) -> None:
        self._client, self._folder = client, folder
        self.validity = 0
        self._mark = SEEN
        self._select()

    def after(self, uid: int) -> list[int]:
        """The numbers of the mails after that one, ascending."""
        self._heard_of_more()
        return sorted(one for one in self._client.search(["UID", f"{uid + 1}:*"]) if one > uid)

    def unread(self) -> list[int]:
        return sorted(self._client.search(["UNSEEN"]))

    def since(self, day: date) -> list[int]:
        """The numbers of the mails that came on that day or later, or on the day before: servers have zones."""
        return sorted(self._client.search(["SINCE", day - timedelta(days=1)]))

    def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """In bytes, of those that are still there."""
        return {uid: int(told[b"RFC822.SIZE"]) for uid, told in self._client.fetch(uids, ["RFC822.SIZE"]).items()}

    def contents(self, uids: Sequence[int]) -> dict[int, bytes]:
        """The mails as they are, those that are still there; none is marked by it."""
        found = self._client.fetch(uids, ["BODY.PEEK[]"])
        return {uid: bytes(told[b"BODY[]"]) for uid, told in found.items() if told.get(b"BODY[]") is not None}

    def mark_taken(self, uids: Sequence[int]) -> None:
        """Mark them, if their numbers still mean them. Raises Changed."""
        before = self.validity
        self._select()
        if self.validity != before:
            raise Changed
        self._client.add_flags(list(uids), [self._mark], silent=True)

    def wait(self, *, stopped: Callable[[], bool]) -> None:
        """Until something may have come since the last look, or it is time to look anyway."""
        if self._heard_of_more():
            return
        if not self._client.has_capability("IDLE"):
            _rest(POLL, stopped)
            self._client.noop()
            return
        until = time.monotonic() + LONGEST_IDLE
        self._client.idle()
        try:
            if self._said_in_the_same_breath():
                return
            while not stopped() and time.monotonic() < until:
                told = self._client.idle_check(timeout=1)
                if any(len(one) > 1 and one[1] in (b"EXISTS", b"RECENT") for one in told):
                    return
                if any(one[0] == b"BYE" for one in told):
                    raise ConnectionResetError("the server said goodbye")
        finally:
            with contextlib.suppress(*Problem):
                self._client.idle_done()

    def _heard_of_more(self) -> bool:
        """Whether the server said so since this was asked last: it may at the end of any answer, and says it once."""
        _, told = self._client._imap.response("EXISTS")
        return bool(told != [None])

    def _said_in_the_same_breath(self) -> bool:
        """Whether more came with the word that the server waits: it lies in a buffer then, where no waiting sees it."""
        socket = self._client.socket()
        patience = socket.gettimeout()
        socket.setblocking(False)
        try:
            return bool(self._client._imap.file.peek(1))
        except ssl.SSLWantReadError:
            return False
        finally:
            socket.settimeout(patience)

    def _select(self) -> None:
        told = self._client.select_folder(self._folder)
        self.validity = int(told[b"UIDVALIDITY"])
        allowed = [bytes(one).lower() for one in told.get(b"PERMANENTFLAGS", ())]
        own = b"\\*" in allowed or TAKEN.lower().encode() in allowed
        self._mark = TAKEN if own else SEEN


@contextlib.contextmanager
def opened(server: Server) -> Iterator[Mailbox]:
    """Connect, sign in, open the folder. Raises one of Problem."""
    secure = server.security == Security.TLS
    client = IMAPClient(
        server.host, port=server.port, ssl=secure, ssl_context=context() if secure else None, timeout=PATIENCE
    )
    try:
        if server.security == Security.STARTTLS:
            client.starttls(context())
        client.login(server.user, server.password)
        yield Mailbox(client, server.folder)
    finally:
        try:
            client.logout()
        except Problem:
            with contextlib.suppress(*Problem):
                client.shutdown()


def _rest(seconds: float, stopped: Callable[[], bool]) -> None:
    until = time.monotonic() + seconds
    while not stopped() and time.monotonic() < until:
        time.sleep(0.5)

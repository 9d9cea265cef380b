"""Our own door for mail, behind an MTA: LMTP or SMTP, and 250 only for what is durable here."""

import asyncio
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import connection
from django.utils import timezone

from fanal.channels.email import imap
from fanal.channels.email.tokens import is_of
from fanal.channels.models import ChannelAccount, ChannelKind
from fanal.intake.mail.taking import take
from fanal.running.postgres import NotPossible

log = structlog.get_logger(__name__)

ACCEPTED, NOT_NOW, NOBODY = "250 2.0.0 Kept", "451 4.3.0 Not now, try again later", "550 5.1.1 No such address here"
LONGEST_LINE = 2**20  # bytes; mail comes with longer lines than it may
AT_ONCE = 4
MOST_RECIPIENTS = 100


class BadAddress(NotPossible):
    """The setting does not say where to listen."""


def account_for(recipient: str) -> ChannelAccount | None:
    """The account whose address this is, also with something after a plus sign, or an address that we made."""
    plain = re.sub(r"\+[^@]*@", "@", recipient.strip().lower())
    rows = ChannelAccount.objects.filter(kind=ChannelKind.EMAIL, active=True, settings__listener=True).order_by("pk")
    if found := rows.filter(address__iexact=plain).first():
        return found
    return next((one for one in rows if any(is_of(recipient, pattern=made) for made in _made_by(one))), None)


def _made_by(account: ChannelAccount) -> list[str]:
    return [str(account.settings.get(name, "")) for name in ("reply_address", "return_address")]


class Door:
    """What is said to whoever hands a mail over: each recipient is an account, and each gets its own answer."""

    def __init__(self, taken: Callable[[], None], *, by_recipient: bool) -> None:
        self._taken, self._by_recipient = taken, by_recipient
        self._threads = [ThreadPoolExecutor(1, f"listener {number}") for number in range(AT_ONCE)]
        self._turn = 0

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        answer = await self._aside(_known, address)
        if answer == ACCEPTED:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.original_content or b""
        answers = [await self._aside(_taken, address, content) for address in envelope.rcpt_tos]
        if ACCEPTED in answers:
            self._taken()
        if self._by_recipient:
            return "\r\n".join(answers)
        return next((answer for answer in answers if answer != ACCEPTED), ACCEPTED)

    def close(self) -> None:
        for thread in self._threads:
            thread.submit(lambda: connection.close())  # each has one of its own
            thread.shutdown(wait=True)

    async def _aside(self, what: Callable[..., str], *given: object) -> str:
        """The database is asked in a thread of its own."""
        self._turn = (self._turn + 1) % len(self._threads)
        return await asyncio.get_running_loop().run_in_executor(self._threads[self._turn], what, *given)


def _known(address: str) -> str:
    return _answered(lambda: ACCEPTED if account_for(address) else NOBODY)


def _taken(address: str, content: bytes) -> str:
    def kept() -> str:
        account = account_for(address)
        if account is None:
            return NOBODY
        take(account=account, content=content, way="listener", now=timezone.now())
        return ACCEPTED

    return _answered(kept)


def _answered(ask: Callable[[], str]) -> str:
    """Whatever fails here is ours to mend: the MTA keeps the mail and tries again."""
    try:
        return ask()
    except Exception as problem:
        log.warning("mail_not_kept", problem=type(problem).__name__)
        connection.close()
        return NOT_NOW


class _Lmtp(LMTP):
    line_length_limit = LONGEST_LINE


class _Smtp(SMTP):
    line_length_limit = LONGEST_LINE


class Listener:
    """Listens at `lmtp://127.0.0.1:2424` or `smtp://127.0.0.1:2525`, in a thread of its own."""

    def __init__(self, address: str, *, taken: Callable[[], None]) -> None:
        parts = urlsplit(address)
        if parts.scheme not in ("lmtp", "smtp") or not parts.hostname or not parts.port:
            raise BadAddress("FANAL_MAIL_LISTEN is like lmtp://127.0.0.1:2424 or smtp://127.0.0.1:2525.")
        self._host, self._port, self._lmtp = parts.hostname, parts.port, parts.scheme == "lmtp"
        self._taken = taken

    async def serve(self, stopped: asyncio.Event) -> None:
        """Until `stopped`; raises OSError when the address is taken."""
        door = Door(self._taken, by_recipient=self._lmtp)
        loop = asyncio.get_running_loop()

        def made() -> SMTP:
            kind = _Lmtp if self._lmtp else _Smtp
            return kind(
                door, data_size_limit=imap.LARGEST, enable_SMTPUTF8=True, decode_data=False, timeout=120, loop=loop
            )

        server = await loop.create_server(made, self._host, self._port)
        try:
            await stopped.wait()
        finally:
            server.close()
            await server.wait_closed()
            door.close()

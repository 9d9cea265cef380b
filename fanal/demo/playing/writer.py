"""One customer who writes by mail, through an MTA as real ones are: it keeps each mail until somebody has taken it."""

import asyncio
import smtplib
import time
from collections import Counter
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from random import Random
from urllib.parse import urlsplit

from django.utils import timezone

from fanal.demo import cast
from fanal.demo.playing.customers import Role
from fanal.demo.playing.ledger import Ledger

PATIENCE = 15.0  # seconds until an answer
SUBJECTS = {"en": "A question", "fr": "Une question", "ru": "Вопрос", "ar": "سؤال"}


@dataclass(kw_only=True)
class Writer:
    """Plays one role to its end: a first mail, and one more for each further line, in the same thread.

    `stubborn`: seconds for which the MTA tries again what nobody took; `hurry` shortens the customer's pauses.
    """

    post: str  # smtp://host:port or lmtp://host:port
    role: Role
    rng: Random
    tally: Counter[str]
    ledger: Ledger
    hurry: float = 1.0
    stubborn: float = 60.0
    sent_home: bool = False
    sent: list[str] = field(default_factory=list)

    async def play(self) -> None:
        lines = [line.text for line in self.role.lines if line.by_customer]
        thread = f"{self.rng.getrandbits(64):016x}"
        self.tally["writers"] += 1
        for number, text in enumerate(lines[:3]):
            if number:
                await self._pause(self.rng.uniform(8, 30))
            if self.sent_home or not await self._send(f"<{thread}.{number}@mail.example>", text, thread):
                return

    async def _send(self, message_id: str, text: str, thread: str) -> bool:
        content = self._mail(message_id, text)
        until = time.monotonic() + self.stubborn
        while not await asyncio.to_thread(self._handed_over, content):
            self.tally["mails tried again"] += 1
            if time.monotonic() > until:
                self.tally["mails never taken"] += 1
                return False
            await asyncio.sleep(self.rng.uniform(0.3, 1.5))
        self.sent.append(message_id)
        self.ledger.note("email", thread, message_id.strip("<>"))
        self.tally["mails"] += 1
        return True

    def _handed_over(self, content: bytes) -> bool:
        """Whether it was answered with 250; whatever else happens, the MTA has it still."""
        parts = urlsplit(self.post)
        kind = smtplib.LMTP if parts.scheme == "lmtp" else smtplib.SMTP
        try:
            with kind(parts.hostname or "", parts.port or 25, timeout=PATIENCE) as session:
                session.sendmail(self.role.address, [cast.POST_ADDRESS], content)
                # Repeated now and then: the answer may be lost on its way, and then the MTA sends it once more.
                if self.rng.random() < 0.08:
                    session.sendmail(self.role.address, [cast.POST_ADDRESS], content)
                    self.tally["repeated mails"] += 1
        except (OSError, smtplib.SMTPException):
            return False
        return True

    def _mail(self, message_id: str, text: str) -> bytes:
        mail = EmailMessage(policy=SMTP)
        mail["From"] = f'"{self.role.name}" <{self.role.address}>'
        mail["To"] = cast.POST_ADDRESS
        mail["Subject"] = ("Re: " if self.sent else "") + SUBJECTS.get(self.role.language, SUBJECTS["en"])
        mail["Date"] = format_datetime(timezone.now())
        mail["Message-ID"] = message_id
        if self.sent:
            mail["In-Reply-To"], mail["References"] = self.sent[-1], " ".join(self.sent)
        mail.set_content(text)
        return mail.as_bytes()

    async def _pause(self, seconds: float) -> None:
        until = time.monotonic() + seconds * self.hurry
        while not self.sent_home and time.monotonic() < until:
            await asyncio.sleep(min(0.5, max(until - time.monotonic(), 0)))

"""What one e-mail comes to: the parts that people and rules need, and the reason where it could not be parsed."""

import re
from dataclasses import dataclass, field
from datetime import datetime

QUOTED = re.compile(r"[,;:<>@()\[\]]")


class Unparsable(Exception):
    """The message goes beyond a limit or cannot be understood; `reason` is a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one message may cost; beyond it, the message is kept as it came and parked."""

    size: int = 25 * 2**20  # bytes
    parts: int = 100
    depth: int = 20
    addresses: int = 1000
    references: int = 100
    header: int = 64 * 2**10  # characters of one header
    text: int = 2 * 2**20  # characters shown
    seconds: int = 2  # of processor time
    memory: int = 256 * 2**20  # bytes beyond what the parser itself needs


LIMITS = Limits()


@dataclass(frozen=True, kw_only=True)
class Address:
    """One mailbox: the name as shown, and the address with its domain in lower case."""

    name: str
    address: str

    def __str__(self) -> str:
        shown = f'"{self.name}"' if QUOTED.search(self.name) else self.name
        return f"{shown} <{self.address}>" if shown else self.address


@dataclass(frozen=True, kw_only=True)
class File:
    """One attachment; the name is safe to show, never to be used as a path."""

    name: str
    type: str
    size: int
    sha256: str
    content: bytes = field(repr=False)
    content_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Bounce:
    """What a delivery report (RFC 3464) says of one recipient."""

    recipient: str
    action: str  # failed, delayed, delivered, relayed, expanded
    status: str  # e.g. 5.1.1
    diagnostic: str = ""


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A message in parts. `reason` is empty when it was parsed; else the fields hold what could be rescued."""

    reason: str = ""
    message_id: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    sender: Address | None = None
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    delivered_to: tuple[Address, ...] = ()  # whom mail servers handed it to on its way, as they wrote above it
    subject: str = ""
    date: datetime | None = None
    language: str = ""
    text: str = ""
    reply_text: str = ""
    html: str = ""
    attachments: tuple[File, ...] = ()
    auto_generated: bool = False
    unanswerable: str = ""  # why no automatic answer may go out; a code
    bounces: tuple[Bounce, ...] = ()
    returned_message_id: str = ""
    authentication: tuple[str, ...] = ()  # Authentication-Results above the first hop below them, as they came
    passed: tuple[str, ...] = ()  # the servers whose lines (Received) stand above those, the latest first

    @property
    def status(self) -> str:
        return "parked" if self.reason else "parsed"

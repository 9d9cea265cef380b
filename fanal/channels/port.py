"""What every channel is to fanal: three verbs, its capabilities as data, and the three ways in which it can fail."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, kw_only=True)
class Signal:
    """Something that the other side did; `source` is its handle on the channel."""

    source: str


@dataclass(frozen=True, kw_only=True)
class ContactStarted(Signal):
    """The other side wants to talk; `given` is what was said beforehand, `signed_id` what the host site vouched for."""

    given: Mapping[str, str] = field(default_factory=dict)
    entry_page: str = ""
    language: str = ""
    signed_id: str = ""
    called: str = ""


@dataclass(frozen=True, kw_only=True)
class MessageReceived(Signal):
    external_id: str
    text: str
    attachments: tuple[int, ...] = ()
    language: str = ""
    signed_id: str = ""
    entry_page: str = ""


@dataclass(frozen=True, kw_only=True)
class MarksReceived(Signal):
    """The other side's window has got, or its reader has seen, everything of ours up to these message ids."""

    delivered_up_to: int = 0
    read_up_to: int = 0


@dataclass(frozen=True, kw_only=True)
class ContactLeft(Signal):
    """The other side ended the contact."""


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """One raw event as a translator sees it; `key` is the secret for keyed hashes."""

    kind: str
    source: str
    external_id: str
    body: Mapping[str, Any]
    key: bytes = b""


@dataclass(frozen=True, kw_only=True)
class Outbound:
    """One message of ours to be carried out."""

    message_id: int
    source: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """What a channel can do; the surfaces show only that."""

    pulls: bool = False  # the other side fetches what we say: a stored message is a sent one
    typing: bool = False
    marks: bool = False
    attachments: bool = False
    longest_text: int = 4000


class Unprocessable(Exception):
    """What came in cannot be understood; `reason` is a code that people are shown with the raw input."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Refused(Exception):
    """The channel will never take this; trying again is no use."""


class Unavailable(Exception):
    """The channel cannot take it now; try again later."""


class OutcomeUnknown(Exception):
    """It may have been sent or not; a person has to look."""


class Channel(Protocol):
    """The three verbs: understand what came in, send what we say, and run whatever has to be kept open."""

    capabilities: Capabilities

    def translate(self, arrival: Arrival) -> tuple[Signal, ...]:
        """The signals in one raw event. Raises Unprocessable."""

    def send(self, outbound: Outbound, settings: Mapping[str, Any]) -> str:
        """Hand over one message and return the channel's own id of it. Raises Refused, Unavailable, OutcomeUnknown."""

    def listen(self, settings: Mapping[str, Any]) -> None:
        """Run until stopped, for channels that must hold a connection; others return at once."""

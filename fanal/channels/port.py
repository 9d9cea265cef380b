"""What every channel is to fanal: three verbs, its capabilities as data, and the three ways in which it can fail."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
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
    confirmed: bool = False  # the channel proved that the sender's address is theirs
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
class CallSignal(Signal):
    """Something that one line of a call did; `line` is the exchange's id of it, `at` the exchange's time.

    `run` tells one life of the exchange from the next: lines of an earlier one are gone.
    """

    line: str
    run: str
    at: datetime


WEB = "web:"
"""How the source of a call begins that came from a page: the visitor's handle, and no number."""


def visitor_of(source: str) -> str:
    """Who calls from a page, as their browser is known; empty where the source is a number, or nothing."""
    return source.removeprefix(WEB) if source.startswith(WEB) else ""


@dataclass(frozen=True, kw_only=True)
class CallArrived(CallSignal):
    """Somebody calls; `source` is the number that their network shows, empty where it is withheld.

    `web_call`: which one of those that were let in from a page, where it came from there.
    """

    called: str = ""
    name: str = ""
    web_call: int = 0


@dataclass(frozen=True, kw_only=True)
class LineAnswered(CallSignal):
    """A phone that we called was lifted."""


@dataclass(frozen=True, kw_only=True)
class LineEnded(CallSignal):
    """A line is gone. `cause` as in ITU-T Q.850, 0 where none was told; `found`: nobody saw when it went.

    `cut`: the exchange itself went, and the line with it.
    """

    cause: int = 0
    found: bool = False
    cut: bool = False


@dataclass(frozen=True, kw_only=True)
class AddressLeft(Signal):
    """Whoever talks asks to be answered by mail at this address, which they say is theirs."""

    address: str


@dataclass(frozen=True, kw_only=True)
class FileReceived:
    """A file that came within something; the name is for showing only."""

    name: str
    media_type: str
    sha256: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Returned:
    """One recipient of ours whom a mail did not reach, as the delivery report says it."""

    recipient: str
    for_good: bool
    diagnostic: str = ""


@dataclass(frozen=True, kw_only=True)
class LetterReceived(Signal):
    """A mail; `source` is the sender's address as the mail claims it, empty where it names none.

    `references` are the mails it says it belongs to, the nearest last. `text` is what is new in it, `whole` all of it,
    where that is more.
    `delivered_to`: the addresses that mail servers handed it to on its way, as they say.
    `automatic`: a program wrote it. `returned`: it reports that a mail of ours (`returned_id`) did not arrive.
    `authentication`: what mail servers wrote of who sent it; only that of our own may be believed.
    `passed`: the servers that the mail passed after that was written, the latest first.
    `parked`: why it could not be parsed; the fields hold what was rescued then. `raw` is the hash of the mail itself.
    """

    external_id: str
    raw: str
    message_id: str = ""
    references: tuple[str, ...] = ()
    sender_name: str = ""
    reply_to: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    delivered_to: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
    whole: str = ""
    html: str = ""
    language: str = ""
    files: tuple[FileReceived, ...] = ()
    automatic: bool = False
    returned: tuple[Returned, ...] = ()
    returned_id: str = ""
    authentication: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()
    parked: str = ""


def _nothing_kept(sha256: str) -> bytes:
    raise FileNotFoundError(sha256)


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """One raw event as a translator sees it; `key` is the secret for keyed hashes, `kept` reads stored content."""

    kind: str
    source: str
    external_id: str
    body: Mapping[str, Any]
    key: bytes = b""
    kept: Callable[[str], bytes] = _nothing_kept


@dataclass(frozen=True, kw_only=True)
class Outbound:
    """One message of ours to be carried out."""

    message_id: int
    source: str
    text: str


@dataclass(frozen=True, kw_only=True)
class OutboundLetter(Outbound):
    """One mail of ours; `source` is nobody here, `references` has the nearest last, `by_program`: nobody wrote it.

    `return_addresses`: for each recipient, from whom it is on the envelope; without them it is from `sender`.
    `taken`: the recipients who have it from an earlier try.
    """

    header_id: str
    at: datetime
    sender: str
    sender_name: str = ""
    to: tuple[str, ...]
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    reply_address: str = ""
    subject: str = ""
    references: tuple[str, ...] = ()
    html: str = ""
    files: tuple[FileReceived, ...] = ()
    by_program: bool = False
    return_addresses: Mapping[str, str] = field(default_factory=dict)
    taken: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """What a channel can do, as data: to be asked instead of its kind."""

    pulls: bool = False  # the other side fetches what we say: a stored message is a sent one
    typing: bool = False
    marks: bool = False
    attachments: bool = False
    letters: bool = False  # with subject, recipients and a thread; what we say goes out through the outbox
    spoken: bool = False  # both hear each other: there is nothing to write, and who is gone has ended it
    longest_text: int = 4000


class Unprocessable(Exception):
    """What came in cannot be understood; `reason` is a code that people are shown with the raw input."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Refused(Exception):
    """The channel will never take this; trying again is no use."""


class Halfway(Exception):
    """It did not go out whole; `taken` are the recipients who have it all the same."""

    def __init__(self, why: str = "", *, taken: Iterable[str] = ()) -> None:
        super().__init__(why)
        self.taken = tuple(taken)


class Unavailable(Halfway):
    """The channel cannot take it now; try again later."""


class OutcomeUnknown(Halfway):
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

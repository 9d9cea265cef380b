"""Headers as people wrote them and programs mangled them: decoded, bounded, and without exceptions."""

import base64
import quopri
import re
from datetime import UTC, datetime
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from fanal.channels.email.parsing.charsets import clean, decode
from fanal.channels.email.parsing.letter import LIMITS, Address, Unparsable

WORD = re.compile(r"=\?([^?*\s]{1,40})(?:\*[^?]{0,20})?\?([bBqQ])\?([^?]*)\?=")
BETWEEN_WORDS = re.compile(r"(\?=)[ \t\r\n]+(=\?)")
ADDRESS = re.compile(r"[^\s<>()\[\],;:\"@]{1,64}@[^\s<>()\[\],;:\"@]{1,255}")
MOST_RESULTS, LONGEST_RESULTS, MOST_HOPS = 10, 2000, 20
LISTS = ("to", "cc", "bcc", "references", "subject")
MESSAGE_ID = re.compile(r"<([^<>\s]{1,998})>")
EARLIEST, LATEST = datetime(1970, 1, 2, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def values(message: Message, name: str) -> list[str]:
    """Every header of that name as it came; raw 8-bit as surrogates. Raises Unparsable beyond the limit."""
    found = [str(value) for key, value in message.raw_items() if key.lower() == name.lower()]
    if sum(map(len, found)) > LIMITS.header * (16 if name.lower() in LISTS else 1):
        raise Unparsable("header_too_long")
    return found


def raw(message: Message, name: str) -> str:
    """The first header of that name, undecoded."""
    return next(iter(values(message, name)), "")


def authentication(message: Message) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The topmost Authentication-Results, down to the next hop, and the servers whose lines stand above them.

    What lies below was there when the mail came to whoever wrote these; who that was, the lines above say.
    """
    found: list[str] = []
    passed: list[str] = []
    for name, value in message.raw_items():
        if name.lower() == "received":
            if found or len(passed) == MOST_HOPS:
                break
            passed.append(_taken_by(str(value)))
        if name.lower() == "authentication-results" and len(found) < MOST_RESULTS:
            found.append(one_line(str(value)[:LONGEST_RESULTS]))
    return tuple(found), tuple(passed) if found else ()


def _taken_by(hop: str) -> str:
    """The server that wrote a Received line: its one `by`; empty where the line says none, or says it in two ways."""
    said, depth = "", 0
    for letter in hop[:LONGEST_RESULTS].partition(";")[0].lower():
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth < 0:
            return ""
        said += letter if not depth and letter != ")" else " "
    words = said.split()
    if depth or '"' in said or "\\" in hop or words.count("by") != 1:
        return ""
    after = words[words.index("by") + 1 :]
    return after[0].rstrip(".") if after else ""


def text(message: Message, name: str) -> str:
    """One header for people: RFC 2047 words decoded, raw 8-bit guessed, on one line."""
    return one_line(decoded(raw(message, name)[: LIMITS.header]))


def decoded(value: str) -> str:
    """RFC 2047 words, also those cut inside a character, in their charset; everything else as it is."""
    if not value.isascii():
        value = decode(value.encode("utf-8", "surrogateescape"))
    value = BETWEEN_WORDS.sub(r"\1\2", value)
    pieces: list[str] = []
    pending: tuple[str, bytes] = ("", b"")
    end = 0
    for word in WORD.finditer(value):
        between = value[end : word.start()]
        charset, content = word[1].lower(), _word(word[2], word[3])
        if between or pending[0] != charset:
            pieces += [decode(pending[1], pending[0]) if pending[1] else "", between]
            pending = (charset, content)
        else:
            pending = (charset, pending[1] + content)
        end = word.end()
    pieces += [decode(pending[1], pending[0]) if pending[1] else "", value[end:]]
    return "".join(pieces)


def one_line(value: str) -> str:
    return " ".join(clean(value).split())


def mailboxes(message: Message, name: str) -> tuple[Address, ...]:
    """All mailboxes of one header. Raises Unparsable for more than anybody could have written."""
    lines = values(message, name)
    if sum(max(line.count("@"), line.count(",")) for line in lines) > LIMITS.addresses:
        raise Unparsable("too_many_addresses")
    return tuple(_mailbox(shown, address) for shown, address in _pairs(lines) if shown or address)


def _pairs(lines: list[str]) -> list[tuple[str, str]]:
    try:
        pairs = getaddresses([line.replace("\n", " ").replace("\r", " ") for line in lines])
    except (ValueError, IndexError, TypeError, RecursionError):
        pairs = []
    if any("@" in address for _, address in pairs):
        return pairs
    return [("", address) for line in lines for address in ADDRESS.findall(decoded(line))] or pairs


def _mailbox(shown: str, address: str) -> Address:
    local, _, domain = one_line(decoded(address)).rpartition("@")
    plain = f"{local}@{domain.lower()}" if local else domain
    name = one_line(decoded(shown))
    return Address(name="" if name == plain else name, address=plain)


def message_ids(value: str) -> tuple[str, ...]:
    """Every id in a References or In-Reply-To header, in its angle brackets, the latest at the end."""
    found = MESSAGE_ID.findall(value[-LIMITS.header :])
    return tuple(f"<{one_line(one)}>" for one in found[-LIMITS.references :])


def date(value: str) -> datetime | None:
    """When the sender says it was written; none where that is no date or in no time of ours."""
    try:
        said = parsedate_to_datetime(one_line(value)[:200])
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    said = said if said.tzinfo else said.replace(tzinfo=UTC)
    try:
        return said if EARLIEST < said < LATEST else None
    except OverflowError:
        return None


def _word(encoding: str, content: str) -> bytes:
    if encoding in "qQ":
        return quopri.decodestring(content.replace("_", " ").encode("utf-8", "surrogateescape"), header=False)
    letters = re.sub(r"[^A-Za-z0-9+/]", "", content)
    try:
        return base64.b64decode(letters + "=" * (-len(letters) % 4))
    except ValueError:
        return base64.b64decode(letters[: len(letters) // 4 * 4])

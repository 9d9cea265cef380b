"""The tree of a message walked without recursion: what is to be read, and what is attached."""

import base64
import binascii
import hashlib
import mimetypes
import quopri
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from urllib.parse import unquote_to_bytes

from fanal.channels.email.parsing import headers
from fanal.channels.email.parsing.charsets import clean, decode
from fanal.channels.email.parsing.letter import LIMITS, File, Unparsable

NAME = 150  # characters of a file's name
TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,80}/[a-z0-9][a-z0-9!#$&^_.+-]{0,80}")
PARAMETER = r"(?:^|;)\s*{name}(?:\*(?P<part>\d+)?\*?)?\s*=\s*(?:\"(?P<quoted>(?:[^\"\\]|\\.)*)\"|(?P<plain>[^;\s]*))"
DANGEROUS = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(kw_only=True)
class Contents:
    """What the walk found: the readable parts in order, and the rest as files."""

    texts: list[str] = field(default_factory=list)
    htmls: list[str] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    reports: list[Message] = field(default_factory=list)


def contents(message: Message) -> Contents:
    """Everything in the message. Raises Unparsable beyond the limits of parts and depth."""
    found = Contents()
    for part in _leaves(message):
        kind = type_of(part)
        if kind == "message/delivery-status":
            found.reports += _inside(part)
        elif kind in ("text/plain", "text/html") and not _is_attached(part, found):
            shown = body_text(part, html=kind == "text/html")
            (found.htmls if kind == "text/html" else found.texts).append(shown)
        else:
            found.files.append(_file(part, kind, len(found.files) + 1))
    return found


def type_of(part: Message) -> str:
    """The media type in lower case; what is no type is bytes."""
    said = headers.raw(part, "content-type").split(";")[0].strip().lower()
    if not said:
        return "message/rfc822" if part.is_multipart() and not part.get("content-type") else "text/plain"
    if TYPE.fullmatch(said):
        return said
    return "text/plain" if said in ("text", "plain") else "application/octet-stream"


def parameter(part: Message, header: str, name: str) -> str:
    """One parameter of a header, RFC 2231 continuations and charsets and RFC 2047 words resolved."""
    value = headers.raw(part, header)[:8192]
    found = list(re.finditer(PARAMETER.replace("{name}", name), value, re.IGNORECASE))
    found.sort(key=lambda one: int(one["part"] or 0))
    joined = "".join(_unquoted(one) for one in found if one["part"]) or next(map(_unquoted, found), "")
    charset, mark, rest = joined.partition("'")
    if mark and "'" in rest and any("*" in one[0].split("=")[0] for one in found):
        return decode(unquote_to_bytes(rest.partition("'")[2].encode("utf-8", "surrogateescape")), charset)
    return headers.decoded(joined)


def payload(part: Message) -> bytes:
    """The part's bytes; a broken encoding gives what can be had of it."""
    content = part._payload  # type: ignore[attr-defined]  # get_payload() decodes 8-bit by the charset it is told
    if not isinstance(content, str):
        return _as_bytes(part)
    coded = content.encode("utf-8", "surrogateescape")
    encoding = headers.raw(part, "content-transfer-encoding").split(";")[0].strip().lower()
    if encoding == "base64":
        return _base64(coded)
    if encoding == "quoted-printable":
        return quopri.decodestring(coded)
    if encoding in ("x-uuencode", "uuencode", "uue", "x-uue"):
        return _uudecoded(coded)
    return coded


def body_text(part: Message, *, html: bool) -> str:
    """A readable part as text, soft line breaks (RFC 3676) taken out."""
    shown = clean(decode(payload(part)[: LIMITS.text], parameter(part, "content-type", "charset"), html=html))
    if not html and parameter(part, "content-type", "format").lower() == "flowed":
        return _unflowed(shown, deletes=parameter(part, "content-type", "delsp").lower() == "yes")
    return shown


def safe_name(name: str, kind: str, number: int) -> str:
    """A file's name without a path and without characters that deceive; never empty."""
    shown = unicodedata.normalize("NFC", DANGEROUS.sub("", headers.one_line(name)))
    shown = re.split(r"[/\\]", shown)[-1].strip(" .") if shown else ""
    if not shown:
        return f"attachment-{number}{mimetypes.guess_extension(kind) or '.bin'}"
    stem, dot, ending = shown.rpartition(".")
    return shown if len(shown) <= NAME else f"{(stem or shown)[: NAME - len(ending) - 1]}{dot}{ending[:20]}"


def file_of(content: bytes, *, name: str, kind: str, number: int, content_id: str = "") -> File:
    return File(
        name=safe_name(name, kind, number),
        type=kind,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        content_id=content_id,
    )


def _leaves(message: Message) -> Iterator[Message]:
    waiting: list[tuple[Message, int]] = [(message, 1)]
    seen = 0
    while waiting:
        part, depth = waiting.pop()
        seen += 1
        if seen > LIMITS.parts:
            raise Unparsable("too_many_parts")
        if depth > LIMITS.depth:
            raise Unparsable("too_deep")
        if type_of(part).startswith("multipart/") and part.is_multipart():
            waiting += [(one, depth + 1) for one in reversed(_inside(part))]
        else:
            yield part


def _is_attached(part: Message, found: Contents) -> bool:
    disposition = headers.raw(part, "content-disposition").split(";")[0].strip().lower()
    named = bool(_name_of(part))
    return disposition == "attachment" or (named and (disposition != "inline" or bool(found.texts or found.htmls)))


def _name_of(part: Message) -> str:
    return parameter(part, "content-disposition", "filename") or parameter(part, "content-type", "name")


def _file(part: Message, kind: str, number: int) -> File:
    name = _name_of(part)
    content = payload(part)
    if kind == "message/rfc822" and not name:
        about = next((headers.text(one, "subject") for one in _inside(part)), "")[:80].replace("/", "-")
        name = f"{about or 'message'}.eml"
    if kind == "text/calendar" and not name:
        name = "invitation.ics"
    content_id = headers.one_line(headers.raw(part, "content-id")).strip("<>")
    return file_of(content, name=name, kind=kind, number=number, content_id=content_id)


def _as_bytes(part: Message) -> bytes:
    try:
        return b"\n".join(one.as_bytes() for one in _inside(part))
    except (RecursionError, UnicodeError, KeyError, LookupError) as fault:
        raise Unparsable("too_deep" if isinstance(fault, RecursionError) else "broken_part") from fault


def _inside(part: Message) -> list[Message]:
    """The messages or parts that this one holds."""
    inner = part.get_payload() if part.is_multipart() else ()
    return [one for one in inner if isinstance(one, Message)]


def _unquoted(found: re.Match[str]) -> str:
    return re.sub(r"\\(.)", r"\1", found["quoted"]) if found["quoted"] is not None else found["plain"]


def _base64(coded: bytes) -> bytes:
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", coded)
    usable = letters[: len(letters) // 4 * 4]
    rest = letters[len(usable) :]
    tail = rest + b"=" * (4 - len(rest)) if len(rest) > 1 else b""
    return base64.b64decode(usable + tail)


def _uudecoded(coded: bytes) -> bytes:
    lines = coded.split(b"\n")
    start = next((at for at, line in enumerate(lines) if line.startswith(b"begin ")), None)
    if start is None:
        return coded
    decoded = b""
    for line in lines[start + 1 :]:
        if line.strip() in (b"end", b"`", b""):
            break
        try:
            decoded += binascii.a2b_uu(line)
        except binascii.Error:
            size = (((line[0] - 32) & 63) * 4 + 5) // 3
            decoded += binascii.a2b_uu(line[:size])
    return decoded


def _unflowed(shown: str, *, deletes: bool) -> str:
    lines: list[str] = []
    joins = False
    for line in shown.split("\n"):
        quoted = line.startswith(">")
        line = line.removeprefix(" ") if not quoted else line
        if joins and not quoted and lines:
            lines[-1] = (lines[-1][:-1] if deletes else lines[-1]) + line
        else:
            lines.append(line)
        joins = line.endswith(" ") and line != "-- " and not quoted
    return "\n".join(lines)

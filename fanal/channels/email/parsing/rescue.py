"""When a message cannot be parsed: its first headers by eye and the rest as text, so that a person sees something."""

import re

from fanal.channels.email.parsing import headers
from fanal.channels.email.parsing.charsets import clean, decode
from fanal.channels.email.parsing.letter import Address, Letter

HEADER = re.compile(
    rb"^([A-Za-z][A-Za-z0-9-]{0,40}):[ \t]*([^\r\n]{0,2000}(?:\r?\n[ \t][^\r\n]{0,1000}){0,4})", re.MULTILINE
)
SHOWN, SEARCHED = 20_000, 64 * 2**10  # bytes of the body shown, of the head searched


def rescued(content: bytes, reason: str) -> Letter:
    """What can be had without a parser; never raises."""
    head, _, body = content[: 2**20].replace(b"\r\n", b"\n").partition(b"\n\n")
    found: dict[str, str] = {}
    for name, value in HEADER.findall(head[:SEARCHED]):
        found.setdefault(name.decode("ascii").lower(), headers.one_line(headers.decoded(decode(value)))[:1000])
    text = clean(decode((body or (b"" if found else content))[:SHOWN]))
    return Letter(
        reason=reason,
        message_id=next(iter(headers.message_ids(found.get("message-id", ""))), ""),
        in_reply_to=next(iter(headers.message_ids(found.get("in-reply-to", ""))), ""),
        references=headers.message_ids(found.get("references", "")),
        sender=next(iter(_addresses(found.get("from", ""))), None),
        to=_addresses(found.get("to", "")),
        cc=_addresses(found.get("cc", "")),
        subject=found.get("subject", ""),
        date=headers.date(found.get("date", "")),
        text=text,
        reply_text=text.strip(),
        auto_generated=found.get("auto-submitted", "no").lower() != "no",
        unanswerable="parked",
    )


def _addresses(value: str) -> tuple[Address, ...]:
    return tuple(Address(name="", address=one) for one in headers.ADDRESS.findall(value)[:20])

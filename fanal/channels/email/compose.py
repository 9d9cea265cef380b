"""A mail of ours as the bytes that go out: the same at each try."""

import hashlib
import re
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from fanal.channels.port import OutboundLetter, Refused

BODY = SMTP.clone(cte_type="7bit")
HEADERS = BODY.clone(max_line_length=998)  # ids are not to be broken up
IDS = re.compile(r"<[!-;=?-~]{1,250}>")
WRITABLE = re.compile(r"[^\s<>()\[\],;:\\\"@]{1,64}@[^\s<>()\[\],;:\\\"@]{1,255}")
MOST_IDS = 20


def composed(letter: OutboundLetter) -> bytes:
    """The whole mail. Raises Refused when an address cannot be written to."""
    mail = EmailMessage(policy=BODY)
    try:
        mail["From"] = _address(letter.sender, letter.sender_name)
        mail["To"] = tuple(_address(one) for one in letter.to)
        if letter.cc:
            mail["Cc"] = tuple(_address(one) for one in letter.cc)
        if letter.reply_address:
            mail["Reply-To"] = _address(letter.reply_address, letter.sender_name)
    except (ValueError, IndexError, MessageError) as problem:
        raise Refused(f"an address cannot be written to: {type(problem).__name__}") from problem
    mail["Subject"] = _line(letter.subject)
    mail["Date"] = format_datetime(letter.at)
    mail["Message-ID"] = f"<{letter.header_id}>"
    references = [f"<{one}>" for one in letter.references if IDS.fullmatch(f"<{one}>")]
    if references:
        mail["In-Reply-To"] = references[-1]
        mail["References"] = " ".join(dict.fromkeys([references[0], *references[-MOST_IDS:]]))
    if letter.by_program:
        mail["Auto-Submitted"] = "auto-replied"
        mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(letter.text)
    if letter.html:
        mail.add_alternative(letter.html, subtype="html")
        mail.set_boundary(f"=_a{hashlib.sha256(letter.header_id.encode()).hexdigest()[:31]}")
    if letter.files:
        mail.make_mixed(boundary=f"=_{hashlib.sha256(letter.header_id.encode()).hexdigest()[:32]}")
    for file in letter.files:
        main, _, sub = file.media_type.partition("/")
        if main in ("message", "multipart") or not sub:
            main, sub = "application", "octet-stream"
        mail.add_attachment(file.content, maintype=main, subtype=sub, filename=file.name)
    return mail.as_bytes(policy=HEADERS)


def _address(address: str, name: str = "") -> Address:
    if not WRITABLE.fullmatch(address):
        raise ValueError("no address")
    return Address(display_name=_line(name), addr_spec=address)


def _line(text: str) -> str:
    return " ".join(text.split())

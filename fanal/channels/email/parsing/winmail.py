"""Outlook's winmail.dat (TNEF): the files and words inside it, beside the envelope itself."""

import logging
from dataclasses import dataclass

from fanal.channels.email.parsing.charsets import clean, decode
from fanal.channels.email.parsing.letter import File
from fanal.channels.email.parsing.parts import file_of

SIGNATURE = b"\x78\x9f\x3e\x22"


@dataclass(frozen=True, kw_only=True)
class Opened:
    files: tuple[File, ...] = ()
    text: str = ""


def is_one(file: File) -> bool:
    return file.type in ("application/ms-tnef", "application/vnd.ms-tnef") or file.content.startswith(SIGNATURE)


def opened(file: File, *, first_number: int) -> Opened:
    """What is inside; nothing where it is broken, the envelope is kept in any case."""
    from tnefparse import TNEF

    logging.getLogger("tnef-decode").setLevel(logging.CRITICAL)
    try:
        inside = TNEF(file.content, do_checksum=False)
        files = tuple(
            file_of(bytes(one.data), name=_name(one), kind="application/octet-stream", number=first_number + at)
            for at, one in enumerate(inside.attachments)
        )
        body = inside.body or b""
        text = clean(body if isinstance(body, str) else decode(body))
    except Exception:  # whatever the library makes of hostile bytes
        return Opened()
    return Opened(files=files, text=text)


def _name(attachment: object) -> str:
    name = getattr(attachment, "long_filename", None)
    shown = name() if callable(name) else name or getattr(attachment, "name", "")
    return shown.decode("utf-8", "replace") if isinstance(shown, bytes) else str(shown or "")

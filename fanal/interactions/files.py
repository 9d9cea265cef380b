"""Files that people send: what is accepted; where its content lies, channels.contents says."""

import unicodedata
from pathlib import Path

from fanal.channels.contents import keep, path_of

__all__ = [
    "ACCEPTED",
    "LARGEST",
    "LARGEST_SOUND",
    "SOUND",
    "NotAccepted",
    "keep",
    "media_type",
    "path_of",
    "sound_type",
]

LARGEST = 10 * 1024 * 1024
LARGEST_SOUND = 64 * 1024 * 1024
"""Bytes of a recording: an hour of a call."""
SOUND = "audio/wav"
ACCEPTED = {
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
    "application/pdf": (".pdf",),
    "text/plain": (".txt",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (".docx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (".xlsx",),
}
BEGINNINGS = {
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "application/pdf": (b"%PDF-",),
}


class NotAccepted(ValueError):
    """`.code`: file_empty, file_too_large or file_type."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def media_type(content: bytes, name: str) -> str:
    """What the file really is, by its content; its name must agree. Raises NotAccepted."""
    if not content:
        raise NotAccepted("file_empty")
    if len(content) > LARGEST:
        raise NotAccepted("file_too_large")
    found = _by_content(content)
    ending = Path(name).suffix.lower()
    for kind, endings in ACCEPTED.items():
        if ending in endings and (kind in found or (kind == "text/plain" and _is_text(content))):
            return kind
    raise NotAccepted("file_type")


def sound_type(content: bytes) -> str:
    """Of a recording by the exchange: a WAV, and nothing else. Raises NotAccepted."""
    if not content:
        raise NotAccepted("file_empty")
    if len(content) > LARGEST_SOUND:
        raise NotAccepted("file_too_large")
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        raise NotAccepted("file_type")
    return SOUND


def _by_content(content: bytes) -> set[str]:
    import puremagic  # a megabyte that most processes never need

    try:
        found = {match.mime_type for match in puremagic.magic_string(content)}
    except (puremagic.PureError, ValueError, IndexError):
        found = set()
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        found.add("image/webp")
    # A file that merely contains a picture's mark further in is not that picture.
    return {kind for kind in found if kind not in BEGINNINGS or content.startswith(BEGINNINGS[kind])}


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return False
    return not any(unicodedata.category(letter) == "Cc" and letter not in "\t\r\n\f" for letter in text)

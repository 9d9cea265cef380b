"""Files that people send: what is accepted, and where its content lies."""

import hashlib
import os
import unicodedata
from pathlib import Path

import puremagic
from django.conf import settings

LARGEST = 10 * 1024 * 1024
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


def keep(content: bytes) -> str:
    """Store the content under its hash, once, durably; returns the hash."""
    name = hashlib.sha256(content).hexdigest()
    path = path_of(name)
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}-{os.urandom(4).hex()}")
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    return name


def path_of(sha256: str) -> Path:
    return Path(settings.MEDIA_ROOT) / sha256[:2] / sha256[2:]


def _by_content(content: bytes) -> set[str]:
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

"""Secrets that have to be used again, such as the password of a mailbox: kept encrypted, never shown."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


class NotReadable(ValueError):
    """It was sealed under another secret of the installation, or is not sealed at all."""


def seal(text: str, *, purpose: str) -> str:
    return _box(purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, *, purpose: str) -> str:
    """What was sealed for this purpose. Raises NotReadable."""
    try:
        return _box(purpose).decrypt(sealed.encode()).decode()
    except InvalidToken as problem:
        raise NotReadable from problem


def _box(purpose: str) -> Fernet:
    """A key for each purpose, so that nothing else that the installation's secret signs can be mistaken for it."""
    key = hashlib.sha256(f"fanal {purpose}\0".encode() + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))

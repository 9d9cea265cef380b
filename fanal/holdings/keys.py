"""The secret under which card numbers are hashed, derived from the installation's own."""

import hashlib
import hmac
from functools import lru_cache

from django.conf import settings


def card_key() -> bytes:
    """32 bytes; the same for as long as the installation's secret is."""
    return _of(settings.SECRET_KEY)


@lru_cache(maxsize=1)
def _of(secret: str) -> bytes:
    return hmac.new(secret.encode(), b"fanal: card numbers", hashlib.sha256).digest()

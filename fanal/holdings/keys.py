"""The secret under which card numbers are hashed, derived from the installation's own."""

import hashlib
import hmac

from django.conf import settings


def card_key() -> bytes:
    """32 bytes; the same for as long as the installation's secret is."""
    return hmac.new(settings.SECRET_KEY.encode(), b"fanal: card numbers", hashlib.sha256).digest()

"""An account's settings as its channel needs them, with its passwords readable; and the key that signs addresses."""

import hashlib
from typing import Any

from django.conf import settings

from fanal.channels.models import ChannelAccount
from fanal.environment import environment
from fanal.running.sealed import seal, unseal

SEALED = ("imap_password", "smtp_password")
PURPOSE = "mail password"


def opened(account: ChannelAccount) -> dict[str, Any]:
    """The settings with their passwords; the program's own mail server where the account names none.

    Raises fanal.running.sealed.NotReadable when they were sealed under another secret.
    """
    found = dict(account.settings)
    for name in SEALED:
        if found.get(name):
            found[name] = unseal(str(found[name]), purpose=PURPOSE)
    return {"program_smtp": environment.smtp_url, **found}


def sealed_password(password: str) -> str:
    return seal(password, purpose=PURPOSE)


def reply_key() -> bytes:
    """Signs the addresses for answers."""
    return hashlib.sha256(b"fanal reply addresses\0" + settings.SECRET_KEY.encode()).digest()

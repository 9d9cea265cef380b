"""How long an invitation is good for, and how codes are made of names."""

import hashlib
import re
import unicodedata
from collections.abc import Container
from datetime import datetime, timedelta

INVITATION_GOOD_FOR = timedelta(days=7)


def is_open(*, expires_at: datetime, accepted_at: datetime | None, revoked_at: datetime | None, now: datetime) -> bool:
    """An invitation is good until it is used, withdrawn or a week old."""
    return accepted_at is None and revoked_at is None and now < expires_at


def token_hash(token: str) -> str:
    """What is kept of a token: enough to know it again, not enough to use it."""
    return hashlib.sha256(token.encode()).hexdigest()


def code_for(name: str, *, taken: Container[str], otherwise: str) -> str:
    """A stable code for a new row from its name: `Second line` is `second-line`, the next one `second-line-2`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    wanted = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40] or otherwise
    code, number = wanted, 1
    while code in taken:
        number += 1
        code = f"{wanted}-{number}"
    return code

"""What lets a browser use a relay: credentials that run out, proven by a secret alone.

The scheme is coturn's `use-auth-secret`: the name is when it runs out and who it is, the password proves we said so.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

GOOD_FOR = timedelta(hours=24)


def relays(*, urls: Sequence[str], secret: str, who: str, now: datetime) -> list[dict[str, Any]]:
    """Pure: as a browser's RTCPeerConnection takes them; none where no relay is set."""
    if not urls or not secret:
        return []
    name, proof = credentials(secret=secret, who=who, until=now + GOOD_FOR)
    return [{"urls": list(urls), "username": name, "credential": proof}]


def credentials(*, secret: str, who: str, until: datetime) -> tuple[str, str]:
    """Pure: a name and its password."""
    name = f"{int(until.timestamp())}:{who}"
    proof = hmac.digest(secret.encode(), name.encode(), hashlib.sha1)
    return name, base64.b64encode(proof).decode()

"""How often one visitor, one address or one caller may ask the API, and what is said to whoever asks too often."""

import ipaddress
import time
from functools import lru_cache

from django.http import HttpRequest
from django.utils.translation import gettext as _

from fanal.api.problems import Problem
from fanal.environment import environment
from fanal.running.limits import Buckets, Limit

__all__ = ["Buckets", "Limit", "address", "buckets", "check"]
buckets = Buckets()


def check(key: str, limit: Limit) -> None:
    """Raises Problem 429 with the time to wait; what the client wanted to send it keeps and tries again."""
    wait = buckets.take(key, limit, now=time.monotonic())
    if wait:
        seconds = max(1, round(wait + 0.5))
        raise Problem(429, "too_often", _("Too much at once. It is tried again in a moment."), retry_after=seconds)


def address(request: HttpRequest) -> str:
    """Where the request comes from; a proxy's word counts only when it is one of ours. IPv6 counts by its /64."""
    found = request.META.get("REMOTE_ADDR", "") or "local"
    if found in environment.trusted_proxies:
        found = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip() or found
    return _place(found)


@lru_cache(maxsize=4096)
def _place(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:60]
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is None:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)

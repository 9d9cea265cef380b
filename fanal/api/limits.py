"""How often and how much one visitor, one address or one caller may ask the API, and what is said beyond that."""

import ipaddress
import time
from functools import lru_cache

from django.http import HttpRequest
from django.utils.translation import gettext as _

from fanal.api.problems import Problem
from fanal.running.limits import Buckets, Limit

__all__ = ["Buckets", "Limit", "address", "buckets", "check", "check_size"]
buckets = Buckets()


def check(key: str, limit: Limit) -> None:
    """Raises Problem 429 with the time to wait; what the client wanted to send it keeps and tries again."""
    wait = buckets.take(key, limit, now=time.monotonic())
    if wait:
        seconds = max(1, round(wait + 0.5))
        raise Problem(429, "too_often", _("Too much at once. It is tried again in a moment."), retry_after=seconds)


def check_size(request: HttpRequest, largest: int) -> None:
    """Refuse a body by its declared size, before any of it is read."""
    try:
        size = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        size = largest + 1
    if size > largest:
        raise Problem(413, "too_large", _("The request is too large."))


def address(request: HttpRequest) -> str:
    """Where the request comes from, as `running.security.trusted_proxies` found it. IPv6 counts by its /64."""
    return _place(request.META.get("REMOTE_ADDR", "") or "local")


@lru_cache(maxsize=4096)
def _place(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:60]
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is None:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)

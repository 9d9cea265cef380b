"""How often one visitor or one address may do a thing: buckets that refill, kept in this process's memory."""

import ipaddress
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache

from django.http import HttpRequest
from django.utils.translation import gettext as _

from fanal.api.problems import Problem
from fanal.environment import environment

KEPT_AT_MOST = 50_000


@dataclass(frozen=True, kw_only=True)
class Limit:
    """`burst` at once, and `per_minute` in the long run."""

    burst: int
    per_minute: float


class Buckets:
    """Tokens left per key; the least recently used are forgotten first."""

    def __init__(self) -> None:
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: str, limit: Limit, *, now: float) -> float:
        """Take one; returns 0, or the seconds until there is one again."""
        with self._lock:
            tokens, at = self._left.pop(key, (float(limit.burst), now))
            tokens = min(float(limit.burst), tokens + (now - at) * limit.per_minute / 60)
            wait = 0.0 if tokens >= 1 else (1 - tokens) * 60 / limit.per_minute
            self._left[key] = (tokens if wait else tokens - 1, now)
            if len(self._left) > KEPT_AT_MOST:
                self._left.popitem(last=False)
            return wait


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

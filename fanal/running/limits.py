"""How often somebody may do a thing, counted over all processes: at once in each, and together through the database."""

import hashlib
import logging
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

log = logging.getLogger(__name__)
KEPT_AT_MOST = 50_000
SHARED_EVERY = 1.0
SWEPT_EVERY = 600
# A bucket leaks: `spent` is what is in it. Keys hold addresses, so only their keyed hash is stored.
NOW_SPENT = (
    "greatest(0, held.spent - extract(epoch FROM clock_timestamp() - held.at)::float8 * excluded.per_second)"
    " + excluded.spent"
)
ADD = f"""
INSERT INTO rate_limit AS held (key, spent, per_second, at)
SELECT key, spent, per_second, clock_timestamp()
FROM unnest(%s::bytea[], %s::float8[], %s::float8[]) AS fresh (key, spent, per_second) ORDER BY key
ON CONFLICT (key) DO UPDATE SET spent = {NOW_SPENT}, per_second = excluded.per_second, at = excluded.at
RETURNING key, spent
"""
TAKE = f"""
INSERT INTO rate_limit AS held (key, spent, per_second, at) VALUES (%s, 1, %s, clock_timestamp())
ON CONFLICT (key) DO UPDATE SET spent = {NOW_SPENT}, per_second = excluded.per_second, at = excluded.at
WHERE {NOW_SPENT} <= %s
RETURNING spent
"""
LEFT = """
SELECT greatest(0, spent - extract(epoch FROM clock_timestamp() - at)::float8 * per_second)
FROM rate_limit WHERE key = %s
"""
SWEEP = "DELETE FROM rate_limit WHERE at < now() - interval '1 hour'"


@dataclass(frozen=True, kw_only=True)
class Limit:
    """`burst` at once, and `per_minute` in the long run."""

    burst: int
    per_minute: float

    @property
    def per_second(self) -> float:
        return self.per_minute / 60

    def wait(self, spent: float) -> float:
        """Seconds until one more goes in; 0 if it does now."""
        return max(0.0, (spent + 1 - self.burst) / self.per_second)


@dataclass(kw_only=True)
class _Bucket:
    spent: float
    at: float
    unshared: int = 0


class Buckets:
    """What was spent per key; the least recently used are forgotten first.

    Each process decides by itself, so it costs no query, and once a second whoever asks shares what was spent since
    and learns what the others spent. Together they may so give away a burst each, which then counts against all.
    """

    def __init__(self) -> None:
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self._unshared: dict[str, Limit] = {}
        self._lock = threading.Lock()
        self._shared_at: float | None = None
        self._shares = 0

    def take(self, key: str, limit: Limit, *, now: float) -> float:
        """Take one; returns 0, or the seconds until there is one again. `now` is a monotonic clock's."""
        with self._lock:
            bucket = self._buckets.pop(key, None) or _Bucket(spent=0.0, at=now)
            bucket.spent = max(0.0, bucket.spent - (now - bucket.at) * limit.per_second)
            bucket.at = now
            wait = limit.wait(bucket.spent)
            if not wait:
                bucket.spent += 1
                bucket.unshared += 1
                self._unshared[key] = limit
            self._buckets[key] = bucket
            if len(self._buckets) > KEPT_AT_MOST:
                self._unshared.pop(self._buckets.popitem(last=False)[0], None)
            fresh = self._due(now)
        if fresh:
            self._learn(_add(fresh), now)
            if self._shares % SWEPT_EVERY == 0:
                _sweep()
        return wait

    def _due(self, now: float) -> dict[str, tuple[int, float]]:
        """What is to be shared now, at most once a second; the first of a process begins to count."""
        if self._shared_at is None:
            self._shared_at = now
        if now - self._shared_at < SHARED_EVERY:
            return {}
        self._shared_at = now
        fresh = {key: (self._buckets[key].unshared, limit.per_second) for key, limit in self._unshared.items()}
        for key in fresh:
            self._buckets[key].unshared = 0
        self._unshared.clear()
        self._shares += bool(fresh)
        return fresh

    def _learn(self, spent: Mapping[str, float], now: float) -> None:
        with self._lock:
            for key, together in spent.items():
                if bucket := self._buckets.get(key):
                    bucket.spent, bucket.at = together + bucket.unshared, now


def take_of_all(key: str, limit: Limit) -> float:
    """Take one, exact over all processes at the price of a query: for what is rare and costs much.

    Returns 0, or the seconds until there is one again. What is refused does not count.
    """
    name = _name(key)
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [name, limit.per_second, limit.burst])
        if cursor.fetchone():
            return 0.0
        cursor.execute(LEFT, [name])
        row = cursor.fetchone()
    return max(limit.wait(row[0]), 0.001) if row else 0.001


def _name(key: str) -> bytes:
    secret = hashlib.sha256(settings.SECRET_KEY.encode()).digest()
    return hashlib.blake2b(key.encode(), key=secret, digest_size=16).digest()


def _add(fresh: Mapping[str, tuple[int, float]]) -> dict[str, float]:
    """Spend together what was spent here; without a database each process goes on alone."""
    names = {_name(key): key for key in fresh}
    rows = [(name, *fresh[key]) for name, key in names.items()]
    try:
        with connection.cursor() as cursor:
            cursor.execute(ADD, [list(column) for column in zip(*rows, strict=True)])
            return {names[bytes(name)]: spent for name, spent in cursor.fetchall()}
    except (DatabaseError, InterfaceError) as reason:
        log.warning("limits are counted per process meanwhile: %s", type(reason).__name__)
        return {}


def _sweep() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute(SWEEP)
    except (DatabaseError, InterfaceError):
        pass  # the next one sweeps

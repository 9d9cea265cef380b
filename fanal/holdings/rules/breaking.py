"""A back office that does not answer is left alone for a while: nobody waits for what will not come."""

from dataclasses import dataclass
from datetime import datetime, timedelta

FAILURES = 3
"""So many in a row, and it counts as down."""
FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(minutes=2)


@dataclass(frozen=True, kw_only=True)
class Breaker:
    """How often in a row it did not answer, and until when it is left alone."""

    failures: int = 0
    until: datetime | None = None

    @property
    def open(self) -> bool:
        return self.until is not None


def may_ask(breaker: Breaker, *, in_flight: int, now: datetime) -> bool:
    """While it is left alone nobody asks; when that is over one question finds out for all."""
    if breaker.until is None:
        return True
    return now >= breaker.until and in_flight == 0


def told(breaker: Breaker, *, answered: bool, now: datetime) -> Breaker:
    """What one question taught us."""
    if answered:
        return Breaker()
    failures = breaker.failures + 1
    if failures < FAILURES:
        return Breaker(failures=failures)
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(failures - FAILURES, 10))
    return Breaker(failures=failures, until=now + pause)

"""Calls that come faster than they can be taken are refused at once, so that those that were taken are served."""

import threading
import time
from collections.abc import Callable, Sequence

from django.utils import timezone

from fanal.channels.asterisk.wire import KIND, Kept
from fanal.channels.models import RawEvent, RawState
from fanal.intake.voice.taking import account_of

LONGEST = 4.0
"""Seconds that a caller may hear ringing until the call is taken; while one waits longer, no other one is admitted."""
MOST = 100
"""So many may wait to be taken at the same moment."""
FULL = "full"
"""Why the input of such a call led to nothing."""


class Admission:
    """Who came in and was neither answered nor refused yet; several threads ask."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, *, most: int = MOST) -> None:
        self._clock, self.most = clock, most
        self._waiting: dict[str, float] = {}
        self._refused: list[Kept] = []
        self._lock = threading.Lock()

    def admits(self, call: Kept) -> bool:
        """Whether this one is taken; one that was asked for before and waits still is."""
        with self._lock:
            now = self._clock()
            oldest = next(iter(self._waiting.values()), now)
            full = len(self._waiting) >= self.most or now - oldest > LONGEST
            if full and call.line not in self._waiting:
                self._refused.append(call)
                return False
            self._waiting.setdefault(call.line, now)
            return True

    @property
    def waiting(self) -> int:
        with self._lock:
            return len(self._waiting)

    def done(self, line: str) -> None:
        """It was answered, or is gone."""
        with self._lock:
            self._waiting.pop(line, None)

    def forget(self) -> None:
        """The exchange was away: who waits is found again."""
        with self._lock:
            self._waiting.clear()

    def keep_refused(self) -> int:
        """Store the input of those that were refused since the last time; how many there were. Raises NoNumber."""
        with self._lock:
            refused, self._refused = self._refused, []
        try:
            keep(refused)
        except Exception:
            with self._lock:
                self._refused = [*refused, *self._refused]
            raise
        return len(refused)


def keep(refused: Sequence[Kept]) -> None:
    """What was told of them, and that nothing followed from it: figures of calls that got nobody open these rows."""
    now = timezone.now()
    RawEvent.objects.bulk_create(
        [
            RawEvent(
                account=account_of(one), external_id=one.key, kind=KIND, source=one.line, body=one.body,
                received_at=now, state=RawState.PROCESSED, reason=FULL, processed_at=now,
            )
            for one in refused
        ],
        ignore_conflicts=True,
    )  # fmt: skip

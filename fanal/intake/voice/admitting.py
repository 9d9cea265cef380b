"""Calls that come faster than they can be taken are refused at once, so that those that were taken are served."""

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence

from django.db import transaction
from django.utils import timezone

from fanal.channels.asterisk.wire import KIND, Kept
from fanal.channels.models import RawEvent, RawState
from fanal.environment import environment
from fanal.events.actions import publish
from fanal.intake.voice.taking import account_of
from fanal.intake.voice.work import Urgency
from fanal.norms import phones

LONGEST = 4.0
"""Seconds that a caller may hear ringing until the call is taken; while one waits longer, no other one is admitted."""
BEHIND = {Urgency.COMES_IN: LONGEST, Urgency.IS_AWAITED: LONGEST, Urgency.FOLLOWS: 15.0}
"""Seconds that work about those who were taken may wait until nobody else is: they are to be rung for, and let go."""
MOST_CALLERS = 5000
MOST = 100
"""So many may wait to be taken at the same moment."""
MINUTE = 60.0
MOST_REFUSED = 10_000
"""So many wait to be stored where that cannot be done; of more than these the first are forgotten."""
AT_ONCE = 500
"""So many are stored in one transaction."""
OFTEN = "too_often"
"""Why a call of somebody led to nothing who calls again and again."""
FULL = "full"
"""Why the input of such a call led to nothing."""


class Admission:
    """Who came in and was neither answered nor refused yet; several threads ask.

    `behind`: for how many seconds the oldest work of each urgency has waited.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        *,
        most: int = MOST,
        of_one: int | None = None,
        behind: Callable[[], Mapping[Urgency, float]] = dict,
    ) -> None:
        self._clock, self.most, self._behind = clock, most, behind
        self.of_one = environment.calls_of_caller if of_one is None else of_one
        self._callers: dict[str, deque[float]] = {}
        self._waiting: dict[str, float] = {}
        self._refused: deque[tuple[Kept, str]] = deque(maxlen=MOST_REFUSED)
        self._lock = threading.Lock()

    def admits(self, call: Kept) -> bool:
        """Whether this one is taken; one that was asked for before and waits still is."""
        with self._lock:
            now = self._clock()
            oldest = next(iter(self._waiting.values()), now)
            full = len(self._waiting) >= self.most or now - oldest > LONGEST or self._is_behind()
            fresh = call.line not in self._waiting
            why = FULL if fresh and full else OFTEN if fresh and self._calls_too_often(call, now) else ""
            if why:
                self._refused.append((call, why))
                return False
            self._waiting.setdefault(call.line, now)
            return True

    def _is_behind(self) -> bool:
        return any(waits > BEHIND.get(urgency, math.inf) for urgency, waits in self._behind().items())

    def _calls_too_often(self, call: Kept, now: float) -> bool:
        """By the number that is shown: withheld ones are many people, and a page writes there what it likes."""
        number = str(call.body.get("number", ""))
        if not self.of_one or call.web_call or phones.withheld(number):
            return False
        if len(self._callers) > MOST_CALLERS:
            self._callers = {one: times for one, times in self._callers.items() if times[-1] > now - MINUTE}
        times = self._callers.setdefault(number, deque())
        while times and times[0] <= now - MINUTE:
            times.popleft()
        if len(times) >= self.of_one:
            return True
        times.append(now)
        return False

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
        kept = 0
        while lot := self._lot_of_refused():
            try:
                keep(lot)
            except Exception:
                with self._lock:
                    self._refused.extendleft(reversed(lot))
                raise
            kept += len(lot)
        return kept

    def _lot_of_refused(self) -> list[tuple[Kept, str]]:
        with self._lock:
            return [self._refused.popleft() for _ in range(min(AT_ONCE, len(self._refused)))]


@transaction.atomic
def keep(refused: Sequence[tuple[Kept, str]]) -> None:
    """What was told of them, and that nothing followed from it but a figure."""
    now = timezone.now()
    there = RawEvent.objects.filter(external_id__in=[one.key for one, _why in refused], kind=KIND)
    known = set(there.values_list("external_id", flat=True))
    refused = [(one, why) for one, why in refused if one.key not in known]
    RawEvent.objects.bulk_create(
        [
            RawEvent(
                account=account_of(one), external_id=one.key, kind=KIND, source=one.line, body=one.body,
                received_at=now, state=RawState.PROCESSED, reason=why, processed_at=now,
            )
            for one, why in refused
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    for _one, why in refused:
        publish(kind="call.refused", data={"why": why}, audience=[], now=now)

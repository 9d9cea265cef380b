"""The exchange is away: why, said once, and since when, until what goes on there counts as over."""

import time

import structlog

from fanal.channels.asterisk.ari import Cut, NobodyThere

log = structlog.get_logger(__name__)

ENDED_AFTER = 10.0
"""Seconds for which no program answers until its lines count as gone; one that begins anew takes three."""
AWAY_AFTER = 90.0
"""Seconds for which it cannot be reached: what goes on there is not known, and nobody is kept in a call for ever."""


class Absence:
    """From the first try that failed to the next one that did not."""

    def __init__(self) -> None:
        self._why, self._since = "", 0.0

    def lasts_too_long(self, problem: Exception) -> bool:
        """Another try failed; the reason is said when it is a new one, and not every half second."""
        why = f"{type(problem).__name__}: {problem}"[:200]
        if why != self._why:
            log.warning("exchange_is_away", problem=why)
        self._why, self._since = why, self._since or time.monotonic()
        longest = ENDED_AFTER if isinstance(problem, NobodyThere) else AWAY_AFTER
        return isinstance(problem, Cut) and time.monotonic() - self._since > longest

    def is_over(self) -> None:
        """It answers."""
        self._since = 0.0

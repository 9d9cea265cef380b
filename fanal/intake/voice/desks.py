"""The room's desks: each has a thread of its own, which does what lies there, one thing after the other."""

import threading
from collections.abc import Callable, Iterator, Mapping

import structlog
from django.db import connection

from fanal.intake.voice.lanes import Lanes
from fanal.intake.voice.work import Urgency, Work

log = structlog.get_logger(__name__)
AT_ONCE = 8
"""Desks for calls; each call, and each line of one, is in the hands of one at a time."""


class Desks:
    """`do`: what is done with a piece of work. Refusals and the phones have a desk each, so that neither waits."""

    def __init__(self, do: Callable[[Work], None]) -> None:
        self._do = do
        self._calls, self._refusals, self._phones = Lanes(), Lanes(), Lanes()

    def __iter__(self) -> Iterator[Lanes]:
        return iter((self._calls, self._refusals, self._phones))

    def tell(self, name: str, what: Work) -> None:
        """What is told of one line, or one recording, stays in its order."""
        self._calls.put(name, what)

    def steer(self, interaction: int, what: Work) -> None:
        self._calls.put(interaction, what)

    def refuse(self, what: Work) -> None:
        self._refusals.put(None, what)

    def about_phones(self, what: Work) -> None:
        self._phones.put(None, what)

    def are_busy(self) -> bool:
        """Something lies there and waits, or is being done."""
        return not all(lanes.empty() for lanes in self)

    def behind(self) -> Mapping[Urgency, float]:
        """For how many seconds the oldest work of each urgency about calls has waited."""
        return self._calls.behind()

    def threads(self) -> list[threading.Thread]:
        """Not started yet."""
        each = [*[self._calls] * AT_ONCE, self._refusals, self._phones]
        return [threading.Thread(target=self._work, args=(lanes,), daemon=True) for lanes in each]

    def close(self) -> None:
        """Each goes home when it has done what lies there."""
        for lanes in self:
            lanes.close()

    def _work(self, lanes: Lanes) -> None:
        try:
            while (turn := lanes.take()) is not None:
                lane, what = turn
                try:
                    self._do(what)
                except Exception:
                    log.exception("call_not_followed")  # the sweep comes back to it
                    connection.close_if_unusable_or_obsolete()
                finally:
                    lanes.done(lane)
        finally:
            connection.close()

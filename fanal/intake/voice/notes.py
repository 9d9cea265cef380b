"""What comes of talks that are written down is kept on a thread of its own, so that the sound waits for no database."""

import queue
from collections.abc import Callable
from datetime import datetime

import structlog
from django.db import connection
from django.utils import timezone

from fanal.interactions import actions as interactions
from fanal.interactions.models import Interaction

log = structlog.get_logger(__name__)
MOST = 1000
"""So many may wait to be kept; where the database is away for longer, the words are lost and the talk goes on."""


class Notes:
    """One after the other, in the order in which they came."""

    def __init__(self) -> None:
        self._to_keep: queue.Queue[Callable[[], object] | None] = queue.Queue(MOST)

    def run(self) -> None:
        """Until `close`, and what was noted before is kept."""
        try:
            while (keep := self._to_keep.get()) is not None:
                try:
                    keep()
                except Exception:
                    log.exception("words_not_kept")
                    connection.close_if_unusable_or_obsolete()
        finally:
            connection.close()

    def close(self) -> None:
        self._to_keep.put(None)

    def said(self, call: int, *, key: str, side: str, text: str, at: datetime, final: bool) -> None:
        self._later(lambda: _said(call, key=key, side=side, text=text, at=at, final=final))

    def ended(self, key: str) -> None:
        """Nothing more comes of this sentence."""
        self._later(lambda: interactions.end_spoken(key=key, now=timezone.now()))

    def missing(self, call: int, why: str) -> None:
        self._later(lambda: _missing(call, why))

    def heard_again(self, call: int) -> None:
        self._later(lambda: _heard_again(call))

    def _later(self, keep: Callable[[], object]) -> None:
        try:
            self._to_keep.put_nowait(keep)
        except queue.Full:
            log.warning("words_not_kept")


def _said(call: int, *, key: str, side: str, text: str, at: datetime, final: bool) -> None:
    found = Interaction.objects.filter(pk=call).first()
    if found:
        interactions.note_spoken(
            interaction=found, key=key, side=side, text=text, at=at, final=final, now=timezone.now()
        )


def _missing(call: int, why: str) -> None:
    found = Interaction.objects.filter(pk=call, ended_at=None).first()
    if found:
        interactions.note_unheard(interaction=found, why=why, now=timezone.now())


def _heard_again(call: int) -> None:
    found = Interaction.objects.filter(pk=call).first()
    if found:
        interactions.note_heard_again(interaction=found, now=timezone.now())

"""How the lines of a talk sound, asked of the exchange now and then while they live: afterwards nobody knows it.

A line is asked about every ten seconds at most, a few lines in a second, and none while calls wait to be looked at:
then the stretch becomes longer. What was asked last before a line ended is what is known of it; what it heard while
nobody talked yet counts to the first talk.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from fanal.channels.asterisk.ari import Declined, Orders, path_of
from fanal.channels.asterisk.counts import Counted, Stretch, came, read, went
from fanal.interactions import actions as interactions
from fanal.interactions.models import Leg, LegKind, LineQuality, Segment, SegmentKind, Way
from fanal.interactions.rules.quality import LONGEST, MOST_AT_ONCE, Measured

log = structlog.get_logger(__name__)
LOOK = 2.0  # seconds
EVERY = 10.0
FIRST = 4.0
"""Seconds after which a line is asked about for the first time."""
AT_ONCE = 12
"""Lines asked about in one look: six a second."""


@dataclass(kw_only=True)
class Asked:
    """One line: what was counted when it was last asked about, and in whose part of the call that was."""

    segment: int
    since: float
    due: float
    counted: Counted | None


class Measuring:
    """`busy`: whether something more urgent waits."""

    def __init__(
        self, orders: Orders, *, leads: threading.Event, busy: Callable[[], bool], stop: threading.Event
    ) -> None:
        self.orders, self.leads, self.busy, self.stop = orders, leads, busy, stop
        self._asked: dict[int, Asked] = {}

    def run(self) -> None:
        """Until `stop` is set."""
        try:
            while not self.stop.wait(LOOK):
                if not self.leads.is_set() or self.busy():
                    continue
                try:
                    self.look()
                except Exception as problem:
                    log.warning("lines_not_measured", problem=type(problem).__name__)
                    connection.close_if_unusable_or_obsolete()
        finally:
            connection.close()

    def look(self) -> None:
        """Ask about those lines of running talks that are due. Raises Cut."""
        legs = {leg.pk: leg for leg in _talking()}
        self._asked = {pk: one for pk, one in self._asked.items() if pk in legs}
        now = time.monotonic()
        for pk, leg in legs.items():
            segment: int = leg.talk  # type: ignore[attr-defined]
            if pk not in self._asked:
                measured: bool = leg.measured  # type: ignore[attr-defined]
                due = now if measured else now + FIRST
                self._asked[pk] = Asked(segment=segment, since=now, due=due, counted=None if measured else Counted())
            if self._asked[pk].segment != segment:
                self._asked[pk].due = min(now, self._asked[pk].due)  # what was heard until now is the part's before
        due_first = sorted((one.due, pk) for pk, one in self._asked.items() if one.due <= now)
        for _due, pk in due_first[:AT_ONCE]:
            if self.stop.is_set() or self.busy():
                return
            self._ask(legs[pk], self._asked[pk])

    def _ask(self, leg: Leg, before: Asked) -> None:
        now = time.monotonic()
        before.due = now + EVERY
        try:
            counted = read(self.orders.ask("GET", path_of("channels", leg.line, "rtp_statistics")) or {})
        except Declined:
            return  # it is gone, or has no sound that can be counted
        if before.counted is not None:
            seconds = min(MOST_AT_ONCE, now - before.since)
            for way, stretch in ((Way.COMES, came(before.counted, counted)), (Way.GOES, went(before.counted, counted))):
                if stretch:
                    _note(leg, before.segment, way, stretch, seconds)
        segment: int = leg.talk  # type: ignore[attr-defined]
        before.segment, before.since, before.counted = segment, now, counted


def _note(leg: Leg, segment: int, way: Way, stretch: Stretch, seconds: float) -> None:
    measured = Measured(
        seconds=seconds,
        loss=stretch.loss,
        jitter=min(LONGEST, stretch.jitter),
        round_trip=min(LONGEST, stretch.round_trip),
    )
    interactions.note_line_quality(segment=segment, leg=leg, way=way, measured=measured, now=timezone.now())


def _talking() -> QuerySet[Leg]:
    """The answered lines of talks that go on, with whose talk it is; a line's first stretch begins when it is seen."""
    talks = Segment.objects.filter(interaction=OuterRef("interaction"), kind=SegmentKind.AGENT, ended_at=None)
    called_us = Q(kind=LegKind.CUSTOMER, dial=None)
    rows = Leg.objects.filter(Q(answered_at__isnull=False) | called_us, ended_at=None).annotate(
        talk=talks.order_by("pk").values("pk")[:1], measured=Exists(LineQuality.objects.filter(leg=OuterRef("pk")))
    )
    return rows.filter(talk__isnull=False).select_related("interaction__account").order_by("pk")

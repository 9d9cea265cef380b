"""Recordings at the exchange and in our rows: what was told of them, what was found out, and their files, fetched.

A file is fetched, kept, and only then deleted at the exchange. Whatever was cut off in between is done on return.
"""

import threading
from datetime import datetime

import structlog
from django.db import connection
from django.utils import timezone

from fanal.channels.asterisk.ari import Cut, Declined, path_of
from fanal.channels.asterisk.rules import PAUSED, Order
from fanal.channels.asterisk.sounds import fetch
from fanal.channels.asterisk.wire import Sounded
from fanal.intake import leaving
from fanal.intake.voice.exchange import IS_GONE, KNOWS_NO_SUCH, Exchange
from fanal.intake.voice.recording import why_paused
from fanal.interactions import actions as interactions
from fanal.interactions.files import LARGEST_SOUND, NotAccepted
from fanal.interactions.models import RUNS, Recording, RecordingState

log = structlog.get_logger(__name__)
EVERY = 5.0  # seconds
AT_ONCE = 50


class Sounds:
    def __init__(self, exchange: Exchange, *, leads: threading.Event, stop: threading.Event) -> None:
        self.exchange, self.leads, self.stop = exchange, leads, stop
        self._due = threading.Event()
        self._odd: set[str] = set()

    def compare(self, *, sure: bool, now: datetime) -> list[int]:
        """How the exchange has what should run there; the calls whose recording had ended unheard.

        Unless nobody listened (`sure`) only what is found twice is believed: what was told may be on its way.
        Raises Cut and Declined.
        """
        changed, odd = [], set()
        rows = Recording.objects.filter(state__in=RUNS).exclude(state=RecordingState.WANTED, began_at=None)
        for name, call in list(rows.values_list("name", "interaction")):
            if self.exchange.look_at_sound(name):
                paused = self.exchange.seen().sounds.get(name) == PAUSED
                why = why_paused(call, now=now) if paused else ""
                interactions.note_recording(name=name, paused=paused, why=why, now=now)
            elif not sure and name not in self._odd:
                odd.add(name)
            else:
                failed = "" if self._is_stored(name) else "nothing"
                self.take(Sounded(name=name, ended=True, failed=failed), now=now)
                changed.append(call)
        for name, call, ended in list(_only_wanted()):
            if self.exchange.look_at_sound(name):
                self.take(Sounded(name=name), now=now)
            elif not sure and name not in self._odd:
                odd.add(name)
                continue
            elif self._is_stored(name):
                self.take(Sounded(name=name, ended=True), now=now)
            elif ended:
                self.take(Sounded(name=name, ended=True, failed="nothing"), now=now)
            else:
                continue
            changed.append(call)
        self._odd = odd
        return changed

    def take(self, told: Sounded, *, now: datetime) -> int | None:
        """What the exchange told of one: returns the call that it was about."""
        if not told.ended:
            row = interactions.note_recording(name=told.name, now=now)
            return row.interaction_id if row else None
        row = interactions.end_recording(
            name=told.name, seconds=told.seconds, spoken=told.spoken, failed=told.failed, now=now
        )
        if row is None:
            return None
        if told.failed:
            log.error("not_recorded", recording=told.name, problem=told.failed)
        leaving.recorded(recording=row, now=now)
        self._due.set()
        return row.interaction_id

    def ordered(self, order: Order, call: int, *, now: datetime) -> None:
        """It pauses now, or goes on."""
        match order.method, order.path:
            case "POST", ("recordings", "live", name, "pause"):
                interactions.note_recording(name=name, paused=True, why=why_paused(call, now=now), now=now)
            case "DELETE", ("recordings", "live", name, "pause"):
                interactions.note_recording(name=name, now=now)

    def run(self) -> None:
        """Fetches what is whole, until `stop` is set."""
        try:
            while not self.stop.is_set():
                self._due.wait(EVERY)
                self._due.clear()
                if self.leads.is_set() and not self.stop.is_set():
                    try:
                        self.fetch_all(now=timezone.now())
                    except Exception as problem:
                        log.warning("recordings_not_fetched", problem=f"{type(problem).__name__}: {problem}"[:200])
                        connection.close_if_unusable_or_obsolete()
        finally:
            connection.close()

    def fetch_all(self, *, now: datetime) -> int:
        """Raises Cut where the exchange is not there. How many came."""
        stopped = Recording.objects.filter(state=RecordingState.STOPPED).order_by("pk")
        came = sum(self._fetch(name, now=now) for name in list(stopped.values_list("name", flat=True)[:AT_ONCE]))
        fetched = Recording.objects.filter(state=RecordingState.FETCHED, cleared_at=None).order_by("pk")
        for name in list(fetched.values_list("name", flat=True)[:AT_ONCE]):
            self._clear(name)
            interactions.clear_recording(name=name, now=now)
        return came

    def _fetch(self, name: str, *, now: datetime) -> bool:
        try:
            content = fetch(self.exchange.orders.address, name, largest=LARGEST_SOUND)
        except Declined as problem:
            if problem.status == IS_GONE:
                interactions.lose_recording(name=name, why="nothing", now=now)
            return False
        try:
            return interactions.keep_recording(name=name, content=content, now=now) is not None
        except (NotAccepted, ValueError):
            interactions.lose_recording(name=name, why="no_sound", now=now)
            return False

    def _clear(self, name: str) -> None:
        try:
            self.exchange.orders.ask("DELETE", path_of("recordings", "stored", name))
        except Declined as problem:
            if problem.status != IS_GONE:
                raise

    def _is_stored(self, name: str) -> bool:
        try:
            self.exchange.orders.ask("GET", path_of("recordings", "stored", name))
        except Declined as problem:
            if problem.status not in KNOWS_NO_SUCH:
                raise Cut(str(problem)) from None
            return False
        return True


def _only_wanted() -> list[tuple[str, int, bool]]:
    """Those of which nothing was heard yet, and whether their call is over."""
    rows = Recording.objects.filter(state=RecordingState.WANTED, began_at=None).select_related("interaction")
    return [(row.name, row.interaction_id, row.interaction.ended_at is not None) for row in rows]

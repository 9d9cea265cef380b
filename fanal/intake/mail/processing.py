"""What was taken is processed at once, in the order in which it came; what fails does not hold up the next."""

import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import structlog
from django.db import connection
from django.utils import timezone

from fanal.channels.models import RawEvent, RawState
from fanal.channels.port import LetterReceived, Signal
from fanal.intake.actions import MAIL, process, understand_mail
from fanal.intake.faults import NOT_ITS_FAULT

log = structlog.get_logger(__name__)

SWEEP = 5.0  # seconds
AT_ONCE = 100
AHEAD = 3
"""Mails that are understood before the one that is being written is done: its parser works meanwhile."""

Understood = Future[tuple[Signal, ...]]


def process_waiting(stop: threading.Event | None = None) -> int:
    """Process all that was taken and waits; returns how many were tried. What the database refuses stays as it is."""
    tried, after = 0, 0
    left = _Left()
    with ThreadPoolExecutor(1, "understanding mail") as reader:
        while waiting := _waiting(after):
            for raw, understood in _ahead(waiting, reader):
                if stop and stop.is_set():
                    return tried
                if not left.holds_back(understood) and not _processed(raw, understood):
                    left.note(understood)
                tried, after = tried + 1, raw.pk
    return tried


def _waiting(after: int) -> list[RawEvent]:
    rows = RawEvent.objects.filter(kind=MAIL, state=RawState.RECEIVED, pk__gt=after).select_related("account")
    return list(rows.order_by("pk")[:AT_ONCE])


def _ahead(waiting: Iterable[RawEvent], reader: ThreadPoolExecutor) -> Iterator[tuple[RawEvent, Understood]]:
    """Each with what it says, or will; the next ones are being understood while this one is written."""
    coming: deque[tuple[RawEvent, Understood]] = deque()
    for raw in waiting:
        coming.append((raw, reader.submit(understand_mail, raw)))
        if len(coming) > AHEAD:
            yield coming.popleft()
    yield from coming


def _processed(raw: RawEvent, understood: Understood) -> bool:
    try:
        process(raw_id=raw.pk, understood=understood.result, now=timezone.now())
    except NOT_ITS_FAULT as problem:
        log.warning("mail_waits", raw=raw.pk, problem=type(problem).__name__)
        connection.close_if_unusable_or_obsolete()
        return False
    return True


class _Left:
    """What a fault left unprocessed: what is of the same sender, or refers to it, waits with it, in its order."""

    def __init__(self) -> None:
        self._senders: set[str] = set()
        self._mails: set[str] = set()

    def note(self, understood: Understood) -> None:
        for signal in _letters(understood):
            self._senders.add(signal.source)
            self._mails.add(signal.message_id)

    def holds_back(self, understood: Understood) -> bool:
        if not self._senders:
            return False
        found = _letters(understood)
        held = any(one.source in self._senders or self._mails.intersection(one.references) for one in found)
        if held:
            self.note(understood)
        return held


def _letters(understood: Understood) -> list[LetterReceived]:
    """Nothing, where it could not be understood: then nobody knows whose it is."""
    if understood.exception() is not None:
        return []
    return [one for one in understood.result() if isinstance(one, LetterReceived)]


class Processing(threading.Thread):
    """Processes whenever it is woken, and now and then by itself, until `stop` is set."""

    def __init__(self, *, stop: threading.Event) -> None:
        super().__init__(name="processing mail", daemon=True)
        self.stop, self.woken = stop, threading.Event()

    def wake(self) -> None:
        self.woken.set()

    def run(self) -> None:
        try:
            while not self.stop.is_set():
                self.woken.clear()
                try:
                    process_waiting(self.stop)
                except Exception as problem:
                    log.warning("mail_not_processed", problem=type(problem).__name__)
                    connection.close()
                self.woken.wait(SWEEP)
        finally:
            connection.close()

"""Let the clocks follow what happened since the last time, inside a test's own transaction."""

import time

from django.db import connection

from fanal.cases.models import Case
from fanal.clocks import actions as clocks
from fanal.clocks.actions.following import Happening, absorb
from fanal.clocks.models import Clock
from fanal.events.models import Event

_seen = {"last": 0}


def followed() -> None:
    """Everything that is not followed yet, as the worker does it; the follower's own events too."""
    while True:
        events = list(Event.objects.filter(pk__gt=_seen["last"]).order_by("pk"))
        if not events:
            return
        _seen["last"] = events[-1].pk
        absorb([Happening(id=e.pk, kind=e.kind, at=e.at, data=e.data) for e in events])


def caught_up(*, within: float = 30) -> None:
    """Follow what was committed until nothing is left; other tests' transactions may hold it back for a moment."""
    for _ in range(int(within * 20)):
        clocks.follow()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT NOT EXISTS (SELECT FROM events_event e WHERE (e.xid, e.id) > "
                "(SELECT xid, event FROM clocks_cursor WHERE name = 'clocks'))"
                " AND EXISTS (SELECT FROM clocks_cursor)"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    raise AssertionError("the clocks did not catch up")


def of(case: Case, kind: str) -> Clock:
    """The clock of a kind that started last, as it is when everything is followed."""
    followed()
    found = Clock.objects.filter(case=case, kind=kind).order_by("-started_at", "-pk").first()
    assert found is not None, f"no clock {kind}"
    return found


def kinds(case: Case) -> dict[str, str]:
    """Every clock of a case with its outcome, or «running», «still»."""
    followed()
    return {
        clock.kind: clock.outcome or ("still" if clock.left_seconds is not None else "running")
        for clock in Clock.objects.filter(case=case).order_by("started_at", "pk")
    }

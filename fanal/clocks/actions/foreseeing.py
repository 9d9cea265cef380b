"""What will be late is said while there is still time, and what is late when it is."""

from datetime import datetime

from django.db import transaction
from django.db.models import Min, Q

from fanal.clocks.actions.following import FOLLOWER
from fanal.clocks.actions.telling import warn
from fanal.clocks.models import Clock
from fanal.events.following import alone, is_behind

AT_ONCE = 200
RUNS = Q(ended_at=None, left_seconds=None)
AT_RISK = RUNS & Q(at_risk_told_at=None, missed_told_at=None)
LATE = RUNS & Q(missed_told_at=None)


@transaction.atomic
def foresee(*, now: datetime) -> int:
    """Tell of every clock that has come to be at risk, or missed, since the last time; how many. Each is told once.

    While much is still to be followed nothing is told: what looks late may have been settled long ago.
    """
    if not alone(FOLLOWER) or is_behind(FOLLOWER):
        return 0
    told = 0
    rows = Clock.objects.select_related("case").order_by("pk")
    for clock in rows.filter(LATE, due_at__lt=now)[:AT_ONCE]:
        clock.missed_told_at = now
        clock.at_risk_told_at = clock.at_risk_told_at or now
        clock.save(update_fields=["missed_told_at", "at_risk_told_at"])
        warn(clock, "clock.missed", case=clock.case, at=now)
        told += 1
    for clock in rows.filter(AT_RISK, at_risk_at__lte=now)[:AT_ONCE]:
        clock.at_risk_told_at = now
        clock.save(update_fields=["at_risk_told_at"])
        warn(clock, "clock.at_risk", case=clock.case, at=now)
        told += 1
    return told


def next_moment() -> datetime | None:
    """When the next clock is at risk or missed; two looks into an index."""
    risk = Clock.objects.filter(AT_RISK).aggregate(at=Min("at_risk_at"))["at"]
    late = Clock.objects.filter(LATE).aggregate(at=Min("due_at"))["at"]
    return min((at for at in (risk, late) if at), default=None)

"""Many cases that are alike within a short time are noticed, and supervision is told once."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from fanal.cases.alike import Alike, alike, matter_of
from fanal.cases.models import Burst, Case
from fanal.cases.rules.bursts import Bounds, Known, is_burst, same_burst
from fanal.events.actions import publish

LOOKED_BACK = timedelta(minutes=5)
"""A sweep looks at what was opened since; the worker sweeps each minute."""
AT_ONCE = 500
COUNTED = 50


def notice(*, now: datetime) -> list[Burst]:
    """Look at the newest cases and return the bursts that are news. Practice makes none."""
    found = [_noticed(case, now=now) for case in reversed(_newest(now - LOOKED_BACK)[:AT_ONCE])]
    return [burst for burst in found if burst]


def lately(*, within: timedelta, now: datetime) -> list[Burst]:
    """The bursts that still lasted then, the latest first."""
    rows = Burst.objects.filter(last_at__gte=now - within).select_related("case__type", "case__parent")
    return list(rows.order_by("-last_at"))


def _newest(since: datetime) -> QuerySet[Case]:
    # What was opened since was changed since too, and that has an index.
    rows = Case.objects.filter(updated_at__gte=since, opened_at__gte=since, practice=False, withdrawn_at=None)
    return rows.filter(type__burst_number__gt=0).select_related("type", "holding").order_by("-updated_at")


def _noticed(case: Case, *, now: datetime) -> Burst | None:
    bounds = Bounds(number=case.type.burst_number, minutes=case.type.burst_minutes)
    since, real = bounds.since(case.opened_at), Case.objects.filter(practice=False, opened_at__lte=case.opened_at)
    others = alike(matter_of(case), among=real, but=case.pk, since=since, now=now, most=COUNTED)
    return _told(case, others, since=since, now=now) if is_burst(alike=len(others), bounds=bounds) else None


@transaction.atomic
def _told(case: Case, others: Iterable[Alike], *, since: datetime, now: datetime) -> Burst | None:
    """Keep up the burst that is known, or tell of a new one. One sweep at a time does this (the task's lock)."""
    ids = {case.pk, *(one.pk for one in others)}
    rows = Burst.objects.filter(case__in=ids, last_at__gte=since)
    known = same_burst(
        alike=ids, known=[Known(id=row.pk, case=row.case_id, last_at=row.last_at) for row in rows], since=since
    )
    if known:
        lasts = Burst.objects.filter(pk=known.id, last_at__lt=case.opened_at)
        lasts.update(number=len(ids), last_at=case.opened_at)
        return None
    burst = Burst.objects.create(case=case, number=len(ids), noticed_at=now, last_at=case.opened_at)
    data = {"burst": burst.pk, "case": case.pk, "number": len(ids)}
    publish(kind="case.burst", data=data, audience=["supervision"], now=now)
    return burst

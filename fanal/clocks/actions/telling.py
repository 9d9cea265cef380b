"""How everybody whom a clock concerns hears of it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from fanal.cases.actions.following import tell_followers
from fanal.cases.actions.telling import audience_of
from fanal.cases.models import Case
from fanal.clocks.models import Clock
from fanal.events.actions import publish
from fanal.interactions.models import Topic
from fanal.routing.models import WAITS, QueueEntry

NEWS_FOR = timedelta(hours=1)
"""What is followed later than this, after a standstill, is kept and counted, but no news to anybody's browser."""


def tell(
    clock: Clock, kind: str, *, case: Case, at: datetime, data: Mapping[str, Any] | None = None, late: bool = False
) -> None:
    """Publish what became of a clock; ids and codes only."""
    about = _about(clock, case) | ({"agent": case.owner_id} if case.owner_id else {}) | dict(data or {})
    publish(kind=kind, data=about, audience=[] if late else audience_of(case), now=at)


def warn(clock: Clock, kind: str, *, case: Case, at: datetime) -> None:
    """Say that a clock is at risk or missed to the owner and whoever follows the case, supervision and its queue."""
    audience = [*audience_of(case), "supervision", *(f"queue:{queue}" for queue in queues_of(case))]
    publish(kind=kind, data=_about(clock, case), audience=audience, now=at)
    tell_followers(case, kind.removeprefix("clock."), by=None, now=at)


def _about(clock: Clock, case: Case) -> dict[str, Any]:
    return {"case": case.pk, "clock": clock.pk, "promise": clock.kind, "target": clock.target_id}


def queues_of(case: Case) -> list[int]:
    """The queues in which the case, or a contact about it, waits now."""
    contacts = Topic.objects.filter(case=case, withdrawn_at=None).values("interaction")
    waiting = QueueEntry.objects.filter(state__in=WAITS).filter(Q(case=case) | Q(interaction__in=contacts))
    return sorted(set(waiting.values_list("queue_id", flat=True)))

"""Visits as they are shown: each slot in the time of its place."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http import Http404
from django.utils import formats

from fanal.agents.models import Agent, FieldClass
from fanal.cases.models import COMES, Visit

LATELY = timedelta(days=7)
MOST = 100


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A visit and its slot in words; the address only for whoever may see addresses, and for who goes there."""

    visit: Visit
    day: str
    slot: str
    where: str
    comes: bool

    @property
    def colour(self) -> str:
        return {"on_the_way": "sea", "done": "go", "not_done": "stop", "planned": "lamp"}.get(self.visit.state, "")


def shown(visit: Visit, *, agent: Agent) -> Shown:
    there = ZoneInfo(visit.zone)
    begins, ends = visit.begins_at.astimezone(there), visit.ends_at.astimezone(there)
    sees = agent.sees(FieldClass.CONTACT) or visit.technician_id == agent.pk
    return Shown(
        visit=visit,
        day=formats.date_format(begins, "DATE_FORMAT"),
        slot=f"{formats.time_format(begins, 'H:i')} - {formats.time_format(ends, 'H:i')}",
        where=visit.address if sees else "",
        comes=visit.state in COMES,
    )


def seen(agent: Agent, pk: int) -> Visit:
    """A visit this agent may see; 404 for any other."""
    found = _rows(agent).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def of_case(case: int, *, agent: Agent) -> list[Shown]:
    return [shown(visit, agent=agent) for visit in _rows(agent).filter(case=case).order_by("-begins_at", "-pk")[:MOST]]


def mine(agent: Agent, *, now: datetime) -> tuple[list[Shown], list[Shown]]:
    """What comes, the next first, and what was lately."""
    rows = Visit.objects.filter(technician=agent).select_related("case__customer").prefetch_related("parts")
    comes = rows.filter(state__in=COMES).order_by("begins_at", "pk")[:MOST]
    over = rows.exclude(state__in=COMES).filter(begins_at__gte=now - LATELY).order_by("-begins_at", "-pk")[:MOST]
    return [shown(one, agent=agent) for one in comes], [shown(one, agent=agent) for one in over]


def _rows(agent: Agent) -> QuerySet[Visit]:
    rows = Visit.objects.visible_to(agent).select_related("case__customer", "technician")
    return rows.prefetch_related("parts")

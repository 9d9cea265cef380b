"""Collision marks: who is looking at a case, and who is writing."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import DateTimeField, F, QuerySet, Value

from fanal.agents.kept import kept
from fanal.agents.models import Agent
from fanal.cases import rules
from fanal.cases.models import Case, CaseHelper, CaseViewer, Part
from fanal.events import actions as events


@transaction.atomic
def look_at(*, case: Case, agent: Agent, writing: bool = False, now: datetime) -> list[rules.Looking]:
    """Say that `agent` has the case open, and learn who else has; the others are told when that is news."""
    before = CaseViewer.objects.filter(case=case, agent=agent).first()
    CaseViewer.objects.update_or_create(case=case, agent=agent, defaults={"seen_at": now, "writing": writing})
    there = viewers(case=case, agent=agent, now=now)
    news = before is None or before.writing != writing or now - before.seen_at > rules.viewers.STILL_THERE
    if news and there:
        _hint(case, agent, there, looking=True, writing=writing)
    return there


@transaction.atomic
def look_away(*, case: Case, agent: Agent, now: datetime) -> None:
    """The page was closed."""
    gone, _ = CaseViewer.objects.filter(case=case, agent=agent).delete()
    there = viewers(case=case, agent=agent, now=now)
    if gone and there:
        _hint(case, agent, there, looking=False, writing=False)


def viewers(*, case: Case, agent: Agent, now: datetime) -> list[rules.Looking]:
    """The colleagues who have the case open now, without `agent`."""
    seen = [
        rules.Looking(agent=pk, name=name, seen_at=seen_at, writing=writing)
        for pk, name, seen_at, writing in _recent(case=case.pk, since=now - rules.viewers.STILL_THERE)
    ]
    return rules.others(seen, agent=agent.pk, now=now)


def beside(*, case: Case, agent: Agent, now: datetime) -> list[rules.Looking]:
    """Who else is at the case: those who have it open, then those who help with it and are elsewhere."""
    since = now - rules.viewers.STILL_THERE
    there = [
        rules.Looking(agent=row[0], name=row[1], seen_at=row[2], writing=row[3], helping=row[4])
        for row in _at_it(case=case.pk, since=since)
    ]
    return rules.viewers.beside(there, agent=agent.pk, now=now)


@kept
def _at_it(case: int, since: datetime) -> QuerySet[Any, tuple[Any, ...]]:
    """Viewers and helpers in one question, for the page that asks it with everything else."""
    columns = ("agent_id", "agent__name", "at", "writes", "helps")
    viewers = CaseViewer.objects.filter(case=case, seen_at__gte=since).annotate(
        at=F("seen_at"), writes=F("writing"), helps=Value(False)
    )
    helpers = CaseHelper.objects.filter(case=case, part=Part.HELPS, left_at=None).annotate(
        at=Value(None, output_field=DateTimeField()), writes=Value(False), helps=Value(True)
    )
    return viewers.values_list(*columns).union(helpers.order_by().values_list(*columns), all=True)


@kept
def _recent(case: int, since: datetime) -> QuerySet[CaseViewer, tuple[Any, ...]]:
    rows = CaseViewer.objects.filter(case=case, seen_at__gte=since)
    return rows.values_list("agent_id", "agent__name", "seen_at", "writing")


def _hint(case: Case, agent: Agent, there: list[rules.Looking], *, looking: bool, writing: bool) -> None:
    events.hint(
        kind="case.viewed",
        data={"case": case.pk, "agent": agent.pk, "looking": looking, "writing": writing},
        audience=[f"agent:{viewer.agent}" for viewer in there],
    )

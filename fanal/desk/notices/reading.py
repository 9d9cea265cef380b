"""What stands in somebody's list: the latest notices, and how many are unread."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from fanal.agents.kept import kept
from fanal.agents.models import Agent
from fanal.cases.models import Case, Notice
from fanal.desk.notices import words

SHOWN = 30
COUNTED_UP_TO = 99


@dataclass(frozen=True, kw_only=True)
class Shown:
    case: int
    number: int
    subject: str
    said: str
    by: str
    at: datetime
    unread: bool


def unread(agent: Agent) -> int:
    """How many, 100 for more than 99: one look into an index."""
    return len(_unread(reader=agent.pk))


def latest(agent: Agent) -> list[Shown]:
    """The newest, of cases that the person may still see."""
    return [
        Shown(
            case=case,
            number=number,
            subject=subject,
            said=words.sentence(kind),
            by=by or "",
            at=at,
            unread=read_at is None,
        )
        for case, number, subject, kind, by, at, read_at in _latest(reader=agent.pk, agent=agent)
    ]


@kept
def _unread(reader: int) -> QuerySet[Notice, int]:
    rows = Notice.objects.filter(agent=reader, read_at=None).order_by()
    return rows.values_list("pk", flat=True)[: COUNTED_UP_TO + 1]


@kept
def _latest(reader: int, agent: Agent) -> QuerySet[Notice, tuple[Any, ...]]:
    rows = Notice.objects.filter(agent=reader, case__in=Case.objects.visible_to(agent)).order_by("-at", "-pk")
    columns = ("case", "case__number", "case__subject", "kind", "by__name", "at", "read_at")
    return rows.values_list(*columns)[:SHOWN]

"""What was said in a call, as it was written down: whole for the timeline, and what is being said just now."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from fanal.agents.models import Agent
from fanal.interactions.models import Spoken, SpokenSide, Unheard

TOGETHER = timedelta(seconds=12)
LONGEST = 600
"""Characters: what one side says without a break is one paragraph until then."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """One paragraph; `ours`: an agent, or colleagues of whom nobody knows who spoke."""

    pk: int
    at: datetime
    until: datetime
    ours: bool
    who: str
    text: str
    agent: int | None = None


def said_in(interaction: int, *, agent: Agent) -> Iterator[Said]:
    """What is finished; sentences of the same voice, one after the other, are one paragraph."""
    last: Said | None = None
    for row in _rows(interaction, agent).filter(ended_at__isnull=False).exclude(text="").order_by("at", "pk"):
        one = _said(row)
        if last and _goes_on(last, one):
            last = replace(last, text=f"{last.text} {one.text}", until=one.until)
            continue
        if last:
            yield last
        last = one
    if last:
        yield last


def now_said(interaction: int, *, agent: Agent) -> list[Said]:
    return [_said(row) for row in _rows(interaction, agent).filter(ended_at=None).exclude(text="").order_by("at", "pk")]


def words_removed(interaction: int) -> datetime | None:
    """Since when the words are gone, as their days were over."""
    rows = Spoken.objects.filter(interaction=interaction, removed_at__isnull=False).order_by("at")
    return rows.values_list("removed_at", flat=True).first()


def gaps_of(interaction: int) -> QuerySet[Unheard]:
    return Unheard.objects.filter(interaction=interaction).order_by("pk")


def any_of(interaction: Any) -> list[QuerySet[Spoken] | QuerySet[Unheard]]:
    """What tells whether there is anything of it at all."""
    finished = Q(interaction=interaction, ended_at__isnull=False)
    return [Spoken.objects.filter(finished), Unheard.objects.filter(interaction=interaction)]


def _rows(interaction: int, agent: Agent) -> QuerySet[Spoken]:
    return Spoken.objects.read_by(agent).filter(interaction=interaction).select_related("agent")


def _said(row: Spoken) -> Said:
    ours = row.side == SpokenSide.US
    return Said(
        pk=row.pk,
        at=row.at,
        until=row.ended_at or row.at,
        ours=ours,
        who=(row.agent.name if row.agent else _("Our side")) if ours else _("Customer"),
        text=row.text,
        agent=row.agent_id,
    )


def _goes_on(last: Said, one: Said) -> bool:
    same = (last.ours, last.agent) == (one.ours, one.agent)
    return same and one.at - last.until < TOGETHER and len(last.text) + len(one.text) < LONGEST

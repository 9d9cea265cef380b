"""What the supervision pages show, put together from how it stands now and today's figures."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from fanal.agents.models import Agent, Permission, Presence
from fanal.channels.models import RawEvent, RawState
from fanal.kpis import actions, live
from fanal.kpis.actions.figures import Figure, nothing, sight
from fanal.kpis.catalogue import KPIS
from fanal.kpis.periods import named
from fanal.kpis.words import parts, shown, since
from fanal.routing.models import EntryState, Queue, QueueEntry

COLUMNS = (
    "offered",
    "service_level_of_answered_and_abandoned",
    "average_wait_of_answered",
    "abandonment_rate_of_offered",
    "average_handling_time_of_handled",
)
TILES = (*COLUMNS, "average_first_reply_of_replied", "transfer_rate_of_handled")
OF_AGENTS = (
    "handled",
    "average_handling_time_of_handled",
    "not_answered_rate_of_rung",
    "occupancy_of_busy_and_idle",
)
SHOWN_AT_MOST = 200


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A figure ready to be shown: its words, its definition, and where its rows are."""

    id: str
    name: str | Promise
    text: str
    note: str
    definition: str | Promise
    url: str


def show(figure: Figure, *, period: str, filters: dict[str, Any] | None = None, url: str = "") -> Shown:
    """`url`: where the rows behind it are, if the caller knows."""
    kpi = figure.kpi
    times = [any(name.endswith("_ms") for name in names) for names in (kpi.numerator, kpi.denominator)]
    return Shown(
        id=kpi.id,
        name=kpi.name,
        text=shown(figure.value, kpi.unit),
        note=parts(figure.numerator, figure.denominator, *times),
        definition=kpi.formula,
        url=url or f"{rows_page()}?{urlencode({'figure': kpi.id, 'period': period, **(filters or {})}, doseq=True)}",
    )


@cache
def rows_page() -> str:
    """Where the rows behind a figure are."""
    return reverse("report_rows")


def queues_page(viewer: Agent, now: datetime) -> dict[str, Any]:
    """Every queue in sight: now from the tables, today from the counters. Folds what has just happened first."""
    actions.fold(limit=20_000)
    seen = sight(viewer)
    standing = live.standing(seen=seen)
    today = named("today", now)
    by_queue, whole = actions.table(kpi_ids=TILES, period=today, by="queue", seen=seen, now=now)
    found = {(figure.kpi.id, figure.key): figure for figure in by_queue}
    rows = [
        {
            "now": one,
            "late": one.late(now),
            "longest": since(one.longest_since, now) if one.longest_since else None,
            "states": _states(one.agents),
            "figures": [show(_of(found, kpi, one.pk), period="today", filters={"queue": one.pk}) for kpi in COLUMNS],
        }
        for one in standing.queues
    ]
    longest = min((one.longest_since for one in standing.queues if one.longest_since), default=None)
    late = sum(1 for row in rows if row["late"])
    return {
        "rows": rows,
        "columns": [KPIS[kpi] for kpi in COLUMNS],
        "tiles": [show(figure, period="today") for figure in whole],
        "waiting": sum(one.waiting for one in standing.queues),
        "longest": since(longest, now) if longest else None,
        "late": late > 0,
        "late_queues": late,
        "available": standing.agents[Presence.AVAILABLE],
        "signed_in": standing.agents.total(),
        "now": now,
        "set_aside": set_aside(viewer),
    }


def _of(found: dict[tuple[str, Any], Figure], kpi: str, key: int) -> Figure:
    return found.get((kpi, key)) or nothing(KPIS[kpi], key)


def _states(counted: Any) -> list[tuple[str, str, int]]:
    """Name, colour and number of the agents in each state worth a look."""
    away = counted[Presence.NOT_ANSWERING] + counted[Presence.UNREACHABLE]
    found = [
        (_("available"), "go", counted[Presence.AVAILABLE]),
        (_("busy"), "sea", counted[live.BUSY]),
        (_("on a break"), "", counted[Presence.BREAK]),
    ]
    return [*found, (_("not answering"), "stop", away)] if away else found


def queue_page(viewer: Agent, queue: Queue, now: datetime) -> dict[str, Any]:
    """What waits in one queue, in the order of waiting, and where else it could go."""
    rows = QueueEntry.objects.filter(queue=queue, state__in=[EntryState.WAITING, EntryState.OFFERED])
    rows = rows.select_related("interaction", "interaction__customer", "case", "preferred_agent")
    people = live.agents(seen=sight(viewer))
    return {
        "queue": queue,
        "entries": [
            (entry, since(entry.entered_at, now))
            for entry in rows.order_by("-priority", "position_at", "id")[:SHOWN_AT_MOST]
        ],
        "number": rows.count(),
        "now": now,
        "others": Queue.objects.supervised_by(viewer).filter(active=True, practice=queue.practice).order_by("name"),
        "people": [one for one in people if one.state == Presence.AVAILABLE],
        "late_after": queue.answer_within_seconds,
    }


def agents_page(viewer: Agent, now: datetime) -> dict[str, Any]:
    """Who is signed in, what they are doing, and their day so far."""
    actions.fold(limit=20_000)
    people = live.agents(seen=sight(viewer))
    figures = actions.figures(kpi_ids=OF_AGENTS, period=named("today", now), by="agent", viewer=viewer, now=now)
    found = {(figure.kpi.id, figure.key): figure for figure in figures}
    return {
        "columns": [KPIS[kpi] for kpi in OF_AGENTS],
        "rows": [
            {
                "now": one,
                "since": since(one.since, now),
                "work": [(work, since(work.since, now)) for work in one.work],
                "figures": [
                    show(_of(found, kpi, one.agent.pk), period="today", filters={"agent": one.agent.pk})
                    for kpi in OF_AGENTS
                ],
            }
            for one in people
        ],
        "now": now,
    }


def set_aside(viewer: Agent) -> int:
    """How much input waits for a person, for those who may see it."""
    if not viewer.may(Permission.SUPERVISE):
        return 0
    return RawEvent.objects.exclude(state=RawState.PROCESSED).filter(state=RawState.QUARANTINED).count()


def quarantine_page() -> dict[str, Any]:
    """Input that could not be processed, with its reason, and the sum over all that was ever received."""
    unfinished = RawEvent.objects.exclude(state=RawState.PROCESSED)
    counted = dict(unfinished.order_by().values_list("state").annotate(Count("pk")))
    processed = RawEvent.objects.filter(state=RawState.PROCESSED).count()
    quarantined, pending = counted.get(RawState.QUARANTINED, 0), counted.get(RawState.RECEIVED, 0)
    rows = unfinished.filter(state=RawState.QUARANTINED).select_related("account").order_by("-id")
    return {
        "rows": rows,
        "received": processed + quarantined + pending,
        "processed": processed,
        "quarantined": quarantined,
        "pending": pending,
    }

"""What the supervision pages show, put together from how it stands now and today's figures."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max
from django.utils.translation import gettext as _

from fanal.agents.models import Agent, Permission, Presence
from fanal.channels.models import RawEvent, RawState
from fanal.desk.supervision import escalated
from fanal.desk.supervision.frequent import lasting
from fanal.desk.supervision.shown import drawn, row_of
from fanal.kpis import actions, live
from fanal.kpis.actions.figures import Figure, nothing, sight
from fanal.kpis.catalogue import KPIS
from fanal.kpis.periods import named
from fanal.kpis.words import as_of, since, words
from fanal.routing.models import WAITS, Callback, Queue, QueueEntry

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


def queues_page(viewer: Agent, now: datetime) -> dict[str, Any]:
    """Every queue in sight: now from the tables, today from the counters as far as they are folded."""
    seen = sight(viewer)
    standing = live.standing(seen=seen)
    today = named("today", now)
    with actions.at_one_moment(now=now) as moment:
        by_queue, whole = actions.table(kpi_ids=TILES, period=today, by="queue", seen=seen, now=moment)
    found, said = {(figure.kpi.id, figure.key): figure for figure in by_queue}, words()
    rows = [
        {
            "now": one,
            "late": one.late(now),
            "longest": since(one.longest_since, now) if one.longest_since else None,
            "states": _states(one.agents),
            "figures": row_of((_of(found, kpi, one.pk) for kpi in COLUMNS), f"period=today&queue={one.pk}", said),
        }
        for one in standing.queues
    ]
    longest = min((one.longest_since for one in standing.queues if one.longest_since), default=None)
    late = sum(1 for row in rows if row["late"])
    return {
        "rows": rows,
        "columns": [KPIS[kpi] for kpi in COLUMNS],
        "tiles": row_of(whole, "period=today", said),
        "waiting": sum(one.waiting for one in standing.queues),
        "longest": since(longest, now) if longest else None,
        "late": late > 0,
        "late_queues": late,
        "available": standing.agents[Presence.AVAILABLE],
        "signed_in": standing.agents.total(),
        "now": now,
        "as_of": as_of(moment, now),
        "set_aside": set_aside(viewer, now=now),
        "bursts": lasting(viewer, now=now),
        "escalated": escalated.lately(viewer, now=now),
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
    rows = QueueEntry.objects.filter(queue=queue, state__in=WAITS)
    rows = rows.select_related("interaction", "interaction__customer", "case", "case__customer", "preferred_agent")
    people = live.agents(seen=sight(viewer))
    return {
        "queue": queue,
        "entries": [
            (entry, since(entry.entered_at, now))
            for entry in rows.order_by("-priority", "position_at", "id")[:SHOWN_AT_MOST]
        ],
        "number": rows.count(),
        "callbacks": Callback.objects.filter(queue=queue, ended_at=None, contact=None).count(),
        "now": now,
        "others": Queue.objects.supervised_by(viewer).filter(active=True, practice=queue.practice).order_by("name"),
        "people": [one for one in people if one.state == Presence.AVAILABLE],
        "late_after": queue.answer_within_seconds,
    }


def agents_page(viewer: Agent, now: datetime) -> dict[str, Any]:
    """Who is signed in, what they are doing, and their day so far."""
    people = live.agents(seen=sight(viewer))
    with actions.at_one_moment(now=now) as moment:
        figures = actions.figures(kpi_ids=OF_AGENTS, period=named("today", now), by="agent", viewer=viewer, now=moment)
    found, said = {(figure.kpi.id, figure.key): figure for figure in figures}, words()
    return {
        "columns": [KPIS[kpi] for kpi in OF_AGENTS],
        "rows": [
            {
                "now": one,
                "since": since(one.since, now),
                "work": [(work, since(work.since, now)) for work in one.work],
                "cells": drawn(
                    row_of(
                        (_of(found, kpi, one.agent.pk) for kpi in OF_AGENTS), f"period=today&agent={one.agent.pk}", said
                    ),
                    named=True,
                ),
            }
            for one in people
        ],
        "now": now,
        "as_of": as_of(moment, now),
    }


@dataclass(frozen=True, kw_only=True)
class SetAside:
    """How much input waits for a person, and whether some of it came within a day."""

    number: int
    news: bool


def set_aside(viewer: Agent, *, now: datetime) -> SetAside | None:
    """For those who may see it; None where there is nothing to look at."""
    if not viewer.may(Permission.SUPERVISE):
        return None
    rows = RawEvent.objects.exclude(state=RawState.PROCESSED).filter(state=RawState.QUARANTINED)
    found = rows.aggregate(number=Count("pk"), last=Max("received_at"))
    return SetAside(number=found["number"], news=found["last"] > now - timedelta(days=1)) if found["number"] else None


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

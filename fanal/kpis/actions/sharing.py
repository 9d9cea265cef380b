"""Divide agents' handling time among the segments they had in hand at once."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.db.models import Max, Min

from fanal.kpis.models import Handling
from fanal.kpis.rules import LONGEST, Span, shared_ms


def work_of(agents: Sequence[int], start: datetime, end: datetime) -> dict[int, list[Span]]:
    """Each agent's segments, wrap-up included, that may have been in hand within [start, end), by their start."""
    rows = Handling.objects.filter(agent__in=agents, started_at__gt=start - LONGEST, started_at__lt=end, practice=False)
    found: dict[int, list[Span]] = {}
    for row in rows.order_by("started_at", "id").values_list(
        "agent_id", "id", "started_at", "ended_at", "wrapped_up_at"
    ):
        agent, id, started, ended, wrapped_up = row
        assert agent is not None
        found.setdefault(agent, []).append(Span(id=id, start=started, end=wrapped_up or ended))  # type: ignore[arg-type]
    return found


def share(*, ids: Sequence[int]) -> None:
    rows = Handling.objects.filter(pk__in=ids, agent__isnull=False, started_at__isnull=False)
    bounds = rows.aggregate(first=Min("started_at"), last=Max("started_at"))
    if bounds["first"] is None:
        return
    agents = list(rows.order_by().values_list("agent_id", flat=True).distinct())
    work = work_of([a for a in agents if a], bounds["first"], bounds["last"] + LONGEST)
    wanted, shared = set(ids), dict[int, int]()
    for spans in work.values():
        starts = [span.start for span in spans]
        for span in spans:
            if span.id in wanted:
                near = spans[bisect_left(starts, span.start - LONGEST) : bisect_right(starts, span.start + LONGEST)]
                shared[span.id] = shared_ms(span, near)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE kpis_handling h SET active_ms = s.ms FROM unnest(%s::bigint[], %s::bigint[]) AS s(id, ms) "
            "WHERE h.id = s.id AND h.active_ms <> s.ms",
            [list(shared), list(shared.values())],
        )

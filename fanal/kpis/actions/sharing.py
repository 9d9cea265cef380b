"""Divide agents' handling time among the segments they had in hand at once."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import datetime

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
    wanted, changed = set(ids), []
    for spans in work.values():
        starts = [span.start for span in spans]
        for span in spans:
            if span.id in wanted:
                near = spans[bisect_left(starts, span.start - LONGEST) : bisect_right(starts, span.start + LONGEST)]
                changed.append(Handling(id=span.id, active_ms=shared_ms(span, near)))
    Handling.objects.bulk_update(changed, ["active_ms"], batch_size=1000)

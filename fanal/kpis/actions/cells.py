"""Sum facts into cells: the quarters of an hour that changed, then the days they lie in."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet, Sum

from fanal.agents.models import Presence
from fanal.kpis.actions.sharing import work_of
from fanal.kpis.counters import SOURCES, TIMES
from fanal.kpis.models import Cell, Fact, Grain, StateStretch
from fanal.kpis.periods import day_of, next_day
from fanal.kpis.rules import (
    INTERVAL,
    LONGEST,
    Stretch,
    edges_of,
    interval_of,
    intervals,
    spent_alike,
    time_spent,
    together,
)

CHUNK = 200
TIME_COLUMNS = ("source", "grain", "at", "agent_id", *TIMES)


def rebuild(*, source: str, moments: Iterable[datetime]) -> None:
    """Sum the given intervals of `source` again from its facts, and their days from the intervals."""
    wanted = sorted(set(moments))
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        statement, values = summed(source=source, moments=chunk).query.sql_with_params()
        columns = ", ".join(["at", *keys_of(source), *SOURCES[source].counters])
        Cell.objects.filter(source=source, grain=Grain.QUARTER, at__in=chunk).delete()
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO kpis_cell (source, grain, {columns}) SELECT %s, 'q', s.* FROM ({statement}) s",
                [source, *values],
            )
    rebuild_days(source=source, moments=wanted)


def keys_of(source: str) -> list[str]:
    """The columns of a cell that tell the facts of a source apart."""
    return [key if key == "channel" else f"{key}_id" for key in SOURCES[source].by]


def summed(*, source: str, moments: Sequence[datetime]) -> QuerySet[Any, dict[str, Any]]:
    """The cells that the facts of these intervals make; the counters have an underscore after their names."""
    rows: QuerySet[Fact] = SOURCES[source].model._default_manager.filter(interval_at__in=moments)
    sums: dict[str, Any] = {f"{n}_": Sum(c.amount, filter=c.where) for n, c in SOURCES[source].counters.items()}
    found: QuerySet[Any, dict[str, Any]] = rows.order_by().values("interval_at", *keys_of(source)).annotate(**sums)
    return found


# Which keys each kind of day keeps.
DAYS = {
    Grain.DAY: ("queue_id", "channel", "agent_id", "type_id", "tier_id", "escalation_id", "rule_id"),
    Grain.DAY_WITHOUT_AGENTS: ("queue_id", "channel", "type_id", "tier_id", "escalation_id", "rule_id"),
    Grain.DAY_OF_AGENT: ("agent_id",),
}


def days_of(source: str) -> list[Grain]:
    """What tells no agents apart, or nothing but agents, needs one kind of day only."""
    several = source in SOURCES and "agent" in SOURCES[source].by
    return list(DAYS) if several else [Grain.DAY]


def grain_of_days(source: str, needed: set[str]) -> Grain:
    """The kind of day with the fewest cells that can still tell the needed keys apart."""
    if Grain.DAY_OF_AGENT in days_of(source):
        if needed <= {"agent"} and needed:
            return Grain.DAY_OF_AGENT
        if "agent" not in needed:
            return Grain.DAY_WITHOUT_AGENTS
    return Grain.DAY


def rebuild_days(*, source: str, moments: Iterable[datetime]) -> None:
    """A day is the sum of its intervals, never counted on its own."""
    days = sorted({day_of(moment) for moment in moments})
    names = list(SOURCES[source].counters) if source in SOURCES else list(TIMES)
    columns, sums = ", ".join(names), ", ".join(f"sum({name})" for name in names)
    grains = days_of(source)
    Cell.objects.filter(source=source, grain__in=grains, at__in=days).delete()
    with connection.cursor() as cursor:
        for grain in grains:
            keys = ", ".join(DAYS[grain])
            cursor.execute(
                f"""
                INSERT INTO kpis_cell (source, grain, at, {keys}, {columns})
                SELECT %(source)s, %(grain)s, d.start, {", ".join(f"c.{key}" for key in DAYS[grain])}, {sums}
                FROM unnest(%(starts)s::timestamptz[], %(ends)s::timestamptz[]) AS d(start, finish)
                JOIN kpis_cell c ON c.grain = 'q' AND c.source = %(source)s AND c.at >= d.start AND c.at < d.finish
                GROUP BY d.start, {", ".join(f"c.{key}" for key in DAYS[grain])}
                """,
                {
                    "source": source,
                    "grain": grain.value,
                    "starts": days,
                    "ends": [next_day(day) for day in days],
                },
            )


def every_day_again() -> None:
    """Sum all days from the quarters that are there: they begin at other moments than before."""
    Cell.objects.filter(grain__in=list(DAYS)).delete()
    quarters = Cell.objects.filter(grain=Grain.QUARTER).order_by()
    for source in quarters.values_list("source", flat=True).distinct():
        moments = quarters.filter(source=source).values_list("at", flat=True).distinct()
        rebuild_days(source=source, moments=moments)


def rebuild_times(*, times: dict[int, set[datetime]]) -> None:
    """Sum the time of the given agents in the given intervals again, from stretches that are over."""
    if not times:
        return
    runs = [(agent, first, last) for agent, moments in times.items() for first, last in together(moments)]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM kpis_cell c USING unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS r(agent, f, l)
            WHERE c.grain = 'q' AND c.source = 'time' AND c.agent_id = r.agent AND c.at BETWEEN r.f AND r.l
            """,
            [[agent for agent, _, _ in runs], [first for _, first, _ in runs], [last for _, _, last in runs]],
        )
    moments = set().union(*times.values())
    start, end = min(moments), max(moments) + INTERVAL
    found = spent(agents=list(times), start=start, end=end, wanted=times)
    with connection.cursor() as cursor, cursor.copy(f"COPY kpis_cell ({', '.join(TIME_COLUMNS)}) FROM STDIN") as copy:
        for (agent, at), ms in found.items():
            copy.write_row(("time", Grain.QUARTER.value, at, agent, *map(ms.get, TIMES)))
    rebuild_days(source="time", moments=moments)


def spent(
    *,
    agents: Sequence[int] | None,
    start: datetime,
    end: datetime,
    wanted: dict[int, set[datetime]] | None = None,
    until: datetime | None = None,
) -> dict[tuple[int, datetime], dict[str, int]]:
    """Milliseconds per agent and interval: of the stretches that are over; with `until` of the open ones up to then."""
    rows = StateStretch.objects.filter(started_at__lt=end, practice=False, agent__isnull=False)
    rows = rows.exclude(state=Presence.OFFLINE)
    rows = rows.filter(ended_at=None) if until else rows.filter(ended_at__gt=start)
    if agents is not None:
        rows = rows.filter(agent__in=agents)
    stretches: dict[tuple[int, datetime], list[Stretch]] = {}
    for agent, started, ended, state in rows.values_list("agent_id", "started_at", "ended_at", "state"):
        assert agent is not None
        assert started is not None
        finish = min(ended or until or end, end)
        stretch = Stretch(start=started, end=finish, state=state or "")
        for at in intervals(max(started, start), finish):
            if wanted is None or at in wanted.get(agent, ()):
                stretches.setdefault((agent, at), []).append(stretch)
    if not stretches:
        return {}
    moments = [at for _, at in stretches]
    first, last = min(moments), max(moments) + INTERVAL
    work = work_of(list({agent for agent, _ in stretches}), first, last)
    starts = {agent: [span.start for span in spans] for agent, spans in work.items()}
    edges = {agent: edges_of(spans) for agent, spans in work.items()}
    found = {}
    for (agent, at), there in stretches.items():
        if through := spent_alike(there, *edges.get(agent, ([], [])), at):
            found[agent, at] = through
            continue
        near = slice(
            bisect_right(starts.get(agent, ()), at - LONGEST), bisect_left(starts.get(agent, ()), at + INTERVAL)
        )
        found[agent, at] = time_spent(there, work.get(agent, [])[near], at, at + INTERVAL)
    return found


def whole_days(start: datetime, end: datetime, day: Grain = Grain.DAY) -> Q:
    """Which cells make up [start, end): whole days where they fit, quarters for the rest."""
    first = day_of(start) if day_of(start) == start else next_day(start)
    last = day_of(end)
    if first >= last:
        return Q(grain=Grain.QUARTER, at__gte=interval_of(start), at__lt=end)
    found = Q(grain=day, at__gte=first, at__lt=last)
    if interval_of(start) < first:
        found |= Q(grain=Grain.QUARTER, at__gte=interval_of(start), at__lt=first)
    if last < end:
        found |= Q(grain=Grain.QUARTER, at__gte=last, at__lt=end)
    return found

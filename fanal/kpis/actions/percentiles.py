"""Find percentiles among the facts themselves: exact, in one pass over the facts of the period."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, DateTimeField, F, Func, IntegerField, Q, QuerySet, Value, Window
from django.db.models.expressions import Combinable
from django.db.models.functions import CumeDist

from fanal.kpis.catalogue import Kpi
from fanal.kpis.counters import MEASURES, SOURCES
from fanal.kpis.periods import Period, zone


@dataclass(frozen=True, kw_only=True)
class Percentile:
    """`number` of the `of` facts do not exceed `ms`; without facts there is none."""

    ms: int
    number: int
    of: int


def percentiles(*, kpis: Sequence[Kpi], period: Period, by: str | None, where: Q) -> dict[str, dict[Any, Percentile]]:
    """Figure to key to percentile; `where` are the filters and what may be seen. All of one source and column."""
    found: dict[str, dict[Any, Percentile]] = {kpi.id: {} for kpi in kpis}
    for column in dict.fromkeys(kpi.column for kpi in kpis):
        of_column = [kpi for kpi in kpis if kpi.column == column]
        for key, count, *places in _places(of_column, period, by, where):
            for kpi, ms, share in zip(of_column, places[::2], places[1::2], strict=True):
                found[kpi.id][key] = Percentile(ms=ms, number=round(share * count), of=count)
    return found


def _places(kpis: Sequence[Kpi], period: Period, by: str | None, where: Q) -> list[Any]:
    """Per key: how many, then for each figure the least time that enough do not exceed, and the share that do not."""
    statement, values = _ranked(kpis[0], period, by, where).query.sql_with_params()
    each = ", ".join(["min(ms) FILTER (WHERE share >= %s), min(share) FILTER (WHERE share >= %s)"] * len(kpis))
    shares = [share for kpi in kpis for share in (kpi.share, kpi.share)]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT key, max(of), {each} FROM ({statement}) ranked GROUP BY key", [*shares, *values])
        found: list[Any] = cursor.fetchall()
        return found


def _ranked(kpi: Kpi, period: Period, by: str | None, where: Q) -> QuerySet[Any, Any]:
    source = SOURCES[kpi.source]
    facts = source.model._default_manager.filter(
        where, source.counters[kpi.denominator[0]].where, interval_at__gte=period.start, interval_at__lt=period.end
    )
    facts = facts.order_by().annotate(key=_key(by), ms=MEASURES[kpi.column])
    return facts.annotate(
        of=Window(Count("*"), partition_by="key"), share=Window(CumeDist(), partition_by="key", order_by="ms")
    ).values("key", "of", "ms", "share")


def _key(by: str | None) -> Combinable:
    match by:
        case None:
            return Value(None, output_field=IntegerField())
        case "day" | "hour":
            parts = (Value(by), F("interval_at"), Value(zone().key))
            return Func(*parts, function="date_trunc", output_field=DateTimeField())
        case "interval":
            return F("interval_at")
        case "channel":
            return F("channel")
    return F(f"{by}_id")

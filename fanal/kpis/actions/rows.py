"""Open a figure: the facts that are in its numerator or denominator, each with what it adds."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, Case, F, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable

from fanal.agents.models import Agent
from fanal.kpis.actions.figures import Filters, only, percentile, sight
from fanal.kpis.actions.sharing import work_of
from fanal.kpis.catalogue import KPIS, Kpi
from fanal.kpis.counters import MEASURES, SOURCES
from fanal.kpis.models import Fact, StateStretch
from fanal.kpis.periods import Period
from fanal.kpis.rules import Stretch, time_spent


def rows(
    *, kpi_id: str, period: Period, filters: Filters | None = None, viewer: Agent, part: str = ""
) -> QuerySet[Fact]:
    """The facts behind a figure, oldest first, with what each adds: `in_numerator` and `in_denominator`.

    The sums of these two are the figure's numerator and denominator (times in milliseconds). Not for agents' time.
    With `part` "numerator" or "denominator" only the facts that add to that.
    """
    kpi = KPIS[kpi_id]
    source = SOURCES[kpi.source]
    only_these = filters or Filters()
    where = only(kpi.source, only_these) & sight(viewer).of(kpi.source)
    found: QuerySet[Any] = source.model._default_manager.filter(
        where, interval_at__gte=period.start, interval_at__lt=period.end
    )
    above = _added(kpi, kpi.numerator)
    if kpi.share is not None:
        most = percentile(kpi=kpi, period=period, filters=only_these, viewer=viewer)
        found = found.annotate(ms=MEASURES[kpi.column])
        above = Case(When(ms__lte=most.ms if most else 0, then=above), default=0, output_field=BigIntegerField())
    found = found.annotate(in_numerator=above, in_denominator=_added(kpi, kpi.denominator))
    parts = {"numerator": ~Q(in_numerator=0), "denominator": ~Q(in_denominator=0)}
    found = found.filter(parts.get(part, ~Q(in_numerator=0) | ~Q(in_denominator=0)))
    return found.order_by("interval_at", "counted_at", "id")


def _added(kpi: Kpi, names: tuple[str, ...]) -> Combinable:
    total: Combinable = Value(0, output_field=BigIntegerField())
    for name in names:
        counter = SOURCES[kpi.source].counters[name.removeprefix("-")]
        here = Case(When(counter.where, then=counter.amount), default=Value(0), output_field=BigIntegerField())
        total = total - here if name.startswith("-") else total + here
    return total


@dataclass(frozen=True, kw_only=True)
class TimeRow:
    """One stretch of presence within the period, and what it adds, in milliseconds."""

    stretch: StateStretch
    counted_at: datetime
    in_numerator: int
    in_denominator: int


def time_rows(
    *, kpi_id: str, period: Period, filters: Filters | None = None, viewer: Agent, now: datetime
) -> Iterator[TimeRow]:
    """The stretches of presence behind a figure of agents' time, the present ones up to now."""
    kpi = KPIS[kpi_id]
    end = min(period.end, now)
    found = StateStretch.objects.filter(only("time", filters or Filters()) & sight(viewer).of("time"), practice=False)
    found = found.filter(Q(ended_at=None) | Q(ended_at__gt=period.start), started_at__lt=end, agent__isnull=False)
    found = found.exclude(state="offline").select_related("agent").order_by(F("started_at"), "id")
    stretches = list(found)
    work = work_of(list({s.agent_id for s in stretches if s.agent_id}), period.start, end) if stretches else {}
    for stretch in stretches:
        assert stretch.started_at is not None
        span = Stretch(start=stretch.started_at, end=stretch.ended_at or now, state=stretch.state or "")
        ms = time_spent([span], work.get(stretch.agent_id or 0, []), period.start, end)
        numerator = sum(ms.get(name, 0) for name in kpi.numerator)
        denominator = sum(ms.get(name, 0) for name in kpi.denominator)
        if numerator or denominator:
            yield TimeRow(
                stretch=stretch,
                counted_at=max(stretch.started_at, period.start),
                in_numerator=numerator,
                in_denominator=denominator,
            )

"""Answer with figures: the one function behind every tile, table, chart, file and API answer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, Sum

from fanal.agents.models import Agent, AgentSkill, Permission, Tier
from fanal.cases.models import CaseType
from fanal.channels.models import ChannelKind
from fanal.deciding.models import AdviceRule
from fanal.escalation.models import EscalationRule
from fanal.kpis.actions.cells import grain_of_days, spent, whole_days
from fanal.kpis.actions.percentiles import Percentile, percentiles
from fanal.kpis.catalogue import KPIS, Kpi, Unit
from fanal.kpis.counters import told_apart_by
from fanal.kpis.models import Cell, Grain, Handling
from fanal.kpis.periods import Period, day_of, hour_of
from fanal.routing.models import Queue, QueueSkill

NAMED: dict[str, Any] = {
    "queue": Queue,
    "agent": Agent,
    "type": CaseType,
    "tier": Tier,
    "escalation": EscalationRule,
    "rule": AdviceRule,
}
"""The facets whose keys are rows with a name."""
FACETS = (*NAMED, "channel")
DIMENSIONS = (*FACETS, "interval", "hour", "day")
THOUSAND = 1000


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Only these; empty means all that the viewer may see."""

    queues: tuple[int, ...] = ()
    agents: tuple[int, ...] = ()
    types: tuple[int, ...] = ()
    tiers: tuple[int, ...] = ()
    escalations: tuple[int, ...] = ()
    rules: tuple[int, ...] = ()
    channels: tuple[str, ...] = ()

    @property
    def chosen(self) -> dict[str, tuple[Any, ...]]:
        """What narrows the figures, by facet."""
        given: dict[str, tuple[Any, ...]] = {
            "queue": self.queues,
            "agent": self.agents,
            "type": self.types,
            "tier": self.tiers,
            "escalation": self.escalations,
            "rule": self.rules,
            "channel": self.channels,
        }
        return {facet: values for facet, values in given.items() if values}


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One number: counts are whole, times are seconds, scores 1 to 4.4, shares numerator by denominator (0 to 1)."""

    kpi: Kpi
    key: Any = None
    numerator: float
    denominator: float | None
    percentile: float | None = None

    @property
    def value(self) -> float | None:
        """None when there is nothing to divide by."""
        if self.kpi.share is not None:
            return self.percentile
        if self.denominator is None:
            return self.numerator
        return self.numerator / self.denominator if self.denominator else None


def nothing(kpi: Kpi, key: Any) -> Figure:
    """The figure of what has no facts."""
    return Figure(kpi=kpi, key=key, numerator=0, denominator=0 if kpi.denominator else None)


@dataclass(frozen=True, kw_only=True)
class Sight:
    """What of the figures somebody may see. None: everything."""

    queues: frozenset[int] | None = None
    agents: frozenset[int] | None = None

    def of(self, source: str) -> Q:
        if self.queues is None:
            return Q()
        if source == "time":
            return Q(agent__in=self.agents or ())
        return Q(queue__in=self.queues)


def sight(viewer: Agent) -> Sight:
    """All for supervisors; own queues and who works for them for managers. Raises PermissionDenied for others."""
    if not viewer.is_active:
        raise PermissionDenied
    if viewer.may(Permission.SUPERVISE):
        return Sight()
    if not viewer.may(Permission.SUPERVISE_OWN_QUEUES):
        raise PermissionDenied
    queues = frozenset(Queue.objects.supervised_by(viewer).values_list("pk", flat=True))
    return Sight(queues=queues, agents=frozenset(working_for(queues)))


def working_for(queues: Iterable[int]) -> set[int]:
    """The agents who have a skill that one of the queues asks for, or have handled something from it."""
    queues = list(queues)
    skills = QueueSkill.objects.filter(queue__in=queues).values("skill")
    skilled = Exists(AgentSkill.objects.filter(agent=OuterRef("pk"), skill__in=skills))
    handled = Exists(Handling.objects.filter(agent=OuterRef("pk"), queue__in=queues))
    return set(Agent.objects.filter(skilled | handled).values_list("pk", flat=True))


def figures(
    *,
    kpi_ids: Sequence[str],
    period: Period,
    by: str | None = None,
    filters: Filters | None = None,
    viewer: Agent,
    now: datetime,
) -> list[Figure]:
    """The figures over `period`, together or by one dimension, in the order of `kpi_ids` and then of the keys.

    Raises KeyError for an unknown figure, ValueError when a figure cannot be told apart `by` that, and
    PermissionDenied when the viewer may see none. Percentages are divided here and only here.
    """
    kpis = _known(kpi_ids, by)
    seen, only_these = sight(viewer), filters or Filters()
    sums = _sums(kpis, period, by, only_these, seen, now)
    ranks = _ranks(kpis, period, by, only_these, seen)
    return _answer(kpis, _keys(sums, ranks) if by else [None], sums, ranks)


def table(
    *, kpi_ids: Sequence[str], period: Period, by: str, filters: Filters | None = None, seen: Sight, now: datetime
) -> tuple[list[Figure], list[Figure]]:
    """The figures by one dimension, as `figures` gives them, and together: the cells are read once and added up.

    `seen` is the viewer's sight. Raises KeyError and ValueError as `figures` does.
    """
    kpis, only_these = _known(kpi_ids, by), filters or Filters()
    sums = _sums(kpis, period, by, only_these, seen, now)
    ranks = _ranks(kpis, period, by, only_these, seen)
    parts = _answer(kpis, _keys(sums, ranks), sums, ranks)
    together = {source: {None: _together(totals.values())} for source, totals in sums.items()}
    return parts, _answer(kpis, [None], together, _ranks(kpis, period, None, only_these, seen))


Sums = dict[str, dict[Any, dict[str, int]]]
Ranks = dict[str, dict[Any, Percentile]]


def _known(kpi_ids: Sequence[str], by: str | None) -> list[Kpi]:
    kpis = [KPIS[kpi_id] for kpi_id in kpi_ids]
    if by is not None and (by not in DIMENSIONS or any(by not in kpi.by for kpi in kpis)):
        raise ValueError(by)
    return kpis


def _keys(sums: Sums, ranks: Ranks) -> list[Any]:
    known = {key for totals in sums.values() for key in totals} | {key for rank in ranks.values() for key in rank}
    return sorted(known, key=_order)


def _answer(kpis: Sequence[Kpi], keys: Sequence[Any], sums: Sums, ranks: Ranks) -> list[Figure]:
    return [
        _figure(kpi, key, sums[kpi.source].get(key, {})) if kpi.share is None else _percentile(kpi, key, ranks[kpi.id])
        for kpi in kpis
        for key in keys
    ]


def _together(parts: Iterable[dict[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for part in parts:
        _add(total, part)
    return total


def percentile(*, kpi: Kpi, period: Period, filters: Filters, viewer: Agent) -> Percentile | None:
    """One percentile over everything asked for, in milliseconds; None without a fact."""
    return _ranks([kpi], period, None, filters, sight(viewer))[kpi.id].get(None)


def _ranks(kpis: Sequence[Kpi], period: Period, by: str | None, filters: Filters, seen: Sight) -> Ranks:
    """The percentiles among the figures, from the facts: one query per source."""
    ranked = [kpi for kpi in kpis if kpi.share is not None]
    found: Ranks = {}
    for source in dict.fromkeys(kpi.source for kpi in ranked):
        where = only(source, filters) & seen.of(source)
        found |= percentiles(kpis=[kpi for kpi in ranked if kpi.source == source], period=period, by=by, where=where)
    return found


def _percentile(kpi: Kpi, key: Any, ranks: dict[Any, Percentile]) -> Figure:
    rank = ranks.get(key)
    if rank is None:
        return nothing(kpi, key)
    return Figure(kpi=kpi, key=key, numerator=rank.number, denominator=rank.of, percentile=rank.ms / THOUSAND)


def _order(key: Any) -> tuple[bool, Any]:
    return (key is None, key if key is not None else 0)


def _figure(kpi: Kpi, key: Any, totals: dict[str, int]) -> Figure:
    above, below = kpi.summed
    denominator = _weighed(kpi.denominator, totals, below) if kpi.denominator else None
    return Figure(kpi=kpi, key=key, numerator=_weighed(kpi.numerator, totals, above), denominator=denominator)


def _weighed(names: Sequence[str], totals: dict[str, int], unit: Unit) -> float:
    """The sum of counters, whole where they are kept in thousandths: of seconds, and of scores."""
    whole = 0
    for name in names:
        whole += -totals.get(name[1:], 0) if name[0] == "-" else totals.get(name, 0)
    return whole if unit == Unit.COUNT else whole / THOUSAND


def _sums(kpis: Sequence[Kpi], period: Period, by: str | None, filters: Filters, seen: Sight, now: datetime) -> Sums:
    """Source to key to counter of all that are no percentiles: one query, over days where whole days fit."""
    kpis = [kpi for kpi in kpis if kpi.share is None]
    key = {"interval": "at", "hour": "at", "day": "at", "channel": "channel"}.get(by or "", f"{by}_id" if by else None)
    needed = filters.chosen.keys() | ({by} if by in FACETS else set())
    needed |= set() if seen.queues is None else {"queue"}
    counters = {source: _counters(kpis, source) for source in dict.fromkeys(kpi.source for kpi in kpis)}
    if not counters:
        return {}
    where = Q(pk__in=())
    for source in counters:
        when = whole_days(period.start, period.end, grain_of_days(source, needed))
        if by in ("interval", "hour"):
            when = Q(grain=Grain.QUARTER, at__gte=period.start, at__lt=period.end)
        where |= Q(source=source) & when & only(source, filters) & seen.of(source)
    names = sorted({name for group in counters.values() for name in group})
    keys = ["source", key] if key else ["source"]
    cells = Cell.objects.filter(where).order_by().values(*keys).annotate(**{f"{n}_": Sum(n) for n in names})
    found: Sums = {source: {} for source in counters}
    places = {source: [(name, len(keys) + names.index(name)) for name in group] for source, group in counters.items()}
    for row in cells.values_list(*keys, *(f"{n}_" for n in names)):
        source, at = row[0], _key(row[1], by) if key else None
        _add(found[source].setdefault(at, {}), {name: row[place] or 0 for name, place in places[source]})
    if "time" in counters:
        _add_open_stretches(found["time"], period, by, filters, seen, now)
    return found


def _counters(kpis: Sequence[Kpi], source: str) -> list[str]:
    return sorted({name for kpi in kpis if kpi.source == source for name in kpi.counters})


def only(source: str, filters: Filters) -> Q:
    """The filters as far as the source knows them; one it does not know leaves nothing, rather than everything."""
    known, where = told_apart_by(source), Q()
    for name, values in filters.chosen.items():
        where &= Q(**{f"{name}__in": values}) if name in known else Q(pk__in=())
    return where


def _key(value: Any, by: str | None) -> Any:
    match by:
        case "day":
            return day_of(value)
        case "hour":
            return hour_of(value)
    return value


def _add(totals: dict[str, int], more: dict[str, int]) -> None:
    for name, number in more.items():
        totals[name] = totals.get(name, 0) + number


def _add_open_stretches(
    totals: dict[Any, dict[str, int]], period: Period, by: str | None, filters: Filters, seen: Sight, now: datetime
) -> None:
    """What is stored ends with the last finished stretch; the present ones count up to now, by the same rule."""
    if filters.chosen.keys() - {"agent"} or period.start >= now:
        return
    for (agent, at), ms in spent(agents=None, start=period.start, end=min(now, period.end), until=now).items():
        hidden = seen.agents is not None and agent not in seen.agents
        if hidden or (filters.agents and agent not in filters.agents):
            continue
        key = agent if by == "agent" else _key(at, by) if by in ("interval", "hour", "day") else None
        _add(totals.setdefault(key, {}), ms)


def labels(by: str, keys: Iterable[Any]) -> dict[Any, str]:
    """What people call the keys of a dimension."""
    wanted = [key for key in keys if key is not None]
    if by == "channel":
        return {key: str(ChannelKind(key).label) if key in ChannelKind.values else key for key in wanted}
    if by in NAMED:
        return dict(NAMED[by].objects.filter(pk__in=wanted).values_list("pk", "name"))
    return {}

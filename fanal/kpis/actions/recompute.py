"""Compute a day again from its events and compare: what is stored must be what happened."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Sum

from fanal.events.actions import publish
from fanal.events.models import Event
from fanal.kpis.actions.cells import days_of, keys_of, rebuild, summed
from fanal.kpis.actions.fold import absorb
from fanal.kpis.counters import FACTS, SOURCES
from fanal.kpis.models import Cell, Fact, Grain
from fanal.kpis.periods import day_of, next_day
from fanal.kpis.rules import Happening, intervals, merge, merged, statements


@dataclass(frozen=True, kw_only=True)
class Drift:
    """Something stored that is not what the events say."""

    what: str
    id: int | str
    stored: str
    computed: str


@transaction.atomic
def recompute(*, day: datetime, mend: bool = False, now: datetime) -> list[Drift]:
    """Compare what is stored of a day with its events; with `mend` put it right. Publishes `kpis.drifted`."""
    start, end = day_of(day), next_day(day_of(day))
    events = [
        Happening(id=e.pk, kind=e.kind, at=e.at, by=e.by, data=e.data)
        for e in Event.objects.filter(at__gte=start, at__lt=end).iterator(chunk_size=5000)
    ]
    found = [*_facts_that_differ(events), *_cells_that_differ(start, end), *_days_that_differ(start)]
    if found and mend:
        absorb(happenings=events)
        for source in SOURCES:
            rebuild(source=source, moments=intervals(start, end))
    if found:
        publish(
            kind="kpis.drifted",
            data={"day": start.date().isoformat(), "differences": len(found), "mended": mend},
            audience=["supervision", "admins"],
            now=now,
        )
    return found


def _facts_that_differ(events: list[Happening]) -> Iterator[Drift]:
    """A stored fact has taken in an event when merging it once more changes nothing."""
    for fact, said in merged(s for event in events for s in statements(event)).items():
        stored: dict[int, Fact] = FACTS[fact]._default_manager.in_bulk(list(said))
        for id, columns in said.items():
            row = stored.get(id)
            for name, value in columns.items():
                column = f"{name}_id" if hasattr(FACTS[fact], f"{name}_id") else name
                known = getattr(row, column, None)
                if row is None or merge(name, known, value) != known:
                    yield Drift(what=fact, id=id, stored=f"{name}={known}", computed=f"{name}={value}")


def _cells_that_differ(start: datetime, end: datetime) -> Iterator[Drift]:
    for source, of in SOURCES.items():
        keys, names = keys_of(source), list(of.counters)
        computed = {
            (row["interval_at"], *(row[key] for key in keys)): [row[f"{name}_"] or 0 for name in names]
            for row in summed(source=source, moments=intervals(start, end))
        }
        cells = Cell.objects.filter(source=source, grain=Grain.QUARTER, at__gte=start, at__lt=end)
        stored = {
            (row["at"], *(row[key] for key in keys)): [row[name] or 0 for name in names]
            for row in cells.values("at", *keys, *names)
        }
        for place in computed.keys() | stored.keys():
            before, after = stored.get(place), computed.get(place)
            if before != after:
                yield Drift(what=source, id=str(place), stored=str(before), computed=str(after))


def _days_that_differ(start: datetime) -> Iterator[Drift]:
    for source, of in SOURCES.items():
        sums = {f"{name}_": Sum(name) for name in of.counters}
        cells = Cell.objects.filter(source=source)
        quarters = cells.filter(grain=Grain.QUARTER, at__gte=start, at__lt=next_day(start)).aggregate(**sums)
        for grain in days_of(source):
            day = cells.filter(grain=grain, at=start).aggregate(**sums)
            if day != quarters:
                yield Drift(what=source, id=start.date().isoformat(), stored=str(day), computed=str(quarters))

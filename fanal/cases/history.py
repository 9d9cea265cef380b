"""Everything that happened to a case itself, in order: from its row's history, its events and its notes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

from django.apps import apps
from django.db.models import BigIntegerField, Func, JSONField, QuerySet, Value

from fanal.agents.kept import kept
from fanal.agents.models import Agent
from fanal.cases.models import Case, CaseNote
from fanal.events.models import Event

TRACKED = ("type", "category", "subject", "state", "priority", "customer", "holding", "order", "owner", "team", "tier")
MOST = 2000


class Told(NamedTuple):
    """An event about the case."""

    kind: str
    at: datetime
    by: int | None
    data: Mapping[str, Any]


class Version(NamedTuple):
    """The case as it was from one change to the next; first what is TRACKED, in its order."""

    type_id: int
    category_id: int | None
    subject: str
    state: str
    priority: int
    customer_id: int | None
    holding_id: int | None
    order_id: int | None
    owner_id: int | None
    team_id: int | None
    tier_id: int | None
    origin: str
    withdrawn_at: datetime | None
    opened_at: datetime
    updated_at: datetime
    settled_at: datetime | None
    reopened_count: int


@dataclass(frozen=True, kw_only=True)
class Change:
    """One field, from and to: rows by id, the rest as it is. The desk puts names to the ids."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the history; KINDS below are all there are."""

    at: datetime
    kind: str
    by: int | None = None
    text: str = ""
    note: int | None = None
    changes: tuple[Change, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)


def history_of(case: Case) -> list[Line]:
    """The lines, oldest first. Who did it comes from the events, what from and to from the row's history."""
    events = [Told(*row) for row in _events(case=case.pk)]
    by_time: dict[datetime, int | None] = {}
    for event in events:
        if event.kind.startswith("case."):
            by_time.setdefault(event.at, event.by)
    versions = [Version(*row) for row in _versions(case=case.pk)]
    lines = [*_from_versions(case, versions, by_time), *_from_events(events), *_from_notes(case)]
    return sorted(lines, key=lambda line: (line.at, ORDER[line.kind]))


KINDS = (
    *("opened", "action", "note", "queued", "left_queue", "changed"),
    *("split", "reopened", "settled", "not_this", "withdrawn"),
)
ORDER = {kind: place for place, kind in enumerate(KINDS)}


def _from_versions(case: Case, versions: list[Version], by_time: Mapping[datetime, int | None]) -> Iterable[Line]:
    first = versions[0] if versions else Version(*(getattr(case, name) for name in Version._fields))
    yield Line(at=first.opened_at, kind="opened", by=by_time.get(first.opened_at), data={"origin": first.origin})
    if first.settled_at is not None:
        yield Line(at=first.settled_at, kind="settled", by=by_time.get(first.settled_at), data={"at_once": True})
    for before, after in pairwise(versions):
        by = by_time.get(after.updated_at)
        changes = tuple(_changes(before, after))
        if after.withdrawn_at and not before.withdrawn_at:
            yield Line(at=after.withdrawn_at, kind="withdrawn", by=by)
        elif after.state == "settled" != before.state:
            yield Line(at=after.updated_at, kind="settled", by=by)
        elif before.state == "settled" != after.state:
            yield Line(at=after.updated_at, kind="reopened", by=by, data={"count": after.reopened_count})
        elif changes:
            yield Line(at=after.updated_at, kind="changed", by=by, changes=changes)


def _changes(before: Version, after: Version) -> Iterable[Change]:
    for name, old, new in zip(TRACKED, before, after, strict=False):
        if old != new:
            yield Change(field=name, before=old, after=new)


def _from_events(events: Iterable[Told]) -> Iterable[Line]:
    for event in events:
        match event.kind:
            case "action.performed":
                yield Line(at=event.at, kind="action", by=event.by, data=event.data)
            case "action.withdrawn":
                yield Line(at=event.at, kind="not_this", by=event.by, data=event.data)
            case "case.changed" if "split_into" in event.data:
                yield Line(at=event.at, kind="split", by=event.by, data=event.data)
            case "queue.entered":
                yield Line(at=event.at, kind="queued", by=event.by, data=event.data)
            case "queue.left":
                yield Line(at=event.at, kind="left_queue", by=event.by, data=event.data)


def _from_notes(case: Case) -> Iterable[Line]:
    for at, by, text, pk in _notes(case=case.pk):
        yield Line(at=at, kind="note", by=by, text=text, note=pk)


def people(lines: Iterable[Line], *, known: Iterable[Agent | None] = ()) -> dict[int, str]:
    """The names of the agents of some lines by id; those of `known` need not be looked up."""
    names = {agent.pk: agent.name for agent in known if agent}
    others = {line.by for line in lines if line.by} - set(names)
    return names | dict(_people(pks=sorted(others))) if others else names


@kept
def _events(case: int) -> QuerySet[Event, tuple[Any, ...]]:
    number = Func(Value(case, output_field=BigIntegerField()), function="to_jsonb", output_field=JSONField())
    rows = Event.objects.filter(data__has_key="case", data__case=number).order_by("id")
    return rows.values_list(*Told._fields)[:MOST]


@kept
def _versions(case: int) -> QuerySet[Any, tuple[Any, ...]]:
    rows: QuerySet[Any] = apps.get_model("cases", "CaseEvent")._default_manager.filter(pgh_obj=case).order_by("pgh_id")
    return rows.values_list(*Version._fields)[:MOST]


@kept
def _notes(case: int) -> QuerySet[CaseNote, tuple[Any, ...]]:
    rows = CaseNote.objects.filter(case=case).order_by("at", "pk")
    return rows.values_list("at", "by_id", "text", "pk")[:MOST]


@kept
def _people(pks: list[int]) -> QuerySet[Agent, tuple[int, str]]:
    return Agent.objects.filter(pk__in=pks).order_by().values_list("pk", "name")

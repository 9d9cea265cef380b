"""Everything that happened to a case itself, in order: from its row's history, its events and its notes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

from django.apps import apps
from django.db.models import BigIntegerField, Func, JSONField, QuerySet, Value

from fanal.agents.kept import kept
from fanal.agents.models import Agent
from fanal.cases.models import Case, CaseNote, Part
from fanal.events.models import Event

TRACKED = ("type", "category", "subject", "state", "priority", "customer", "holding", "order", "owner", "team", "tier")
VALUE = "value:"
"""Before the code of a field of the case type, where a change is of its value."""
MOST = 2000
TOLD_OTHERWISE = ("handed_over", "handed_back")
"""Why a case comes to a queue, or leaves one, where a line of its own says it."""


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
    values: Mapping[str, Any]
    merged_into_id: int | None


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
    part: int | None = None
    """The case that was merged into this one, where the line is of that one."""


def history_of(case: Case, *, parts: Sequence[int] = ()) -> list[Line]:
    """The lines, oldest first. Who did it comes from the events, what from and to from the row's history.

    `parts`: cases that were merged into it, whose notes and actions are read here too.
    """
    lines = _own(case)
    for pk in parts:
        lines += [replace(line, part=pk) for line in _of_part(pk)]
    return sorted(lines, key=lambda line: (line.at, ORDER[line.kind]))


def _of_part(pk: int) -> Iterable[Line]:
    events = [Told(*row) for row in _events(case=pk)]
    opened = (Line(at=one.at, kind="opened", by=one.by, data=one.data) for one in events if one.kind == "case.opened")
    return [*opened, *(line for line in _from_events(events) if line.kind in ("action", "not_this")), *_from_notes(pk)]


def _own(case: Case) -> list[Line]:
    events = [Told(*row) for row in _events(case=case.pk)]
    by_time: dict[datetime, int | None] = {}
    for event in events:
        if event.kind.startswith("case."):
            by_time.setdefault(event.at, event.by)
    versions = [Version(*row) for row in _versions(case=case.pk)]
    handed = {event.at for event in events if event.kind in ("case.handed_over", "case.handed_back")}
    changes = (line for line in _from_versions(case, versions, by_time) if not _told(line, handed))
    told = (_differing(line, case, versions) for line in _from_events(events))
    return [*changes, *told, *_from_notes(case.pk)]


KINDS = (
    *("opened", "action", "answered", "note", "queued", "left_queue", "changed"),
    *("handed_over", "handed_back", "escalated", "asked", "question_answered", "question_withdrawn"),
    *("helper_joined", "helper_left", "visit"),
    *("joined", "left", "gained", "lost", "at_risk", "missed", "answered_all", "answer_taken_back", "no_answer"),
    *("follows", "followed_by"),
    *("merged", "unmerged", "absorbed", "released", "split_taken_back"),
    *("step_added", "step_done", "step_undone"),
    *("waits", "waits_no_longer", "reminder_set", "reminder_rang", "reminder_ended"),
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
        elif after.merged_into_id != before.merged_into_id:
            continue  # the event says it
        elif after.state == "settled" != before.state:
            yield Line(at=after.updated_at, kind="settled", by=by)
        elif before.state == "settled" != after.state:
            yield Line(at=after.updated_at, kind="reopened", by=by, data={"count": after.reopened_count})
        elif changes:
            yield Line(at=after.updated_at, kind="changed", by=by, changes=changes)


def _differing(line: Line, case: Case, versions: Sequence[Version]) -> Line:
    """Where another case became part of it and knew something else: what that one said, and what stays."""
    codes = line.data.get("differ")
    if not codes:
        return line
    own = next((one.values for one in versions if one.updated_at == line.at), case.values)
    theirs = (Version(*row) for row in _versions(case=int(line.data["merged"])))
    other = next((one.values for one in theirs if one.updated_at == line.at), {})
    changes = (Change(field=f"{VALUE}{code}", before=other.get(code), after=own.get(code)) for code in codes)
    return replace(line, changes=tuple(changes))


def _told(line: Line, handed: set[datetime]) -> bool:
    """The other line of a hand-over stands in its own entry."""
    return line.kind == "changed" and line.at in handed and all(change.field == "tier" for change in line.changes)


def _changes(before: Version, after: Version) -> Iterable[Change]:
    for name, old, new in zip(TRACKED, before, after, strict=False):
        if old != new:
            yield Change(field=name, before=old, after=new)
    for code in sorted({*before.values, *after.values}):
        if before.values.get(code) != after.values.get(code):
            yield Change(field=f"{VALUE}{code}", before=before.values.get(code), after=after.values.get(code))


def _from_events(events: Iterable[Told]) -> Iterable[Line]:
    for event in events:
        if kind := _kind(event):
            yield Line(at=event.at, kind=kind, by=event.by, data=event.data)


def _kind(event: Told) -> str:
    """What line the event makes; none when another line, or the row's own history, says it."""
    match event.kind:
        case "case.changed":
            return next((kind for named, kind in OF_CHANGES.items() if named in event.data), "")
        case "case.helper_joined" | "case.helper_left" if event.data.get("part") != Part.HELPS:
            return ""
        case "queue.entered" | "queue.left" if _otherwise(event.data):
            return ""
    return OF_EVENTS.get(event.kind, "")


OF_CHANGES = {
    "split_into": "split",
    "joined_by": "gained",
    "left_by": "lost",
    "split_taken_back": "split_taken_back",
    "merged": "absorbed",
    "unmerged": "released",
}
"""What is named in a change that is told of another case."""
OF_EVENTS = {
    "action.performed": "action",
    "action.answered": "answered",
    "action.withdrawn": "not_this",
    "answer.shared": "answered_all",
    "answer.taken_back": "answer_taken_back",
    "clock.at_risk": "at_risk",
    "clock.missed": "missed",
    "queue.entered": "queued",
    "queue.left": "left_queue",
} | {
    f"case.{kind}": kind
    for kind in (
        *("handed_over", "handed_back", "escalated", "asked", "question_answered", "question_withdrawn"),
        *("helper_joined", "helper_left", "visit", "joined", "left", "merged", "unmerged"),
        *("waits", "waits_no_longer", "reminder_set", "reminder_rang", "reminder_ended"),
        *("step_added", "step_done", "step_undone", "follows", "followed_by", "no_answer"),
    )
}
"""The line that each kind of event makes."""


def _otherwise(data: Mapping[str, Any]) -> bool:
    """Whether a line of its own says it: of a hand-over, or of a question that waits."""
    return data.get("reason") in TOLD_OTHERWISE or "consultation" in data


def _from_notes(case: int) -> Iterable[Line]:
    for at, by, text, pk in _notes(case=case):
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

"""What stands against a change of many cases, for each of them, before anything is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

MOST = 5_000
"""So many cases at once; more is narrowed down first."""
UNDO_FOR = timedelta(days=30)
UNDOES = frozenset({"owner", "tier", "priority", "category", "type", "problem"})
"""What can be taken back as a whole; out of a queue or reopened is a decision for each case."""


@dataclass(frozen=True, kw_only=True)
class Item:
    """A case as far as it matters here; `now_is`: what stands there of what shall be changed."""

    id: int
    practice: bool
    settled: bool
    withdrawn: bool = False
    merged: bool = False
    waiting: bool = False
    now_is: int | None = None
    has_children: bool = False
    missing: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What shall be: `to` an id, None for nobody or none; `practice`: of the person, queue or problem it names."""

    kind: str
    to: int | None = None
    practice: bool | None = None


def refusal(item: Item, wanted: Wanted) -> str:
    """The code of what stands against it; empty when nothing does."""
    if item.withdrawn:
        return "withdrawn"
    if item.merged:
        return "merged"
    match wanted.kind:
        case "settle":
            if item.settled:
                return "settled_already"
            return "missing_to_settle" if item.missing else ""
        case "queue":
            if item.settled:
                return "settled"
            if item.waiting:
                return "waits_already"
        case "problem":
            if item.id == wanted.to:
                return "below_itself"
            if item.has_children:
                return "is_a_problem"
            if item.now_is is not None and item.now_is != wanted.to:
                return "has_a_problem"
    if wanted.kind != "queue" and item.now_is == wanted.to:
        return "stands_already"
    if wanted.practice is not None and wanted.practice != item.practice:
        return {"owner": "owner_practises", "problem": "problem_practises"}.get(wanted.kind, "queue_practises")
    return ""


def may_undo(kind: str, *, state: str, ended_at: datetime | None, now: datetime) -> bool:
    """Whether the whole change can still be taken back."""
    return kind in UNDOES and state == "done" and ended_at is not None and now - ended_at <= UNDO_FOR

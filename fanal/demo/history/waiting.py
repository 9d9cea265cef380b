"""How a contact of the history finds its agent: offers, refusals, overflow, and those who do not wait."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from fanal.demo.history.shifts import Worker

STEP = timedelta(seconds=5)
LONGEST = timedelta(minutes=25)


@dataclass(frozen=True, kw_only=True)
class Line:
    """A queue as the history needs it."""

    id: int
    code: str
    skills: Mapping[str, int]
    ring: int
    wrap_up: int
    priority: int
    widen_after: int
    overflow: "Line | None" = None
    overflow_after: int = 0


@dataclass(frozen=True, kw_only=True)
class Ring:
    worker: Worker
    at: datetime
    until: datetime
    how: str
    decision: dict[str, Any]


@dataclass(kw_only=True)
class Stay:
    """One stay in one queue and how it ended."""

    line: Line
    entered_at: datetime
    waiting_since: datetime
    rings: list[Ring] = field(default_factory=list)
    left_at: datetime
    how: str


def wait(
    *, line: Line, language: str, workers: Sequence[Worker], at: datetime, patience: timedelta, rng: Random
) -> list[Stay]:
    """The stays until somebody answered or the customer left; the last one says which."""
    stays = [Stay(line=line, entered_at=at, waiting_since=at, left_at=at, how="")]
    gives_up, now, refused = at + min(patience, LONGEST), at, set[int]()
    while True:
        stay = stays[-1]
        line = stay.line
        if line.overflow and now >= at + timedelta(seconds=line.overflow_after) and len(stays) == 1:
            stay.left_at, stay.how = now, "overflowed"
            stays.append(Stay(line=line.overflow, entered_at=now, waiting_since=at, left_at=now, how=""))
            continue
        if now >= gives_up:
            stay.left_at, stay.how = gives_up, "abandoned"
            return stays
        fitting, excluded = _fitting(line, language, workers, now, at, refused)
        if not fitting:
            now += STEP
            continue
        worker = fitting[0]
        ring = _ring(worker, line, now, fitting, excluded, rng)
        if ring.until >= gives_up:
            stay.rings.append(Ring(worker=worker, at=now, until=gives_up, how="withdrawn", decision=ring.decision))
            stay.left_at, stay.how = gives_up, "abandoned"
            return stays
        stay.rings.append(ring)
        if ring.how == "accepted":
            stay.left_at, stay.how = ring.until, "answered"
            return stays
        refused.add(worker.id)
        if ring.how == "expired":
            worker.miss(ring.until, ring.until + timedelta(seconds=rng.uniform(60, 400)))
        now = ring.until + timedelta(milliseconds=40)


def _fitting(
    line: Line, language: str, workers: Sequence[Worker], now: datetime, since: datetime, refused: set[int]
) -> tuple[list[Worker], dict[str, int]]:
    """Who can take it now, the least busy and longest available first, and how many cannot, by reason."""
    wider = int((now - since).total_seconds() // line.widen_after) if line.widen_after else 0
    needs = {**{code: max(level - wider, 1) for code, level in line.skills.items()}, f"lang-{language}": 2}
    fitting, excluded = [], {"lacks_skill": 0, "not_available": 0, "no_capacity": 0, "declined": 0}
    for worker in workers:
        if not worker.available(now):
            excluded["not_available"] += 1
        elif any(worker.skills.get(code, 0) < level for code, level in needs.items()):
            excluded["lacks_skill"] += 1
        elif not worker.free(now):
            excluded["no_capacity"] += 1
        elif worker.id in refused:
            excluded["declined"] += 1
        else:
            fitting.append(worker)
    fitting.sort(key=lambda worker: (worker.busy(now), worker.idle_since or since, worker.id))
    return fitting, {reason: number for reason, number in excluded.items() if number}


def _ring(
    worker: Worker, line: Line, now: datetime, fitting: Sequence[Worker], excluded: dict[str, int], rng: Random
) -> Ring:
    busy = worker.busy(now)
    took = timedelta(seconds=min(rng.lognormvariate(1.75 + 0.3 * busy, 0.5), line.ring - 0.5))
    how = rng.choices(("accepted", "declined", "expired"), (94, 2, 4))[0]
    until = now + (timedelta(seconds=line.ring) if how == "expired" else took)
    decision = {
        "why": "only_one"
        if len(fitting) == 1
        else "least_busy"
        if busy < fitting[1].busy(now)
        else "longest_available",
        "eligible": len(fitting),
        "excluded": excluded,
        "best": [
            {
                "agent": one.id,
                "open": one.busy(now),
                "idle_since": one.idle_since.isoformat() if one.idle_since else None,
            }
            for one in fitting[:5]
        ],
    }
    return Ring(worker=worker, at=now, until=until, how=how, decision=decision)

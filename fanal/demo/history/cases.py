"""Cases of the history: opened by what was done, worked on later, settled, reopened, taken back."""
# ruff: noqa: E501

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from fanal.demo.company.matters import CASE_RULES
from fanal.demo.history.chronicle import Chronicle
from fanal.demo.history.knowledge import Knowledge
from fanal.demo.history.matters import SETTLED_AT_ONCE, Matter
from fanal.demo.history.office import OFFICE
from fanal.demo.history.shifts import Worker

# Office hours within which a case is settled: well within what is promised (company/matters.py: TARGETS), and a fault
# before half of that is over, when a rule hands it to the second line.
HOURS = {"fault": 16.0, "complaint": 30.0}
LONGEST_HOURS = 40.0
NOTES = (
    "Asked the workshop for the date, waiting for their answer.",
    "Carrier confirms: the parcel is in the depot, second delivery tomorrow.",
    "Rang the customer, nobody answered. Trying again in the afternoon.",
    "Photo received, the seal is torn. Part ordered.",
    "Credit of 15 agreed with the team leader.",
)


@dataclass(kw_only=True)
class About:
    """One matter of a contact and what it is about; `case` when it is an old one."""

    matter: Matter
    order: int | None = None
    holding: int | None = None
    label: str = ""
    case: int | None = None


@dataclass(kw_only=True)
class OpenCase:
    """A case that is not settled yet."""

    id: int
    owner: Worker
    customer: int
    about: About
    since: datetime
    settled_by: datetime
    kind: str = "fault"
    settled: bool = False


def open_case(
    book: Chronicle, known: Knowledge, one: About, customer: int, kind: str, worker: Worker, contact: int, at: datetime
) -> int:
    """The case that an action made, settled at once where its rule says so."""
    type = known.types[kind]
    settled = at if one.matter.action in SETTLED_AT_ONCE else None
    subject = CASE_RULES[one.matter.action][2].format(object=one.label)[:200]
    case = book.cases.add(
        type.pk, known.categories[one.matter.category], subject, "settled" if settled else "open", type.default_priority,
        "rule", customer, one.holding, one.order, worker.id, worker.team or None, type.tier_id, at, at, settled, 0, None,
    )  # fmt: skip
    keys = _keys(worker)
    told = {"case": case, "interaction": contact}
    at_once = {"at_once": True} if settled else {}
    book.happened("case.opened", at, told | {"origin": "rule"} | at_once, keys, by=worker.id)
    if settled:
        book.happened("case.settled", at, told | at_once, keys, by=worker.id)
    return case


def time_for(kind: str, since: datetime, rng: Random) -> datetime:
    """By when a case of this type is settled: before its promise, and before a rule would hand it on."""
    hours = HOURS.get(kind, LONGEST_HOURS) * rng.uniform(0.3, 1)
    return OFFICE.later(since, hours)


def work_on(book: Chronicle, case: OpenCase, *, until: datetime, rng: Random) -> None:
    """What happens to an open case in the following days: noted, waited for, settled in its time, reopened."""
    at, room = case.since, case.settled_by - case.since
    for _ in range(rng.choices((0, 1, 2), (30, 50, 20))[0]):
        at += room * rng.uniform(0.05, 0.3)
        if at >= until:
            return
        _note(book, case, at, rng)
    if rng.random() < 0.2:
        at += room * rng.uniform(0.05, 0.2)
        if at >= until:
            return
        _state(book, case, "open", "pending", at)
    ends = max(case.settled_by, at + timedelta(minutes=5))
    if ends >= until:
        return
    settle(book, case, ends)
    if rng.random() < 0.1 and (again := ends + timedelta(hours=rng.uniform(10, 120))) < until:
        _reopen(book, case, again)
        left = HOURS.get(case.kind, LONGEST_HOURS) - OFFICE.hours(case.since, ends)
        later = OFFICE.later(again, max(left, 0.5) * rng.uniform(0.3, 0.9))
        if later < until:
            settle(book, case, later)


def note(book: Chronicle, case: OpenCase, *, until: datetime, rng: Random) -> None:
    """Somebody has looked at it once, and that is all."""
    at = case.since + (until - case.since) * rng.uniform(0.2, 0.6)
    if at > case.since:
        _note(book, case, at, rng)


def _note(book: Chronicle, case: OpenCase, at: datetime, rng: Random) -> None:
    note = book.case_notes.add(case.id, case.owner.id, rng.choice(NOTES), at)
    book.cases.change(case.id, updated_at=at)
    book.happened("note.added", at, {"case": case.id, "note": note}, _keys(case.owner), by=case.owner.id)


def settle(book: Chronicle, case: OpenCase, at: datetime, *, contact: int | None = None) -> None:
    case.settled = True
    book.cases.change(case.id, state="settled", settled_at=at, updated_at=at)
    told = {"case": case.id} | ({"interaction": contact} if contact else {})
    book.happened("case.settled", at, told, _keys(case.owner), by=case.owner.id)


def _reopen(book: Chronicle, case: OpenCase, at: datetime) -> None:
    case.settled = False
    book.case_notes.add(case.id, case.owner.id, "The customer wrote again: it is not settled.", at)
    book.cases.change(case.id, state="open", settled_at=None, updated_at=at, reopened_count=1)
    book.happened("case.reopened", at, {"case": case.id, "count": 1}, _keys(case.owner), by=case.owner.id)


def _state(book: Chronicle, case: OpenCase, before: str, after: str, at: datetime) -> None:
    book.cases.change(case.id, state=after, updated_at=at)
    told = {"case": case.id, "changes": {"state": [before, after]}}
    book.happened("case.changed", at, told, _keys(case.owner), by=case.owner.id)


def _keys(owner: Worker) -> list[str]:
    return ["cases", f"agent:{owner.id}", *([f"team:{owner.team}"] if owner.team else [])]

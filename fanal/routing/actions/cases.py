"""A case waits for an agent like any other work, and can be taken out of its queue again."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from fanal.agents.kept import kept
from fanal.agents.models import Agent
from fanal.cases import actions as cases
from fanal.cases import rules as case_rules
from fanal.cases.asking import lacking
from fanal.cases.models import Case, CaseState
from fanal.routing.actions import consulting, packets
from fanal.routing.actions.entering import enqueue, leave, lock_entry, withdraw_offer
from fanal.routing.actions.refusals import NotPossible, Refusal
from fanal.routing.bulk import codes_of, given_for
from fanal.routing.models import WAITS, EntryState, HandOverEnd, Queue, QueueEntry

TAKEN_OUT = "taken_out"


def waiting_entry(case: Case) -> QueueEntry | None:
    """Where the case waits for somebody, if it does; questions about it wait by themselves."""
    return _waiting.first(case=case.pk)


@kept
def _waiting(case: int) -> QuerySet[QueueEntry]:
    rows = QueueEntry.objects.filter(case=case, consultation=None, state__in=WAITS)
    return rows.select_related("queue").order_by("pk")[:1]


@transaction.atomic
def enqueue_case(
    *, case: Case, queue: Queue, priority: int | None = None, note: str = "", by: Agent, now: datetime
) -> QueueEntry:
    """Put a case into a queue, with a note for whoever gets it. Raises NotPossible; what waits already stays there."""
    case = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if case.withdrawn_at or case.state == CaseState.SETTLED:
        raise NotPossible(Refusal.OVER)
    if not queue.active or queue.practice != case.practice:
        raise NotPossible(Refusal.NO_QUEUE)
    if waiting_entry(case):
        raise NotPossible(Refusal.WAITS_ALREADY)
    if note.strip():
        cases.add_note(case=case, text=note, by=by, now=now)
    return enqueue(case=case, queue=queue, priority=priority or case.priority, by=by, now=now)


@transaction.atomic
def dequeue_case(*, case: Case, by: Agent | None, reason: str = TAKEN_OUT, now: datetime) -> bool:
    """Take a case out of its queue; what rings for it stops ringing. False when it did not wait."""
    found = waiting_entry(case)
    entry = lock_entry(found.pk) if found else None
    if entry is None or entry.state not in WAITS:
        return False
    withdraw_offer(entry, reason=reason, now=now, by=by)
    leave(entry, state=EntryState.WITHDRAWN, now=now, by=by, reason=reason)
    if entry.hand_over and reason == TAKEN_OUT:
        packets.give_up(entry.hand_over, by=by, now=now)
    return True


@transaction.atomic
def settle_case(
    *, case: Case, note: str = "", values: Mapping[str, Any] | None = None, by: Agent, now: datetime
) -> Case:
    """Settle a case and take it out of its queue: what is settled waits for nobody. Raises cases.rules.NotPossible.

    `values`: what was still missing in its fields, written down first.
    """
    dequeue_case(case=case, by=by, reason="settled", now=now)
    if values:
        case = cases.set_values(case=case, values=values, now=now, by=by)
    settled = cases.settle(case=case, note=note, now=now, by=by)
    _stands_nowhere(settled, by=by, now=now)
    return settled


@transaction.atomic
def merge_case(*, case: Case, into: Case, why: str = "", by: Agent, now: datetime) -> Case:
    """Say that a case is the same matter as another, and take it out of its queue: that one waits for both."""
    dequeue_case(case=case, by=by, reason="merged", now=now)
    goal = cases.merge(case=case, into=into, why=why, now=now, by=by)
    if goal.pk != case.pk:
        _stands_nowhere(case, by=by, now=now)
    return goal


def _stands_nowhere(case: Case, *, by: Agent | None, now: datetime) -> None:
    """It is handed over to nobody any more, and no question about it need be answered."""
    if fact := packets.standing(case):
        packets.end(fact, how=HandOverEnd.SETTLED, now=now)
    consulting.withdraw_all(case=case, by=by, now=now)


@transaction.atomic
def settle_problem(
    *,
    problem: Case,
    children: Iterable[Case],
    note: str = "",
    values: Mapping[str, Any] | None = None,
    by: Agent,
    now: datetime,
) -> list[Case]:
    """Settle a problem and the chosen cases below it with one answer, which stands in the history of each.

    `values`: what was still missing in the fields of any of them, filled in where it is. Returns those that were
    settled by it. Nobody is written to: that is a message of its own, through its clearance.
    """
    standing = [case for case in _family(problem, children) if case.state != CaseState.SETTLED]
    codes = codes_of(standing) if values else {}
    own = {case.pk: given_for(case, values or {}, codes=codes.get(case.type_id, ())) for case in standing}
    _check_below(problem, standing, given=own)
    return [settle_case(case=case, note=note, values=own[case.pk], by=by, now=now) for case in standing]


@transaction.atomic
def reopen_problem(*, problem: Case, children: Iterable[Case], reason: str, by: Agent, now: datetime) -> list[Case]:
    """Take the settling of a problem back, for the chosen cases below it too."""
    settled = [case for case in _family(problem, children) if case.state == CaseState.SETTLED]
    return [cases.reopen(case=case, reason=reason, by=by, now=now) for case in settled]


def _check_below(problem: Case, standing: Iterable[Case], *, given: Mapping[int, Mapping[str, Any]]) -> None:
    """What is missing in a case below is said with its number: the problem itself says it alone."""
    found = [(case.number, lacking(case, given=given[case.pk])) for case in standing if case.pk != problem.pk]
    if names := [f"{number} ({', '.join(missing)})" for number, missing in found if missing]:
        raise case_rules.NotPossible("missing_below", names=names)


def _family(problem: Case, children: Iterable[Case]) -> list[Case]:
    """The problem and those of the cases that are below it still, locked in the order of their ids."""
    below = Q(parent=problem, pk__in=[child.pk for child in children], withdrawn_at=None)
    return list(Case.objects.select_for_update(of=("self",)).filter(Q(pk=problem.pk) | below).order_by("pk"))

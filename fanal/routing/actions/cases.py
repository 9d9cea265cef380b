"""A case waits for an agent like any other work, and can be taken out of its queue again."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from fanal.agents.kept import kept
from fanal.agents.models import Agent
from fanal.cases import actions as cases
from fanal.cases.models import Case, CaseState
from fanal.routing.actions.entering import enqueue, leave, lock_entry, withdraw_offer
from fanal.routing.actions.refusals import NotPossible, Refusal
from fanal.routing.models import EntryState, Queue, QueueEntry

WAITS = (EntryState.WAITING, EntryState.OFFERED)


def waiting_entry(case: Case) -> QueueEntry | None:
    """Where the case waits, if it does."""
    return _waiting.first(case=case.pk)


@kept
def _waiting(case: int) -> QuerySet[QueueEntry]:
    return QueueEntry.objects.filter(case=case, state__in=WAITS).select_related("queue").order_by("pk")[:1]


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
def dequeue_case(*, case: Case, by: Agent | None, reason: str = "taken_out", now: datetime) -> bool:
    """Take a case out of its queue; what rings for it stops ringing. False when it did not wait."""
    found = waiting_entry(case)
    entry = lock_entry(found.pk) if found else None
    if entry is None or entry.state not in WAITS:
        return False
    withdraw_offer(entry, reason=reason, now=now, by=by)
    leave(entry, state=EntryState.WITHDRAWN, now=now, by=by, reason=reason)
    return True

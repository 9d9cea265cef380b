"""Asking without handing over: a question about a case waits in a queue, or stands at a colleague, until answered."""

from datetime import datetime

from django.db import transaction

from fanal.agents.models import Agent
from fanal.cases import actions as cases
from fanal.cases.actions import notices
from fanal.cases.actions.telling import locked, tell
from fanal.cases.models import Case, CaseState, Part
from fanal.routing.actions.entering import leave, lock_entry, place, withdraw_offer
from fanal.routing.actions.refusals import NotPossible, Refusal
from fanal.routing.models import WAITS, Consultation, EntryState, Queue, QueueEntry
from fanal.routing.rules.packets import LONGEST_TEXT, tidied


@transaction.atomic
def consult(
    *,
    case: Case,
    question: str,
    to_queue: Queue | None = None,
    to_agent: Agent | None = None,
    by: Agent,
    now: datetime,
) -> Consultation:
    """Ask a queue, where the question rings like any work, or a colleague, with whom it stands. Raises NotPossible."""
    if (to_queue is None) == (to_agent is None):
        raise NotPossible(Refusal.ONE_TARGET)
    question = _said(question, Refusal.NOTHING_ASKED)
    case = locked(case)
    if case.withdrawn_at or case.state == CaseState.SETTLED:
        raise NotPossible(Refusal.OVER)
    if to_queue and (not to_queue.active or to_queue.practice != case.practice):
        raise NotPossible(Refusal.NO_QUEUE)
    if to_agent and to_agent.pk == by.pk:
        raise NotPossible(Refusal.NOT_ASKED)
    asked = Consultation.objects.create(case=case, queue=to_queue, question=question, agent=to_agent, by=by, at=now)
    if to_agent:
        cases.let_in(case=case, agent=to_agent, part=Part.ASKED, now=now, by=by)
        notices.tell(agents=[to_agent], kind="asked", case=case, by=by, now=now)
    _tell("case.asked", asked, by=by, now=now)
    if to_queue:
        _wait(asked, to_queue, now=now, by=by)
    return asked


def take(asked: Consultation, *, agent: Agent, now: datetime) -> None:
    """Whoever accepted the question is the one to answer it, and sees the case until then."""
    asked.agent = agent
    asked.save(update_fields=["agent"])
    cases.let_in(case=asked.case, agent=agent, part=Part.ASKED, now=now, by=agent)


@transaction.atomic
def answer(*, consultation: Consultation, text: str, by: Agent, now: datetime) -> Consultation:
    """The answer goes into the history of the case, and its owner is told. Raises NotPossible."""
    text = _said(text, Refusal.NOTHING_ANSWERED)
    asked = _open(consultation)
    if asked.agent_id != by.pk:
        raise NotPossible(Refusal.NOT_ASKED)
    asked.answer, asked.answered_by, asked.answered_at = text, by, now
    asked.save(update_fields=["answer", "answered_by", "answered_at"])
    _tell("case.question_answered", asked, by=by, now=now)
    owners = {pk for pk in (asked.by_id, asked.case.owner_id) if pk}
    notices.tell(agents=owners, kind="answered", case=asked.case, by=by, now=now)
    _done(asked, by=by, now=now)
    return asked


@transaction.atomic
def take_back_question(*, consultation: Consultation, by: Agent | None, now: datetime) -> Consultation:
    """It need not be answered any more: it rings and stands nowhere. Raises NotPossible when it was answered."""
    waiting = QueueEntry.objects.filter(consultation=consultation, state__in=WAITS).values_list("pk", flat=True).first()
    entry = lock_entry(waiting) if waiting else None
    asked = _open(consultation)
    if entry and entry.state in WAITS:
        withdraw_offer(entry, reason="taken_out", now=now, by=by)
        leave(entry, state=EntryState.WITHDRAWN, now=now, by=by, reason="taken_out")
    asked.withdrawn_at = now
    asked.save(update_fields=["withdrawn_at"])
    _tell("case.question_withdrawn", asked, by=by, now=now)
    _done(asked, by=by, now=now)
    return asked


def withdraw_all(*, case: Case, by: Agent | None, now: datetime) -> None:
    """The case is settled: nobody need answer any more."""
    for asked in Consultation.objects.filter(case=case, answered_at=None, withdrawn_at=None):
        take_back_question(consultation=asked, by=by, now=now)


def _wait(asked: Consultation, queue: Queue, *, now: datetime, by: Agent) -> None:
    entry = QueueEntry(
        queue=queue,
        case=asked.case,
        consultation=asked,
        channel="case",
        priority=asked.case.priority,
        entered_at=now,
        position_at=now,
        practice=asked.case.practice,
    )
    place(entry, reason="asked", now=now, by=by)


def _open(consultation: Consultation) -> Consultation:
    rows = Consultation.objects.select_for_update(of=("self",)).select_related("case", "agent")
    asked = rows.get(pk=consultation.pk)
    if asked.answered_at or asked.withdrawn_at:
        raise NotPossible(Refusal.ANSWERED_ALREADY)
    return asked


def _done(asked: Consultation, *, by: Agent | None, now: datetime) -> None:
    others = Consultation.objects.filter(case=asked.case, agent=asked.agent, answered_at=None, withdrawn_at=None)
    if asked.agent and not others.exists():
        cases.let_out(case=asked.case, agent=asked.agent, part=Part.ASKED, now=now, by=by)


def _tell(kind: str, asked: Consultation, *, by: Agent | None, now: datetime) -> None:
    about = {"consultation": asked.pk, "queue": asked.queue_id, "asked": asked.agent_id}
    data = {name: value for name, value in about.items() if value}
    tell(asked.case, kind, by=by, now=now, data=data, also=[f"agent:{asked.by_id}"])


def _said(text: str, refusal: Refusal) -> str:
    text = tidied(text)
    if not text:
        raise NotPossible(refusal)
    if len(text) > LONGEST_TEXT:
        raise NotPossible(Refusal.TOO_LONG)
    return text

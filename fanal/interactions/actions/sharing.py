"""One answer for many: kept once, then written to each person in turn, through the gate, in their own case."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import structlog
from django.db import OperationalError, transaction
from procrastinate.contrib.django import app as tasks

from fanal.agents.models import Agent
from fanal.cases.actions.telling import tell
from fanal.cases.models import Case
from fanal.channels.models import ChannelKind
from fanal.consent.actions import clear, refuse
from fanal.consent.models import Purpose
from fanal.consent.rules import NotAllowed
from fanal.events.actions import publish
from fanal.interactions.actions.addressing import last_letter, proposed, written_by
from fanal.interactions.actions.beginning import begin_by_mail
from fanal.interactions.actions.ending import end_talk
from fanal.interactions.actions.messages import add_message
from fanal.interactions.actions.quoting import quoted
from fanal.interactions.actions.routes import Way, purpose_of, way_to
from fanal.interactions.actions.topics import add_topic
from fanal.interactions.models import (
    AnswerCopy,
    Author,
    CopyState,
    EndReason,
    Interaction,
    Letter,
    Message,
    SharedAnswer,
    TopicOrigin,
)
from fanal.interactions.rules import Envelope, Means, filled

log = structlog.get_logger(__name__)

MOST = 1000
AGAIN = (CopyState.LEFT_OUT, CopyState.UNDONE)
"""Who has not got it, and gets it when the same is said again."""


@transaction.atomic
def share_answer(
    *,
    case: Case,
    cases: Iterable[Case],
    subject: str,
    text: str,
    goes_at: datetime | None = None,
    by: Agent,
    now: datetime,
) -> SharedAnswer:
    """Plan what is written to the people of these cases; the same words again reach only whom they have not reached.

    Until `goes_at` nothing is written, and the whole can be taken back.
    """
    key = hashlib.sha256(f"{subject.strip()}\0{text.strip()}".encode()).hexdigest()
    answer, _new = SharedAnswer.objects.get_or_create(
        case=case, key=key, defaults={"subject": subject, "text": text, "by": by, "at": now}
    )
    answer = SharedAnswer.objects.select_for_update(of=("self",)).get(pk=answer.pk)
    known = set(AnswerCopy.objects.filter(answer=answer).exclude(state__in=AGAIN).values_list("case", flat=True))
    fresh = [one for one in cases if one.pk not in known][:MOST]
    for one in fresh:
        AnswerCopy.objects.update_or_create(
            answer=answer, case=one, defaults={"state": CopyState.PLANNED, "why": "", "at": None}
        )
    if fresh:
        answer.done_at, answer.goes_at = None, goes_at
        answer.save(update_fields=["done_at", "goes_at"])
        tell(case, "answer.shared", by=by, now=now, data={"answer": answer.pk, "number": len(fresh)})
        tasks.configure_task("interactions.write_copies", schedule_at=goes_at).defer(answer=answer.pk)
    return answer


@transaction.atomic
def take_answer_back(*, answer: SharedAnswer, by: Agent, now: datetime) -> int:
    """Undo, before anything of it is written: how many cases get nothing now; 0 when it is too late for that.

    Whoever writes locks the same rows, and writes nothing before `goes_at`.
    """
    row = SharedAnswer.objects.select_for_update(of=("self",)).select_related("case").get(pk=answer.pk)
    if row.goes_at is None or now >= row.goes_at:
        return 0
    planned = AnswerCopy.objects.select_for_update(of=("self",)).filter(answer=row, state=CopyState.PLANNED)
    keys = list(planned.order_by("pk").values_list("pk", flat=True))
    if not keys:
        return 0
    AnswerCopy.objects.filter(pk__in=keys).update(state=CopyState.UNDONE, at=now)
    row.goes_at, row.done_at = None, now
    row.save(update_fields=["goes_at", "done_at"])
    tell(row.case, "answer.taken_back", by=by, now=now, data={"answer": row.pk, "number": len(keys)})
    return len(keys)


def write_copies(*, answer: int, now: datetime) -> int:
    """Write to each who is still to be written to; how many messages. What one worker leaves is for the next.

    While it can still be taken back, nobody is.
    """
    if SharedAnswer.objects.filter(pk=answer, goes_at__gt=now).exists():
        return 0
    written = 0
    while (done := _write_one(answer, now)) is not None:
        written += done
    _finish(answer, now)
    return written


def write_what_is_left(*, now: datetime) -> int:
    """The copies that a worker which died has left."""
    left = SharedAnswer.objects.filter(done_at=None).exclude(goes_at__gt=now).values_list("pk", flat=True)
    return sum(write_copies(answer=pk, now=now) for pk in list(left)[:20])


def words_for(*, way: Way, numbers: Sequence[int] = ()) -> Mapping[str, str]:
    """What the answer may mention of each person: their name, and the number of their case or cases.

    Whoever only claims to be a customer is not told that customer's name.
    """
    said = ", ".join(map(str, numbers or [way.case.number]))
    return {"name": way.called, "customer": way.called, "case": said}


def stands_below(way: Way) -> str:
    """What each finds below the answer: what they wrote last, where it goes on in their thread."""
    contact = Interaction.objects.filter(pk=way.route.contact).first() if way.route and way.route.contact else None
    letter = _answered(contact, way.address)
    return quoted(letter, language=contact.language) if contact and letter else ""


@transaction.atomic
def _write_one(answer: int, now: datetime) -> int | None:
    """The next person, with all their cases of this answer; None when nobody is left, 0 for one who is left out."""
    planned = AnswerCopy.objects.select_for_update(of=("self",), skip_locked=True)
    planned = planned.filter(answer=answer, state=CopyState.PLANNED).order_by("pk")
    first = planned.select_related("case__customer", "answer__by").first()
    if first is None:
        return None
    way = way_to(first.case)
    copies = [first, *_of_the_same(planned, first, way)]
    try:
        with transaction.atomic():
            message = _write(first.answer, way, [one.case for one in copies], now=now)
    except NotAllowed as refusal:
        return _leave_out(copies, refusal.code, way, now)
    except OperationalError:
        raise  # says nothing about this person: it is tried again
    except Exception:
        log.exception("copy_not_written", copy=first.pk)
        return _leave_out(copies, "failed", way, now)
    if message is None:
        return _leave_out(copies, way.why, way, now)
    for one in copies:
        one.state, one.message, one.interaction, one.at = CopyState.WRITTEN, message, message.interaction, now
        one.save(update_fields=["state", "message", "interaction", "at"])
    return 1


def _of_the_same(planned: Iterable[AnswerCopy], first: AnswerCopy, way: Way) -> list[AnswerCopy]:
    """The other cases of the same person: one message for all of them.

    A case that somebody began who only claims to be that person is not among them: it is reached by its own way.
    """
    if first.case.customer_id is None:
        return []
    others = [one for one in planned if one.pk != first.pk and one.case.customer_id == first.case.customer_id]
    return [one for one in others if way_to(one.case).whose == way.whose]


def _write(answer: SharedAnswer, way: Way, cases: Sequence[Case], *, now: datetime) -> Message | None:
    route = way.route
    if route is None:
        return None
    purpose, basis = purpose_of(route)
    clearance = clear(
        purpose=purpose, channel=route.channel, address=route.address, customer=way.case.customer, basis=basis, now=now
    )
    contact = Interaction.objects.select_related("account", "customer").get(pk=route.contact) if route.contact else None
    running = contact if contact and route.means == Means.TALK else None
    if running:
        for case in cases:
            add_topic(interaction=running, case=case, origin=TopicOrigin.RULE, now=now, by=answer.by)
    interaction = running or begin_by_mail(
        route=route,
        customer=way.case.customer,
        cases=cases,
        practice=way.case.practice,
        by=answer.by,
        now=now,
    )
    numbers = [case.number for case in cases]
    text = filled(answer.text, words_for(way=way, numbers=numbers))
    message = add_message(
        interaction=interaction,
        author=Author.AGENT,
        text=text,
        external_id=f"shared-{answer.pk}-{cases[0].pk}",
        agent=answer.by,
        clearance=clearance,
        envelope=_envelope(answer, interaction, contact, route.address, numbers) if interaction.thread else None,
        quotes=_answered(contact, route.address),
        now=now,
    )
    if running is None:
        end_talk(interaction=interaction, reason=EndReason.AGENT, now=now, by=answer.by)
    return message


def _envelope(
    answer: SharedAnswer, interaction: Interaction, before: Interaction | None, address: str, numbers: Sequence[int]
) -> Envelope:
    """To this one address and nobody else; in an old thread under its subject, in a new one with the case's number."""
    last = _answered(before, address) or (last_letter(before, also_ours=True) if before else None)
    refers = proposed(before or interaction, answers=last)
    subject = refers.subject if last else f"[{', '.join(map(str, numbers))}] {answer.subject}".strip()
    return Envelope(to=(address,), subject=subject, references=refers.references)


def _answered(before: Interaction | None, address: str) -> Letter | None:
    """What they wrote last themselves is answered, and stands below: the words of nobody else."""
    return written_by(before, address) if before and before.channel == ChannelKind.EMAIL else None


def _leave_out(copies: Sequence[AnswerCopy], code: str, way: Way, now: datetime) -> int:
    for one in copies:
        one.state, one.why, one.at = CopyState.LEFT_OUT, code[:40] or "no_address", now
        one.save(update_fields=["state", "why", "at"])
    if code == "suppressed":
        purpose, _basis = purpose_of(way.route) if way.route else (Purpose.SERVICE, "")
        refuse(
            purpose=purpose,
            channel=ChannelKind.EMAIL,
            code=code,
            customer=way.case.customer,
            now=now,
            by=copies[0].answer.by_id,
        )
    return 0


@transaction.atomic
def _finish(answer: int, now: datetime) -> None:
    row = SharedAnswer.objects.select_for_update(of=("self",)).select_related("case").get(pk=answer)
    if row.done_at or AnswerCopy.objects.filter(answer=row, state=CopyState.PLANNED).exists():
        return
    row.done_at = now
    row.save(update_fields=["done_at"])
    publish(
        kind="answer.done",
        data={"answer": row.pk, "about": row.case_id},
        audience=["cases", f"agent:{row.by_id}"],
        now=now,
        by=row.by_id,
    )

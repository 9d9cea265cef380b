"""A queue closes, or is switched off, while work still waits in it: nobody is left waiting for nothing."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from fanal.agents.models import AgentState, Presence
from fanal.cases import actions as cases
from fanal.cases.models import Case, CaseOrigin, CaseState, CaseType
from fanal.interactions import actions as interactions
from fanal.interactions import matters
from fanal.interactions.capabilities import can
from fanal.interactions.models import Author, EndReason, Interaction, PartEnd, Topic, TopicOrigin
from fanal.routing import configuration
from fanal.routing.actions.cases import waiting_entry
from fanal.routing.actions.consulting import take_back_question
from fanal.routing.actions.entering import leave, lock_entry, moved, open_one, place
from fanal.routing.actions.finishing import release
from fanal.routing.actions.in_calls import gone
from fanal.routing.actions.telling import say
from fanal.routing.models import EntryState, Queue, QueueEntry
from fanal.routing.opening import open_now, opens_at
from fanal.routing.rules import CAN_LIE, Closing, close, may_ever_serve

FOLLOW_UP = "follow-up"
AT_ONCE = 200
LONGEST_SUBJECT = 120


def close_queues(*, now: datetime) -> int:
    """Do what each closed queue's setting says with what still waits in it. Returns how many went."""
    waiting = QueueEntry.objects.filter(state=EntryState.WAITING).order_by().values("queue").distinct()
    queues = Queue.objects.filter(pk__in=waiting).exclude(calendar=None, active=True)
    closed = [queue for queue in queues.select_related("calendar", "overflow_to__calendar") if not open_now(queue, now)]
    gone = 0
    for queue in closed:
        other_open = open_now(open_one(queue, now), now)
        left = somebody_left(queue)
        for channel in _channels(queue):
            what = close(
                wish=queue.at_closing,
                can_lie=channel in CAN_LIE,
                for_good=not queue.active,
                somebody_left=left,
                other_open=other_open,
            )
            rows = QueueEntry.objects.filter(queue=queue, channel=channel, state=EntryState.WAITING)
            if what == Closing.STAYS and channel in CAN_LIE:
                rows.filter(look_at=None).update(look_at=opens_at(queue, now))
            elif what != Closing.STAYS:
                for entry in list(rows.order_by("position_at").values_list("pk", flat=True)[:AT_ONCE]):
                    gone += _close(entry, what, now)
    return gone


def somebody_left(queue: Queue) -> bool:
    """Whether anybody who may answer this queue is still signed in, whatever they do at the moment."""
    settings = configuration.read()
    facts = settings.queues[queue.pk]
    here = AgentState.objects.filter(ended_at=None).exclude(state__in=[Presence.OFFLINE, Presence.UNREACHABLE])
    profiles = (settings.profiles.get(agent) for agent in here.values_list("agent_id", flat=True))
    return any(
        profile and profile.practising == queue.practice and not may_ever_serve(profile, facts) for profile in profiles
    )


@transaction.atomic
def keep_matter(*, interaction: Interaction, queue: Queue, priority: int | None = None, now: datetime) -> Case | None:
    """What nobody could answer any more becomes an open case that waits in the queue until it opens.

    Somebody who has such a case already gets no second one: None then.
    """
    own = next(iter(matters.open_cases_of(interaction)), None)
    if own is None and (before := _kept_before(interaction)):
        interactions.add_topic(interaction=interaction, case=before, origin=TopicOrigin.RULE, now=now)
        return None
    case = own or _open(interaction, queue, priority, now)
    _follow_up(case, queue, priority, now)
    return case


def _kept_before(interaction: Interaction) -> Case | None:
    """The open case that was kept for the same address before, or the one that it is part of by now."""
    topics = Topic.objects.filter(
        interaction__account=interaction.account_id,
        interaction__source=interaction.source,
        withdrawn_at=None,
        case__type__code=FOLLOW_UP,
    ).exclude(case__state=CaseState.SETTLED, case__merged_into=None)
    keys = [key for key in topics.order_by("pk").values_list("case", flat=True)[:AT_ONCE] if key]
    return next((case for case in matters.read_on(keys) if case.state != CaseState.SETTLED), None)


def answer_later(*, interaction: Interaction, now: datetime) -> None:
    """Somebody wrote while the queue was closed: what they wrote is kept, and they learn when we are back."""
    entry = QueueEntry.objects.filter(interaction=interaction).select_related("queue__calendar").order_by("-id").first()
    if entry and entry.state == EntryState.CLOSED:
        tell_and_keep(interaction=interaction, queue=entry.queue, priority=entry.priority, now=now)


def keep_unanswered(*, interaction: Interaction, now: datetime) -> Case | None:
    """Somebody left who wants an answer by mail: their matter waits as a case where they would have been answered."""
    entry = QueueEntry.objects.filter(interaction=interaction).select_related("queue__calendar").order_by("-id").first()
    if entry is None or not interaction.messages.filter(author=Author.CUSTOMER).exists():
        return None
    return keep_matter(interaction=interaction, queue=entry.queue, priority=entry.priority, now=now)


@transaction.atomic
def _close(entry_id: int, what: Closing, now: datetime) -> bool:
    entry = lock_entry(entry_id)
    if entry.state != EntryState.WAITING or open_now(entry.queue, now):
        return False
    why = "closed" if entry.queue.active else "switched_off"
    if what == Closing.HANDED_ON:
        leave(entry, state=EntryState.OVERFLOWED, now=now, reason=why)
        place(moved(entry, queue=open_one(entry.queue, now)), reason=why, now=now)
        if entry.interaction:
            say(entry.interaction, _handed_on, f"closing-{entry.pk}", now=now)
        return True
    leave(entry, state=EntryState.CLOSED, now=now, customer=True, reason=why)
    if entry.participation:
        gone(participation=entry.participation, end=PartEnd.UNANSWERED, by=None, now=now)
    if entry.consultation:
        take_back_question(consultation=entry.consultation, by=None, now=now)
    if entry.interaction:
        tell_and_keep(interaction=entry.interaction, queue=entry.queue, priority=entry.priority, now=now)
        release(interaction=entry.interaction, now=now)
        if not can(entry.channel).spoken:  # a caller hears it first
            interactions.end_talk(interaction=entry.interaction, reason=EndReason.CLOSED, now=now)
    return True


def tell_and_keep(*, interaction: Interaction, queue: Queue, priority: int | None = None, now: datetime) -> None:
    """Keep the matter, and say so in the customer's language, with the number and when we open again."""
    case = keep_matter(interaction=interaction, queue=queue, priority=priority, now=now)
    if case is None:
        return
    again = opens_at(queue, now) if queue.active else None

    def said() -> str:
        kept = _(
            "We are closed, and nobody could answer you. We are sorry. Your question is not lost: "
            "it is kept as case %(number)s, and we look at it when we are back."
        ) % {"number": case.number}
        if again is None:
            return kept
        there = ZoneInfo(queue.calendar.zone) if queue.calendar else None
        when = date_format(timezone.localtime(again, there), "DATETIME_FORMAT")

        opens = _("We open again: %(when)s.") % {"when": when}
        return f"{kept} {opens}"

    say(interaction, said, f"closed-{interaction.pk}", now=now)


def _handed_on() -> str:
    return _("This team is closing now. Another team takes over; you keep your place.")


def _channels(queue: Queue) -> list[str]:
    rows = QueueEntry.objects.filter(queue=queue, state=EntryState.WAITING).order_by()
    return list(rows.values_list("channel", flat=True).distinct())


def _open(interaction: Interaction, queue: Queue, priority: int | None, now: datetime) -> Case:
    """A case of the kind that only comes from here, so that reports can count what was not answered."""
    type, _made = CaseType.objects.get_or_create(code=FOLLOW_UP, defaults={"name": _("Follow-up")})
    first = interaction.messages.filter(author=Author.CUSTOMER).exclude(text="").order_by("id").first()
    asked = " ".join(first.text.split())[:LONGEST_SUBJECT] if first else ""
    case = cases.open_case(
        type=type,
        subject=asked or _("Not answered before closing: %(queue)s") % {"queue": queue.name},
        origin=CaseOrigin.RULE,
        priority=priority,
        customer=interaction.customer,
        tier=queue.tier,
        interaction=interaction.pk,
        practice=interaction.practice,
        now=now,
        by=None,
    )
    interactions.add_topic(interaction=interaction, case=case, origin=TopicOrigin.RULE, now=now)
    return case


def _follow_up(case: Case, queue: Queue, priority: int | None, now: datetime) -> None:
    """It waits where it would have been answered; where nothing will ever open, it stays in the list of open cases."""
    target = queue if queue.active else open_one(queue, now)
    if waiting_entry(case) or not target.active or case.owner_id:
        return
    entry = QueueEntry(
        queue=target,
        case=case,
        channel="case",
        priority=priority or target.priority,
        entered_at=now,
        position_at=now,
        practice=case.practice or target.practice,
    )
    place(entry, reason="follow_up", now=now)

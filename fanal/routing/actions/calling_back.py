"""Callbacks: wished for, in the line, tried, tried again, and dropped when they reach us otherwise."""

from datetime import datetime, timedelta
from uuid import uuid4

from django.db import connection, transaction
from django.db.models import Q

from fanal.agents.models import Agent
from fanal.cases.models import Case
from fanal.channels.models import ChannelKind
from fanal.customers.models import Customer
from fanal.customers.survivors import family_of
from fanal.events.actions import publish
from fanal.identity.models import Assurance
from fanal.interactions import actions as interactions
from fanal.interactions.models import (
    Dial,
    DialFor,
    Direction,
    EndReason,
    Interaction,
    Leg,
    LegKind,
    Segment,
    SegmentKind,
    TopicOrigin,
)
from fanal.interactions.rules import dialling
from fanal.routing.actions.calling_out import LINE
from fanal.routing.actions.closing import keep_matter
from fanal.routing.actions.entering import leave, lock_waiting, place, withdraw_offer
from fanal.routing.actions.finishing import finish_talk
from fanal.routing.actions.promising import NotCalledBack, asked_at, promise
from fanal.routing.models import Callback, CallbackEnd, EntryState, Queue, QueueEntry
from fanal.routing.opening import open_now, opens_at
from fanal.routing.rules import calling_back as rules
from fanal.routing.rules.calling_back import Came

AT_ONCE = 100
LAYS_DOWN_WITHIN = timedelta(seconds=15)
"""Who still hears us say goodbye would be found busy."""


@transaction.atomic
def wish_callback(
    *,
    interaction: Interaction | None = None,
    number: str = "",
    queue: Queue,
    at: datetime | None = None,
    agent: Agent | None = None,
    customer: Customer | None = None,
    case: Case | None = None,
    by: Agent | None = None,
    now: datetime,
) -> Callback:
    """They are called at this number, or the one they call from: in their turn, or not before `at`.

    Who waits in a queue leaves it and keeps the place; their call ends by that, so let them hear the thanks before.
    Several wishes of one person are one: the later one says when. Only who asks for the number they call from is called
    by night. Raises NotCalledBack; nothing is changed then.
    """
    promised = promise(interaction=interaction, number=number, at=at, by=by, now=now)
    customer = customer or (interaction.customer if interaction else None)
    due: datetime | None = now
    if at or not promised.own:
        due = dialling.next_awake(promised.zones, limits=promised.limits, at=max(at or now, now))
    if due is None or due > now + rules.LATEST:
        raise NotCalledBack("hour")
    _one_at_a_time()
    talking = interaction is not None and interaction.ended_at is None
    waiting = lock_waiting(interaction=interaction) if interaction and talking else None
    if talking and waiting is None and not at:
        due = max(due, now + LAYS_DOWN_WITHIN)
    found = _open_of(promised.number, customer)
    if found is None:
        found = Callback.objects.create(
            number=promised.number, account=promised.account, queue=queue, agent=agent, customer=customer,
            case=case, wished_in=interaction, wished_at=now, by=by, due_at=due,
            place_at=rules.place(at=at and due, waited_since=waiting.entered_at if waiting else None, now=now),
        )  # fmt: skip
        _tell("callback.wished", found, now=now, by=by)
    elif at and found.contact is None:
        found.due_at = found.place_at = due
        found.queue, found.agent, found.case = queue, agent or found.agent, case or found.case
        found.save(update_fields=["due_at", "place_at", "queue", "agent", "case"])
        _tell("callback.moved", found, now=now, by=by)
    if waiting and interaction:
        withdraw_offer(waiting, reason="callback", now=now)
        leave(waiting, state=EntryState.WITHDRAWN, now=now, customer=True, reason="callback")
        interactions.end_talk(interaction=interaction, reason=EndReason.CALLBACK, now=now)
    if found.due_at <= now and found.contact is None:
        _begin(found, now=now)
    return found


@transaction.atomic
def withdraw_callback(*, callback: Callback, by: Agent | None, why: str = "", now: datetime) -> bool:
    """Nobody is called any more; False where it is over, or somebody talks to them just now."""
    found = Callback.objects.select_for_update(of=("self",)).get(pk=callback.pk)
    return _drop(found, how=CallbackEnd.WITHDRAWN, why=why, by=by, now=now)


def look_after_callbacks(*, now: datetime) -> int:
    """Those whose time has come stand in line, those that were tried are judged, those served otherwise are dropped.

    Returns how many it changed.
    """
    served = sum(_drop_if_served(pk, now=now) for pk in _served(now=now))
    judged = sum(_judge(pk, now=now) for pk in _tried())
    due = Callback.objects.filter(ended_at=None, contact=None, due_at__lte=now).order_by("due_at", "pk")
    begun = sum(_begin_if_due(pk, now=now) for pk in list(due.values_list("pk", flat=True)[:AT_ONCE]))
    return served + judged + begun


def taken(interaction: Interaction, *, agent: Agent, now: datetime) -> None:
    """Somebody took a contact: where it is a callback, they may be called now, if that still is allowed."""
    if interaction.direction == Direction.OUTBOUND and interaction.channel == ChannelKind.VOICE:
        own = Callback.objects.filter(contact=interaction).select_related("account").first()
        if own and not own.ended_at and not Dial.objects.filter(interaction=interaction, refused="").exists():
            _allow(own, interaction, agent=agent, now=now)


def _allow(callback: Callback, interaction: Interaction, *, agent: Agent, now: datetime) -> None:
    """The gate and the caps decide now, when the call is to be made; refused, the talk is over at once."""
    dial = interactions.dial(
        account=callback.account, number=callback.number, what_for=DialFor.CALLBACK, by=agent,
        customer=callback.customer, interaction=interaction, asked_at=asked_at(callback), now=now,
    )  # fmt: skip
    if dial.refused:
        finish_talk(interaction=interaction, by=None, reason=EndReason.FAILED, now=now)


@transaction.atomic
def _begin_if_due(pk: int, *, now: datetime) -> bool:
    callback = Callback.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=pk).first()
    if callback is None or callback.ended_at or callback.contact_id or callback.due_at > now:
        return False
    return _begin(callback, now=now)


def _begin(callback: Callback, *, now: datetime) -> bool:
    """One try: a contact of ours that stands in line at their place. A closed queue has it wait for its opening, their
    night for their morning."""
    is_open = open_now(callback.queue, now)
    again = _in_their_day(callback, at=now) if is_open else opens_at(callback.queue, now)
    if again is None:
        return False
    if again > now:
        callback.due_at = again
        callback.save(update_fields=["due_at"])
        return True
    contact = interactions.start(
        account=callback.account,
        source=callback.number,
        thread=f"{LINE}{uuid4().hex[:20]}",
        direction=Direction.OUTBOUND,
        language=_language(callback),
        now=now,
    )
    if callback.customer:
        interactions.identify(
            interaction=contact,
            customer=callback.customer,
            assurance=Assurance.CLAIMED,
            why="called",
            by=callback.by,
            now=now,
        )
    if callback.case:
        interactions.add_topic(interaction=contact, case=callback.case, origin=TopicOrigin.RULE, now=now)
    callback.contact = contact
    callback.save(update_fields=["contact"])
    segment = interactions.running_segment(contact)
    place(
        QueueEntry(
            queue=callback.queue,
            interaction=contact,
            segment=segment,
            channel=contact.channel,
            priority=callback.queue.priority,
            entered_at=min(callback.place_at, now),
            position_at=min(callback.place_at, now),
            practice=callback.queue.practice,
        ),
        preferred_agent=callback.agent,
        preferred_why="named" if callback.agent else "",
        reason="callback",
        newcomer=False,
        now=now,
    )
    _tell("callback.begun", callback, now=now)
    return True


def _tried() -> list[int]:
    rows = Callback.objects.filter(ended_at=None, contact__ended_at__isnull=False)
    return list(rows.values_list("pk", flat=True)[:AT_ONCE])


@transaction.atomic
def _judge(pk: int, *, now: datetime) -> bool:
    """What came of the last try: reached, again later, or no more; then their matter is kept as a case."""
    callback = Callback.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=pk).first()
    if callback is None or callback.ended_at or callback.contact is None or callback.contact.ended_at is None:
        return False
    contact = callback.contact
    refused = Dial.objects.filter(interaction=contact).exclude(refused="").first()
    if refused and refused.refused == "hour" and (later := _in_their_day(callback, at=now)) > now:
        callback.contact, callback.due_at = None, later  # it was their evening when an agent had time
        callback.save(update_fields=["contact", "due_at"])
        _tell("callback.moved", callback, now=now)
        return True
    if refused:
        keep_matter(interaction=contact, queue=callback.queue, now=now)
        return _end(callback, how=CallbackEnd.REFUSED, why=refused.refused, now=now)
    lifted = Leg.objects.filter(interaction=contact, kind=LegKind.CUSTOMER, answered_at__isnull=False).exists()
    came = rules.came_of(end_reason=contact.end_reason, answered=lifted)
    if came == Came.REACHED:
        return _end(callback, how=CallbackEnd.REACHED, now=now)
    if came == Came.KEPT:
        return _end(callback, how=CallbackEnd.GIVEN_UP, why="closed", now=now)
    following = rules.again(came=came, end_reason=contact.end_reason, tries=callback.tries + 1, now=now)
    callback.tries += following.counts
    if following.at is None:
        keep_matter(interaction=contact, queue=callback.queue, now=now)
        callback.save(update_fields=["tries"])
        return _end(callback, how=CallbackEnd.GIVEN_UP, why=contact.end_reason, now=now)
    later = _in_their_day(callback, at=following.at)
    callback.contact, callback.due_at = None, later
    callback.place_at = later if following.counts else callback.place_at
    callback.save(update_fields=["contact", "due_at", "place_at", "tries"])
    _tell("callback.moved", callback, now=now)
    return True


def _served(*, now: datetime) -> list[int]:
    """Open ones whose person an agent has talked or written to since, in another contact."""
    rows = Callback.objects.filter(ended_at=None, wished_at__gt=now - rules.LATEST * 2).select_related("customer")
    return [one.pk for one in rows[: 10 * AT_ONCE] if _was_served(one)]


def _was_served(callback: Callback) -> bool:
    who = Q(interaction__channel=ChannelKind.VOICE, interaction__source=callback.number)
    if callback.customer:
        who |= Q(interaction__customer__in=family_of(callback.customer.pk))
    talks = Segment.objects.filter(who, kind=SegmentKind.AGENT, started_at__gt=callback.wished_at)
    missed = (EndReason.BUSY, EndReason.NO_ANSWER, EndReason.VOICEMAIL, EndReason.FAILED, EndReason.NOT_LIFTED)
    talks = talks.exclude(interaction__end_reason__in=missed).exclude(interaction__callback__isnull=False)
    own_tries = Dial.objects.filter(what_for=DialFor.CALLBACK).values("interaction")
    return talks.exclude(interaction__in=own_tries).exclude(interaction=callback.wished_in_id).exists()


@transaction.atomic
def _drop_if_served(pk: int, *, now: datetime) -> bool:
    callback = Callback.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=pk).first()
    return bool(callback) and _drop(callback, how=CallbackEnd.SERVED, why="", by=None, now=now)


def _drop(callback: Callback | None, *, how: CallbackEnd, why: str, by: Agent | None, now: datetime) -> bool:
    """Not while an agent has it: then it is being made."""
    if callback is None or callback.ended_at:
        return False
    if callback.contact and callback.contact.ended_at is None:
        entry = lock_waiting(interaction=callback.contact)
        if entry is None:
            return False
        withdraw_offer(entry, reason="callback_dropped", now=now, by=by)
        leave(entry, state=EntryState.WITHDRAWN, now=now, by=by, reason="callback_dropped")
        interactions.end_talk(interaction=callback.contact, reason=EndReason.SERVED, now=now, by=by)
    return _end(callback, how=how, why=why, by=by, now=now)


def _end(callback: Callback, *, how: CallbackEnd, why: str = "", by: Agent | None = None, now: datetime) -> bool:
    callback.ended_at, callback.how, callback.why = now, how, why[:30]
    callback.save(update_fields=["ended_at", "how", "why"])
    _tell("callback.ended", callback, now=now, by=by, how=str(how), why=why)
    return True


def _open_of(number: str, customer: Customer | None) -> Callback | None:
    who = Q(number=number)
    if customer:
        who |= Q(customer__in=family_of(customer.pk))
    return Callback.objects.select_for_update(of=("self",)).filter(who, ended_at=None).order_by("pk").first()


def _one_at_a_time() -> None:
    """Two wishes of one person at the same moment are one, whatever numbers and names they come with."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('callbacks', 0))")


def _in_their_day(callback: Callback, *, at: datetime) -> datetime:
    """When they may be called from `at` on: now, where they asked for it just now and nobody has tried yet."""
    if callback.tries == 0 and dialling.expected(asked_at(callback), now=at):
        return at
    limits = dialling.limits_of(callback.account.settings)
    phone = dialling.may_call(callback.number, limits=limits, spent=dialling.Spent()).phone
    return (dialling.next_awake(phone.zones, limits=limits, at=at) if phone else None) or at + timedelta(hours=1)


def _language(callback: Callback) -> str:
    if callback.wished_in and callback.wished_in.language:
        return callback.wished_in.language
    return callback.customer.language if callback.customer else ""


def _tell(kind: str, callback: Callback, *, now: datetime, by: Agent | None = None, **more: str) -> None:
    agents = {callback.agent_id, callback.by_id} - {None}
    publish(
        kind=kind,
        data={"callback": callback.pk, "queue": callback.queue_id, "interaction": callback.contact_id, **more},
        audience=["supervision", f"queue:{callback.queue_id}", *(f"agent:{one}" for one in sorted(agents, key=str))],
        now=now,
        by=by.pk if by else None,
    )

"""More than two in a call: a colleague, a queue or a number is asked, brought in, let go, or has the caller then.

One has the contact at a time. Whoever is brought in counts as busy, and is free again when they leave.
"""

from datetime import datetime, timedelta

from django.db import transaction

from fanal.agents.models import Agent
from fanal.events.actions import publish
from fanal.interactions import actions as interactions
from fanal.interactions import audience
from fanal.interactions.models import (
    WITH_CUSTOMER,
    Dial,
    DialFor,
    EndReason,
    InCall,
    Interaction,
    PartEnd,
    Participation,
    Segment,
    SegmentKind,
)
from fanal.interactions.wording import why_not_called
from fanal.routing.actions import finishing, loads, packets
from fanal.routing.actions.entering import leave, lock_entry, place, withdraw_offer
from fanal.routing.actions.handing_on import available, case_of, give_back
from fanal.routing.actions.refusals import NotPossible, Refusal
from fanal.routing.models import WAITS, AgentLoad, EntryState, Queue, QueueEntry, Transfer, TransferTarget
from fanal.routing.opening import open_now
from fanal.routing.rules.packets import LONGEST_TEXT, Packet, is_whole, tidied

NEVER_BACK_TO_WHO_ASKS = timedelta(days=365)


class MayNotCall(NotPossible):
    """The number may not be called: the sentence says why."""

    def __init__(self, code: str, value: str) -> None:
        super().__init__(Refusal.NO_NUMBER)
        self.why = why_not_called(code, value)

    def sentence(self) -> str:
        return self.why


def ask(
    *,
    interaction: Interaction,
    to_agent: Agent | None = None,
    to_queue: Queue | None = None,
    to_number: str = "",
    why: str = "",
    by: Agent,
    now: datetime,
) -> Participation:
    """Ask somebody while the customer hears music: a colleague, whoever of a queue is free next, a number outside.

    Raises NotPossible.
    """
    if sum((to_agent is not None, to_queue is not None, bool(to_number))) != 1:
        raise NotPossible(Refusal.ONE_TARGET)
    with transaction.atomic():
        _owned(interaction, by)
        if interaction.participations.filter(ended_at=None, how=InCall.ASKED).exists():
            raise NotPossible(Refusal.ONE_IS_ASKED)
        if to_agent and not _can_come(to_agent, interaction, by):
            raise NotPossible(Refusal.NOT_THERE)
        if to_queue and not (open_now(to_queue, now) and to_queue.practice == interaction.practice):
            raise NotPossible(Refusal.NO_QUEUE)
        wish, refused = _dialled(interaction, to_number, DialFor.CONFERENCE, by=by, now=now)
        if not refused:
            part = _begin(interaction, InCall.ASKED, agent=to_agent, dial=wish, why=why, by=by, now=now)
            interactions.hold(interaction=interaction, by=by, now=now)
            if to_queue:
                _wait(part, to_queue, by=by, now=now)
    if refused:
        raise refused
    return part


@transaction.atomic
def bring_together(*, participation: Participation, by: Agent, now: datetime) -> Participation:
    """Whoever was asked, and has answered, talks with the customer as well. Raises NotPossible."""
    part = _part(participation, by)
    if part.joined_at is None:
        raise NotPossible(Refusal.NOT_ANSWERED)
    part = interactions.change_part(part, how=InCall.TOGETHER, by=by, now=now)
    interactions.unhold(interaction=part.interaction, by=by, now=now)
    return part


@transaction.atomic
def let_go(*, participation: Participation, by: Agent, now: datetime) -> None:
    """They are not needed any more; who was being asked meanwhile, back to the customer. Raises NotPossible."""
    part = _part(participation, by)
    gone(participation=part, end=PartEnd.LET_GO, by=by, now=now)
    if part.how == InCall.ASKED:
        interactions.unhold(interaction=part.interaction, by=by, now=now)


@transaction.atomic
def hand_to(
    *,
    participation: Participation,
    summary: str = "",
    tried: str = "",
    expected: str = "",
    by: Agent,
    now: datetime,
) -> Transfer:
    """Hand the caller over to whoever is in the call already: it is theirs at once, and the customer hears them.

    To another line goes a whole packet, with the case that it is about. A number outside has the caller, and no agent
    has the contact any more. Raises NotPossible.
    """
    part = _part(participation, by)
    call, segment = _owned(part.interaction, by)
    if part.joined_at is None:
        raise NotPossible(Refusal.NOT_ANSWERED)
    packet = Packet(summary=summary, tried=tried, expected=expected).tidy()
    if max(map(len, (packet.summary, packet.tried, packet.expected))) > LONGEST_TEXT:
        raise NotPossible(Refusal.TOO_LONG)
    asked = QueueEntry.objects.filter(participation=part, state=EntryState.ANSWERED).select_related("queue").first()
    queue = asked.queue if asked else None
    fact = Transfer(
        interaction=call,
        from_segment=segment,
        target=TransferTarget.AGENT if part.agent else TransferTarget.OUTSIDE,
        to_queue=queue,
        to_agent=part.agent,
        summary=packet.summary,
        by=by,
        at=now,
    )
    if part.agent and queue and queue.tier and is_whole(packet):
        fact.hand_over = packets.write(
            packet,
            case=case_of(call),
            interaction=call,
            queue=queue,
            to_tier=queue.tier,
            from_queue=finishing.queue_of(segment),
            by=by,
            now=now,
        )
        packets.take_over(fact.hand_over, agent=part.agent, now=now)
    fact.save(force_insert=True)
    pass_on(call, segment, part, by=by, now=now, transfer=fact)
    return fact


def send_outside(*, interaction: Interaction, number: str, summary: str = "", by: Agent, now: datetime) -> Transfer:
    """Blind transfer: the number is called, and the customer hears music until it answers. Raises NotPossible."""
    with transaction.atomic():
        call, segment = _owned(interaction, by)
        wish, refused = _dialled(call, number, DialFor.TRANSFER, by=by, now=now)
        if not refused:
            part = _begin(call, InCall.TOGETHER, dial=wish, why=tidied(summary), by=by, now=now)
            fact = Transfer.objects.create(
                interaction=call,
                from_segment=segment,
                target=TransferTarget.OUTSIDE,
                summary=tidied(summary),
                by=by,
                at=now,
            )
            pass_on(call, segment, part, by=by, now=now, transfer=fact)
    if refused:
        raise refused
    return fact


@transaction.atomic
def leave_call(*, interaction: Interaction, by: Agent, now: datetime) -> None:
    """The owner goes: whoever talks along has the customer from now on, or else the talk is over.

    A colleague who was being asked has them too: no customer is cut off because somebody laid down too early.
    """
    there = interaction.participations.filter(ended_at=None, joined_at__isnull=False)
    agents = there.filter(agent__isnull=False, how__in=[InCall.TOGETHER, InCall.JOINS, InCall.ASKED])
    heir = agents.order_by("joined_at").first() or there.filter(how=InCall.TOGETHER).order_by("joined_at").first()
    if heir:
        hand_to(participation=heir, by=by, now=now)
    else:
        finishing.finish_talk(interaction=interaction, by=by, reason=EndReason.AGENT, now=now)


@transaction.atomic
def gone(*, participation: Participation, end: PartEnd, by: Agent | None, now: datetime) -> None:
    """Somebody beside the owner is in it no more; a customer who had nobody else waits again, or has been served."""
    waiting = QueueEntry.objects.filter(participation=participation, state__in=WAITS).values_list("pk", flat=True)
    entry = lock_entry(waiting[0]) if waiting else None
    if entry and entry.state in WAITS:
        withdraw_offer(entry, reason="taken_out", now=now, by=by)
        leave(entry, state=EntryState.WITHDRAWN, now=now, by=by, reason="taken_out")
    if not interactions.end_part(participation, end=end, by=by, now=now):
        return
    participation.refresh_from_db()
    _is_free(participation, now=now)
    _with_nobody(participation, now=now)


@transaction.atomic
def accepted(participation: Participation, *, agent: Agent, offer: int, now: datetime) -> None:
    """Somebody of the queue took it: they are the one who was asked."""
    interactions.belongs_to(participation, offer=offer)
    interactions.has_answered(participation, agent=agent, now=now)


def _begin(
    call: Interaction,
    how: InCall,
    *,
    agent: Agent | None = None,
    dial: Dial | None = None,
    why: str = "",
    by: Agent,
    now: datetime,
) -> Participation:
    part = interactions.let_take_part(
        interaction=call, how=how, agent=agent, dial=dial, why=tidied(why)[:LONGEST_TEXT], by=by, now=now
    )
    if agent and part.began_at == now:
        loads.change(agent.pk, channel=call.channel, by=1, now=now)
    return part


def _is_free(part: Participation, *, now: datetime) -> None:
    if part.agent_id:
        loads.change(part.agent_id, channel=part.interaction.channel, by=-1, idle=True, now=now)


def _with_nobody(part: Participation, *, now: datetime) -> None:
    """The customer was with somebody outside alone, who has gone: it is over, or was in vain and they wait again."""
    call = part.interaction
    away = Segment.objects.filter(interaction=call, ended_at=None, kind=SegmentKind.AWAY).first()
    if away is None or call.participations.filter(ended_at=None, how__in=WITH_CUSTOMER).exists():
        return
    if part.joined_at:
        finishing.finish_talk(interaction=call, by=None, reason=EndReason.OUTSIDE, now=now)
    else:
        give_back(away, reason="not_answered", by=None, now=now)


def pass_on(
    call: Interaction, segment: Segment, part: Participation, *, transfer: Transfer, by: Agent, now: datetime
) -> None:
    """The segment of one ends, that of the other begins; who has it is a party no longer, but its owner."""
    due = finishing.wrap_up_due(segment, now)
    if part.agent:
        interactions.end_part(part, end=PartEnd.GOT_IT, by=by, now=now)
        fresh = interactions.give_to_agent(interaction=call, agent=part.agent, wrap_up_due_at=due, now=now)
    else:
        fresh = interactions.give_away(interaction=call, wrap_up_due_at=due, now=now)
        interactions.change_part(part, how=InCall.TOGETHER, by=by, now=now)
    queue = finishing.queue_of(segment)
    about = {"queue": queue.pk if queue else None, "channel": call.channel}
    keys = {"supervision", f"agent:{by.pk}", *audience.customers(call)}
    keys |= {f"agent:{part.agent_id}"} if part.agent_id else set()
    keys |= {f"queue:{queue.pk}"} if queue else set()
    data = audience.about(call, transfer=transfer.pk, segment=segment.pk, **about)
    publish(kind="transfer.made", data=data, audience=keys, now=now, by=by.pk)
    if part.agent:
        theirs = finishing.queue_of(fresh)
        about["queue"] = theirs.pk if theirs else None
        data = audience.about(call, segment=fresh.pk, agent=part.agent_id, **about)
        publish(kind="segment.started", data=data, audience=keys, now=now, by=by.pk)
    segment.refresh_from_db()
    finishing.begin_wrap_up(segment, now=now, by=by)


def _wait(part: Participation, queue: Queue, *, by: Agent, now: datetime) -> None:
    """It rings there like any work, before calls that only wait: a customer is on hold meanwhile."""
    entry = QueueEntry(
        queue=queue,
        participation=part,
        channel=part.interaction.channel,
        priority=4,
        entered_at=now,
        position_at=part.interaction.started_at,
        practice=part.interaction.practice or queue.practice,
        declined={str(by.pk): (now + NEVER_BACK_TO_WHO_ASKS).isoformat()},
    )
    place(entry, reason="asked", newcomer=False, now=now, by=by)


def _owned(interaction: Interaction, by: Agent) -> tuple[Interaction, Segment]:
    call = interactions.lock(interaction.pk)
    running = Segment.objects.filter(interaction=call, ended_at=None, kind=SegmentKind.AGENT, agent=by)
    segment = running.select_related("interaction").first()
    if segment is None:
        raise NotPossible(Refusal.NO_TALK)
    return call, segment


def _part(participation: Participation, by: Agent) -> Participation:
    """As it is now, of a call that this agent has."""
    _owned(participation.interaction, by)
    part = Participation.objects.select_related("interaction", "agent").filter(pk=participation.pk, ended_at=None)
    found = part.first()
    if found is None:
        raise NotPossible(Refusal.HAS_LEFT)
    return found


def _can_come(agent: Agent, interaction: Interaction, by: Agent) -> bool:
    """They are there, in no other call, and can be rung."""
    if agent.pk == by.pk or agent.practising != interaction.practice or not available(agent):
        return False
    load = AgentLoad.objects.filter(pk=agent.pk).first()
    return load is not None and not load.no_phone and not load.open_work.get(interaction.channel, 0)


def _dialled(
    call: Interaction, number: str, what_for: DialFor, *, by: Agent, now: datetime
) -> tuple[Dial | None, MayNotCall | None]:
    """What allows the number; refused, the wish stays as a row all the same."""
    if not number:
        return None, None
    wish = interactions.dial(account=call.account, number=number, what_for=what_for, by=by, interaction=call, now=now)
    return wish, MayNotCall(wish.refused, wish.value) if wish.refused else None

"""A supervisor listens, whispers to the agent, joins in, takes over; who is watched learns of it as configured."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from fanal.agents.actions import has_signed_out
from fanal.agents.models import SUPERVISES as WATCHES
from fanal.agents.models import Agent, Permission
from fanal.interactions import actions as interactions
from fanal.interactions.capabilities import can
from fanal.interactions.models import SUPERVISES, InCall, Interaction, PartEnd, Participation, Segment, SegmentKind
from fanal.interactions.rules import disclosure
from fanal.routing.actions import finishing, in_calls, loads
from fanal.routing.actions.refusals import NotPossible, Refusal
from fanal.routing.actions.telling import say
from fanal.routing.models import AgentLoad, Queue, Transfer, TransferTarget


def may_supervise(interaction: Interaction, *, by: Agent) -> bool:
    """Everything for a supervisor, for a queue manager what came from a queue of theirs; nobody watches themselves."""
    segment = _talk(interaction)
    if segment is None or segment.agent_id == by.pk or interaction.practice != by.practising:
        return False
    if by.may(Permission.SUPERVISE):
        return True
    queue = finishing.queue_of(segment)
    return queue is not None and Queue.objects.supervised_by(by).filter(pk=queue.pk).exists()


@transaction.atomic
def supervise(*, interaction: Interaction, how: InCall, by: Agent, now: datetime) -> Participation:
    """Be in the talk of another; a second time, in another way. In writing one only reads along. Raises NotPossible."""
    call = _allowed(interaction, by)
    spoken = can(call.channel).spoken
    there = call.participations.filter(ended_at=None, agent=by).first()
    if there:
        if there.how not in SUPERVISES:
            raise NotPossible(Refusal.IN_A_CALL)
        return interactions.change_part(there, how=how if spoken else InCall.LISTENS, by=by, now=now)
    load, _made = AgentLoad.objects.get_or_create(agent=by)
    if spoken and load.no_phone:
        raise NotPossible(Refusal.NO_PHONE)
    if spoken and load.open_work.get(call.channel, 0):
        raise NotPossible(Refusal.IN_A_CALL)
    part = interactions.let_take_part(interaction=call, how=how if spoken else InCall.LISTENS, agent=by, by=by, now=now)
    loads.change(by.pk, channel=call.channel, by=1, now=now)
    if not spoken:
        _tell_in_writing(part, by=by, now=now)
    return part


@transaction.atomic
def take_over(*, interaction: Interaction, by: Agent, now: datetime) -> Transfer:
    """The contact is the supervisor's at once, and whoever had it wraps up. Raises NotPossible."""
    call = _allowed(interaction, by)
    segment = _talk(call)
    assert segment is not None
    part = call.participations.filter(ended_at=None, agent=by).first()
    if part is None:
        part = supervise(interaction=call, how=InCall.JOINS, by=by, now=now)
    fact = Transfer.objects.create(
        interaction=call,
        from_segment=segment,
        target=TransferTarget.AGENT,
        to_agent=by,
        summary="",
        by=by,
        at=now,
    )
    in_calls.pass_on(call, segment, part, by=by, now=now, transfer=fact)
    return fact


def stop_who_may_not_listen(*, now: datetime) -> int:
    """Whoever lost the right, left, or has signed out since hears nothing more. How many there were."""
    rows = Participation.objects.filter(how__in=SUPERVISES, ended_at=None)
    found = rows.select_related("interaction", "agent__role")
    return sum(_stop(part, now=now) for part in list(found) if not _still_may(part, now=now))


def _still_may(part: Participation, *, now: datetime) -> bool:
    """While nobody has the talk, what they may in general decides; whoever has it themselves watches nobody."""
    who = part.agent
    if who is None or not who.is_active or has_signed_out(agent=who, now=now):
        return False
    if _talk(part.interaction) is None:
        return any(who.may(permission) for permission in WATCHES)
    return may_supervise(part.interaction, by=who)


@transaction.atomic
def _stop(part: Participation, *, now: datetime) -> bool:
    if not interactions.end_part(part, end=PartEnd.NO_RIGHT, by=None, now=now):
        return False
    if part.agent_id:
        loads.change(part.agent_id, channel=part.interaction.channel, by=-1, idle=True, now=now)
    return True


def _allowed(interaction: Interaction, by: Agent) -> Interaction:
    call = Interaction.objects.select_for_update(of=("self",)).select_related("account").get(pk=interaction.pk)
    if _talk(call) is None:
        raise NotPossible(Refusal.NO_TALK)
    if not may_supervise(call, by=by):
        raise NotPossible(Refusal.NOT_WATCHED)
    return call


def _talk(interaction: Interaction) -> Segment | None:
    rows = Segment.objects.filter(interaction=interaction, ended_at=None, kind=SegmentKind.AGENT)
    return rows.select_related("interaction", "agent").first()


def _tell_in_writing(part: Participation, *, by: Agent, now: datetime) -> None:
    """Whoever writes sees a note; the customer is told where that is configured."""
    told = disclosure(part.interaction.account.settings)
    if told != "nobody":
        interactions.add_note(interaction=part.interaction, text=_("I am reading along."), by=by, now=now)
    if told == "customer":
        say(part.interaction, _joined, f"supervised-{part.pk}", now=now)


def _joined() -> str:
    return _("A supervisor is reading along in this conversation.")

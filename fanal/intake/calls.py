"""What the lines of a call do, and what follows from it: a phone that is lifted accepts, one that is laid down ends."""

import contextlib
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from fanal.agents.kept import kept
from fanal.agents.models import AgentState, PhoneLine, Presence
from fanal.channels.models import ChannelKind
from fanal.channels.port import CallArrived, ContactStarted, LineAnswered, LineEnded
from fanal.intake import outgoing
from fanal.interactions import actions as interactions
from fanal.interactions.models import Interaction, Leg, LegKind, PartEnd, Segment, SegmentKind
from fanal.routing import actions as routing
from fanal.routing.models import Offer

LAID_DOWN = (0, 16)
"""Q.850: normal clearing, or nothing was said of it: somebody ended the call. Any other cause is a lost line."""
NO_SUCH_PHONE = 20
"""Q.850: subscriber absent."""
COMES_BACK_WITHIN = timedelta(seconds=30)
"""So long a customer is held for the agent whose line was lost."""
DECLINED = {17: "phone_busy", 21: "phone_declined", NO_SUCH_PHONE: "no_phone"}


def started_by(signal: CallArrived) -> ContactStarted:
    """A call as a contact like any other; the number that was called is where they came in."""
    page = f"tel:{signal.called}" if signal.called else ""
    return ContactStarted(source=signal.source, entry_page=page, called=signal.called)


def told_before(signal: CallArrived) -> Interaction | None:
    """The contact of this line, which may have ended: it was found while nobody listened, and is told late."""
    leg = leg_of.first(line=signal.line)
    return leg.interaction if leg else None


@kept
def leg_of(line: str) -> QuerySet[Leg]:
    """What part of which call it is, or was; none where it belongs to no call."""
    return Leg.objects.filter(line=line).select_related("interaction__account")


def attach(*, interaction: Interaction, signal: CallArrived, now: datetime) -> Leg:
    """The caller's own line is part of their contact."""
    return interactions.open_leg(
        interaction=interaction, kind=LegKind.CUSTOMER, line=signal.line, run=signal.run, now=now
    )


def answered(*, signal: LineAnswered, now: datetime) -> None:
    """An agent lifts the phone: what rings there is theirs. If it is not any more, the phone will be laid down."""
    leg = interactions.answer_leg(line=signal.line, run=signal.run, now=moment(signal.at, now))
    if leg and leg.participation:
        interactions.has_answered(leg.participation, now=moment(signal.at, now))
    if leg and leg.agent and leg.for_offer and leg.interaction.ended_at is None:
        try:
            routing.accept(offer_id=leg.for_offer, agent=leg.agent, now=now)
        except routing.NotPossible:
            return


def ended(*, signal: LineEnded, now: datetime) -> Interaction | None:
    """A line is gone; returns the contact that its customer left by that."""
    at = moment(signal.at, now)
    leg = interactions.end_leg(line=signal.line, cause=signal.cause, estimated=signal.found, now=at)
    return line_gone(leg, now=now) if leg else None


def call_back_if_cut(*, interaction: Interaction, signal: LineEnded, now: datetime) -> None:
    """Whose call ended with the exchange itself is called back, where their queue says so and we may."""
    queue = routing.queue_they_were_in(interaction) if signal.cut else None
    if queue is None or not queue.calls_back_cut or interaction.ended_at:
        return
    with contextlib.suppress(routing.NotCalledBack):
        routing.wish_callback(interaction=interaction, queue=queue, now=now)


def line_gone(leg: Leg, *, now: datetime) -> Interaction | None:
    """What follows from the end of a line; the contact, where its customer left it by that."""
    if leg.kind == LegKind.CUSTOMER and leg.dial_id and leg.answered_at is None:
        outgoing.not_reached(leg, now=now)
    elif leg.kind == LegKind.CUSTOMER:
        return leg.interaction
    elif leg.participation and leg.participation.ended_at is None:
        other_gone(leg, now=now)
    elif leg.agent:
        agent_gone(leg, now=now)
    return None


def other_gone(leg: Leg, *, now: datetime) -> None:
    """The line of somebody beside the owner ended: lost, an agent is called again, a number outside is not."""
    assert leg.participation
    laid_down = leg.cause in LAID_DOWN and not leg.estimated
    if leg.answered_at is None:
        end = PartEnd.DECLINED if leg.cause in DECLINED else PartEnd.UNANSWERED
    elif leg.agent and not laid_down:
        return
    else:
        end = PartEnd.LEFT if laid_down else PartEnd.LOST
    routing.gone(participation=leg.participation, end=end, by=leg.agent, now=now)


def agent_gone(leg: Leg, *, now: datetime) -> None:
    """An agent's line ended: what rang there is declined; who laid down the phone has ended the talk.

    A line that was lost ends nothing: the customer waits with music, and the phone is called again.
    """
    if leg.answered_at is None and leg.for_offer is None:
        outgoing.own_phone_not_lifted(leg, now=now)
    elif leg.answered_at is None:
        _decline(leg, now=now)
    elif leg.agent and leg.cause in LAID_DOWN and not leg.estimated and _has_the_talk(leg):
        routing.leave_call(interaction=leg.interaction, by=leg.agent, now=now)


def no_such_phone(line: str, *, now: datetime) -> None:
    """The exchange knows no such phone, or nobody is there: what was to ring goes to somebody else."""
    if leg := interactions.end_leg(line=line, cause=NO_SUCH_PHONE, now=now):
        line_gone(leg, now=now)


def rings_at_nobody(*, now: datetime) -> None:
    """Phones are gone, perhaps while they rang: the exchange goes on calling them, and whoever calls waits in vain."""
    rings = Leg.objects.filter(ended_at=None, answered_at=None, for_offer__isnull=False)
    there = PhoneLine.objects.reachable().values("agent")
    for line in rings.exclude(agent__in=there).values_list("line", flat=True):
        no_such_phone(line, now=now)


def give_back_lost(*, now: datetime) -> int:
    """Talks whose agent's line was lost and did not come back in time go to the front of their queue. How many.

    Whoever had them is not answering, so that they get nothing more, until they say themselves that they are there.
    """
    rows = Segment.objects.filter(
        interaction__channel=ChannelKind.VOICE, kind=SegmentKind.AGENT, ended_at=None,
        started_at__lte=now - COMES_BACK_WITHIN,
    )  # fmt: skip
    return sum(_give_back(pk, now=now) for pk in rows.values_list("pk", flat=True))


@transaction.atomic
def _give_back(segment_id: int, *, now: datetime) -> bool:
    found = Segment.objects.only("interaction_id").get(pk=segment_id)
    interactions.lock(found.interaction_id)
    segment = Segment.objects.select_related("interaction", "agent").get(pk=segment_id)
    heard = Leg.objects.filter(interaction=segment.interaction_id, agent=segment.agent_id, answered_at__isnull=False)
    if segment.ended_at or heard.filter(Q(ended_at=None) | Q(ended_at__gt=now - COMES_BACK_WITHIN)).exists():
        return False
    routing.give_back(segment, reason="line_lost", by=None, now=now)
    routing.complete_wrap_up(segment_id=segment.pk, by=None, now=now)
    if (
        segment.agent
        and AgentState.objects.filter(agent=segment.agent, ended_at=None, state=Presence.AVAILABLE).exists()
    ):
        routing.set_presence(agent=segment.agent, state=Presence.NOT_ANSWERING, by=None, now=now)
    return True


def moment(at: datetime, now: datetime) -> datetime:
    """When it happened, by the exchange's clock; never later than ours says."""
    return min(at, now)


def _decline(leg: Leg, *, now: datetime) -> None:
    """The phone said no, or is gone while it rang: one that we stopped has lost its offer before."""
    reason = DECLINED.get(leg.cause or 0, "no_phone")
    if leg.agent and leg.for_offer and Offer.objects.filter(pk=leg.for_offer).exists():
        try:
            routing.decline(offer_id=leg.for_offer, agent=leg.agent, reason=reason, now=now)
        except routing.NotPossible:
            return


def _has_the_talk(leg: Leg) -> bool:
    """Whether it is theirs still, on this line: who has lifted another one goes on there."""
    whose = {"interaction": leg.interaction_id, "agent": leg.agent_id}
    return bool(_talks(**whose)) and not _lifted(**whose)


@kept
def _talks(interaction: int, agent: int) -> QuerySet[Segment, int]:
    return Segment.objects.filter(interaction=interaction, agent=agent, ended_at=None).values_list("pk", flat=True)


@kept
def _lifted(interaction: int, agent: int) -> QuerySet[Leg, int]:
    rows = Leg.objects.filter(interaction=interaction, agent=agent, answered_at__isnull=False, ended_at=None)
    return rows.values_list("pk", flat=True)

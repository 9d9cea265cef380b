"""The lines of a call begin, are answered and end; between them the customer may be held."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet, Value
from django.db.models.functions import Greatest

from fanal.agents.kept import kept
from fanal.agents.models import Agent
from fanal.events.actions import publish
from fanal.interactions import audience
from fanal.interactions.actions.locking import lock
from fanal.interactions.models import Dial, Hold, Interaction, Leg, LegKind, Participation, Segment, SegmentKind
from fanal.running.connections.inserting import insert_once
from fanal.running.connections.updating import update


def open_leg(
    *,
    interaction: Interaction,
    kind: LegKind,
    line: str,
    run: str = "",
    agent: Agent | None = None,
    for_offer: int | None = None,
    dial: Dial | None = None,
    participation: Participation | None = None,
    now: datetime,
) -> Leg:
    """A line is part of a call, or will be: the exchange is asked for it afterwards. The same one twice is once.

    One that we call outside refers to the `dial` that allowed it.
    """
    leg = Leg(
        interaction=interaction, kind=kind, line=line, run=run, agent=agent, for_offer=for_offer, dial=dial,
        participation=participation, began_at=now,
    )  # fmt: skip
    return leg if insert_once(leg) else Leg.objects.get(line=line)


@transaction.atomic(savepoint=False)
def answer_leg(*, line: str, run: str, now: datetime) -> Leg | None:
    """The phone was lifted. None if the line is no part of a call, or not any more."""
    leg = _locked(line)
    if leg is None or leg.ended_at:
        return None
    if leg.answered_at is None:
        leg.answered_at, leg.run = max(now, leg.began_at), run
        update(leg, "answered_at", "run")
        _tell("leg.answered", leg, now=now)
    return leg


@transaction.atomic(savepoint=False)
def end_leg(*, line: str, cause: int = 0, estimated: bool = False, now: datetime) -> Leg | None:
    """The line is gone; None if that was known, or it is no part of a call.

    One that was only found gone is told of after all: from then on it is known when it ended, and why.
    """
    leg = _locked(line)
    if leg is None or (leg.ended_at and (estimated or not leg.estimated)):
        return None
    leg.ended_at, leg.cause, leg.estimated = max(now, leg.began_at), cause, estimated
    update(leg, "ended_at", "cause", "estimated")
    _tell("leg.ended", leg, now=now, cause=cause)
    return leg


@transaction.atomic
def hold(*, interaction: Interaction, by: Agent, now: datetime) -> Hold | None:
    """The customer hears music until they are talked to again, or the segment ends. None if there is no talk."""
    segment = _talk(interaction)
    if segment is None:
        return None
    running = Hold.objects.filter(segment=segment, ended_at=None).first()
    if running:
        return running
    began = max(now, segment.started_at)
    fresh = Hold.objects.create(interaction=interaction, segment=segment, by=by, began_at=began)
    _tell_hold("hold.began", fresh, by=by, now=now)
    return fresh


@transaction.atomic
def unhold(*, interaction: Interaction, by: Agent, now: datetime) -> None:
    """They are talked to again; who is not held stays as they are."""
    segment = _talk(interaction)
    for running in Hold.objects.filter(segment=segment, ended_at=None).select_related("interaction"):
        running.ended_at = max(now, running.began_at)
        running.save(update_fields=["ended_at"])
        _tell_hold("hold.ended", running, by=by, now=now)


def end_holds(segment: Segment, *, now: datetime) -> None:
    """Whoever gets the contact, or its end, ends the music too; only in a talk is anybody held."""
    if segment.kind == SegmentKind.AGENT and _running_holds(segment=segment.pk):
        Hold.objects.filter(segment=segment, ended_at=None).update(ended_at=Greatest("began_at", Value(now)))


def _talk(interaction: Interaction) -> Segment | None:
    lock(interaction.pk)
    return Segment.objects.filter(interaction=interaction, kind=SegmentKind.AGENT, ended_at=None).first()


def _tell_hold(kind: str, fact: Hold, *, by: Agent, now: datetime) -> None:
    data = audience.about(fact.interaction, hold=fact.pk, segment=fact.segment_id, agent=by.pk)
    publish(kind=kind, data=data, audience=audience.of(fact.interaction), now=now, by=by.pk)


def _locked(line: str) -> Leg | None:
    """Locked after its interaction: everybody locks in this order."""
    whose = _interactions_of(line=line)
    if not whose:
        return None
    lock(whose[0])
    return _legs_locked.first(line=line)


@kept
def _running_holds(segment: int) -> QuerySet[Hold, int]:
    return Hold.objects.filter(segment=segment, ended_at=None).values_list("pk", flat=True)


@kept
def _interactions_of(line: str) -> QuerySet[Leg, int]:
    return Leg.objects.filter(line=line).values_list("interaction", flat=True)


@kept
def _legs_locked(line: str) -> QuerySet[Leg]:
    rows = Leg.objects.select_for_update(of=("self",)).select_related("interaction", "agent", "participation")
    return rows.filter(line=line)


def _tell(kind: str, leg: Leg, *, now: datetime, **more: int) -> None:
    data = audience.about(leg.interaction, leg=leg.pk, leg_kind=leg.kind, agent=leg.agent_id, **more)
    publish(kind=kind, data=data, audience=audience.of(leg.interaction, agent=leg.agent_id), now=now)

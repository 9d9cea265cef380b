"""Others come into a contact beside its owner, are in it in another way, and leave it."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from fanal.agents.kept import kept
from fanal.agents.models import Agent
from fanal.events.actions import publish
from fanal.interactions import audience
from fanal.interactions.actions.locking import lock
from fanal.interactions.models import SUPERVISES, Dial, InCall, Interaction, Leg, PartEnd, Participation
from fanal.interactions.rules import disclosure


@transaction.atomic
def let_take_part(
    *,
    interaction: Interaction,
    how: InCall,
    agent: Agent | None = None,
    dial: Dial | None = None,
    why: str = "",
    by: Agent,
    now: datetime,
) -> Participation:
    """Somebody is to be in it; an agent or a number that is already stays as they are.

    A number outside comes with the `dial` that allows it.
    """
    locked(interaction)
    number = dial.number if dial else ""
    there = Participation.objects.filter(interaction=interaction, ended_at=None)
    same = there.filter(agent=agent, number=number).first() if agent or number else None
    if same:
        return same
    fresh = Participation.objects.create(
        interaction=interaction, how=how, agent=agent, number=number, dial=dial, why=why, by=by, began_at=now
    )
    _tell("participation.began", fresh, by=by, now=now)
    return fresh


@transaction.atomic
def has_answered(participation: Participation, *, agent: Agent | None = None, now: datetime) -> Participation:
    """They are there; `agent`: who of the queue took it. Twice is once."""
    part = _open(participation)
    if part and (part.joined_at is None or agent):
        part.joined_at = part.joined_at or max(now, part.began_at)
        part.agent = part.agent or agent
        part.save(update_fields=["joined_at", "agent"])
        _tell("participation.joined", part, by=part.agent, now=now)
    return part or participation


@transaction.atomic
def change_part(participation: Participation, *, how: InCall, by: Agent, now: datetime) -> Participation:
    """They are in it in another way from now on; who has left stays as they were."""
    part = _open(participation)
    if part and part.how != how:
        part.how = how
        part.save(update_fields=["how"])
        _tell("participation.changed", part, by=by, now=now)
    return part or participation


@transaction.atomic
def end_part(participation: Participation, *, end: PartEnd, by: Agent | None, now: datetime) -> bool:
    """They are in it no more; False if that was so already."""
    part = _open(participation)
    if part is None:
        return False
    _end(part, end=end, by=by, now=now)
    return True


def end_parts(interaction: Interaction, *, by: Agent | None, now: datetime) -> None:
    """The contact is over for everybody. Within a transaction that has locked it."""
    for part in open_parts(interaction):
        part.interaction = interaction
        _end(part, end=PartEnd.OVER, by=by, now=now)


def open_parts(interaction: Interaction) -> list[Participation]:
    """Who takes part beside the owner now."""
    return _open_parts(interaction=interaction.pk)


def belongs_to(participation: Participation, *, offer: int) -> None:
    """The phone that was lifted for an offer is this one's from now on."""
    Leg.objects.filter(for_offer=offer).update(participation=participation)


def locked(interaction: Interaction) -> Interaction:
    return lock(interaction.pk)


@kept
def _open_parts(interaction: int) -> QuerySet[Participation]:
    return Participation.objects.filter(interaction=interaction, ended_at=None)


def _open(participation: Participation) -> Participation | None:
    """Locked after its interaction: everybody locks in this order."""
    locked(participation.interaction)
    rows = Participation.objects.select_for_update(of=("self",)).select_related("interaction", "agent")
    return rows.filter(pk=participation.pk, ended_at=None).first()


def _end(part: Participation, *, end: PartEnd, by: Agent | None, now: datetime) -> None:
    part.ended_at, part.end = max(now, part.joined_at or part.began_at), end
    part.save(update_fields=["ended_at", "end"])
    _tell("participation.ended", part, by=by, now=now, end=str(end))


def _tell(kind: str, part: Participation, *, by: Agent | None, now: datetime, **more: str) -> None:
    data = audience.about(part.interaction, participation=part.pk, agent=part.agent_id, how=part.how, **more)
    unseen = part.how in SUPERVISES and disclosure(part.interaction.account.settings) == "nobody"
    keys = {"supervision"} if unseen else {*audience.of(part.interaction), "supervision"}
    keys |= {f"agent:{part.agent_id}"} if part.agent_id else set()
    publish(kind=kind, data=data, audience=keys, now=now, by=by.pk if by else None)

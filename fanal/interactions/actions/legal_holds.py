"""What belongs to a legal matter is kept, whatever its days are, until somebody lifts that."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from fanal.agents.models import Agent
from fanal.events.actions import publish
from fanal.interactions import audience
from fanal.interactions.actions.locking import lock
from fanal.interactions.models import LONGEST_REASON, Interaction, LegalHold, Recording, Spoken


@transaction.atomic
def hold_for_law(*, interaction: Interaction, reason: str, by: Agent, now: datetime) -> LegalHold:
    """From now on nothing of it is removed; twice is once. Raises ValueError where nobody says why."""
    interaction = lock(interaction.pk)
    there = LegalHold.objects.running().filter(interaction=interaction).first()
    if there:
        return there
    # Whoever removes something just now is waited for, or sees this hold.
    _lock_what_is_kept(interaction)
    hold = LegalHold.objects.create(interaction=interaction, reason=_said(reason), by=by, at=now)
    _tell("legal_hold.set", hold, by=by, now=now)
    return hold


@transaction.atomic
def lift_hold(*, interaction: Interaction, reason: str, by: Agent, now: datetime) -> LegalHold | None:
    """Its days count again: what is over is removed with the next run. None where nothing is held."""
    lock(interaction.pk)
    hold = LegalHold.objects.running().select_related("interaction").filter(interaction=interaction).first()
    if hold is None:
        return None
    hold.lifted_why, hold.lifted_by, hold.lifted_at = _said(reason), by, max(now, hold.at)
    hold.save(update_fields=["lifted_why", "lifted_by", "lifted_at"])
    _tell("legal_hold.lifted", hold, by=by, now=now)
    return hold


def _said(reason: str) -> str:
    tidy = " ".join(reason.split())[:LONGEST_REASON]
    if not tidy:
        raise ValueError("Say why.")
    return tidy


def _lock_what_is_kept(interaction: Interaction) -> None:
    of_it = Q(interaction=interaction) | Q(left_as=interaction)
    list(Recording.objects.select_for_update(of=("self",)).filter(of_it).order_by("pk").values_list("pk"))
    list(
        Spoken.objects.select_for_update(of=("self",)).filter(interaction=interaction).order_by("pk").values_list("pk")
    )


def _tell(kind: str, hold: LegalHold, *, by: Agent, now: datetime) -> None:
    call = hold.interaction
    keys = ["supervision", *audience.of(call)]
    publish(kind=kind, data=audience.about(call, legal_hold=hold.pk), audience=keys, now=now, by=by.pk)

"""In a talk the customer keys in a card number, and nobody hears, sees or stores it: what is kept is what finds it."""

from datetime import datetime

from django.db import transaction

from fanal.agents.models import Agent
from fanal.events.actions import publish
from fanal.holdings.keys import card_key
from fanal.interactions import audience
from fanal.interactions.actions.locking import lock
from fanal.interactions.models import Interaction, Keying, KeyingEnd, RecordedCall, Segment, SegmentKind
from fanal.interactions.rules.recording import QUIET
from fanal.norms import cards


@transaction.atomic
def ask_for_card(*, interaction: Interaction, by: Agent, now: datetime) -> Keying | None:
    """From now on their keys are a card number, and nothing is recorded. None if nobody talks to them."""
    interaction = lock(interaction.pk)
    if not Segment.objects.filter(interaction=interaction, kind=SegmentKind.AGENT, ended_at=None).exists():
        return None
    open_one = Keying.objects.filter(interaction=interaction, ended_at=None).first()
    if open_one:
        return open_one
    fresh = Keying.objects.create(interaction=interaction, by=by, began_at=now)
    _tell("keying.began", fresh, by=by, now=now)
    return fresh


@transaction.atomic
def take_card(*, interaction: Interaction, keyed: str, now: datetime) -> KeyingEnd | None:
    """Of a card number its keyed hash and last four; of anything else nothing at all. None if nobody asked."""
    interaction = lock(interaction.pk)
    found = Keying.objects.select_for_update().filter(interaction=interaction, ended_at=None).first()
    if found is None:
        return None
    if not cards.is_card(keyed):
        return _end(found, KeyingEnd.UNFIT if keyed else KeyingEnd.TOO_LATE, by=None, now=now)
    found.last_four = cards.last_four(keyed)
    given = {"card_hash": cards.keyed_hash(keyed, key=card_key()), "card_last_four": found.last_four}
    interaction.given = {**interaction.given, **given}
    interaction.save(update_fields=["given"])
    return _end(found, KeyingEnd.TAKEN, by=None, now=now)


@transaction.atomic
def stop_asking(*, interaction: Interaction, by: Agent, now: datetime) -> None:
    """The agent goes on without it."""
    interaction = lock(interaction.pk)
    if found := Keying.objects.select_for_update().filter(interaction=interaction, ended_at=None).first():
        _end(found, KeyingEnd.WITHDRAWN, by=by, now=now)


def end_keyings(interaction: Interaction, *, now: datetime) -> None:
    """The call is over."""
    Keying.objects.filter(interaction=interaction, ended_at=None).update(ended_at=now, how=KeyingEnd.OVER)


def _end(found: Keying, how: KeyingEnd, *, by: Agent | None, now: datetime) -> KeyingEnd:
    """What is recorded goes on a moment later, so that nothing of the last key is in it."""
    found.ended_at, found.how = max(now, found.began_at), how
    found.save(update_fields=["ended_at", "how", "last_four"])
    RecordedCall.objects.filter(interaction=found.interaction_id).update(quiet_until=now + QUIET)
    _tell("keying.ended", found, by=by, now=now)
    return how


def _tell(kind: str, found: Keying, *, by: Agent | None, now: datetime) -> None:
    data = audience.about(found.interaction, keying=found.pk, how=str(found.how))
    publish(kind=kind, data=data, audience=audience.of(found.interaction), now=now, by=by.pk if by else None)

"""How routing's changes are told: events with their audience, and the wake-up of the matchers."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import translation

from fanal.agents.models import Agent
from fanal.consent.rules import NotAllowed
from fanal.events.actions import publish
from fanal.interactions import actions as interactions
from fanal.interactions.audience import customers
from fanal.interactions.capabilities import can
from fanal.interactions.models import Author, Interaction
from fanal.routing.models import QueueEntry
from fanal.routing.statements import WAKE


def tell(
    kind: str,
    entry: QueueEntry,
    *,
    now: datetime,
    by: Agent | None = None,
    agents: Iterable[int | None] = (),
    customer: bool = False,
    **data: Any,
) -> None:
    """Tell what happened to an entry: its queue's managers, supervisors, these agents and, if wanted, the customer."""
    audience = {f"queue:{entry.queue_id}", "supervision", *(f"agent:{agent}" for agent in agents if agent)}
    if customer and entry.interaction is not None:
        audience.update(customers(entry.interaction))
    publish(kind=kind, data=about(entry) | data, audience=audience, now=now, by=by.pk if by else None)


def say(interaction: Interaction, said: Callable[[], str], once: str, *, now: datetime) -> None:
    """The program says something to the customer, in their language, once; whom the gate protects is not written to.

    In a call nothing is written: what is to be heard there is played.
    """
    if can(interaction.channel).spoken:
        return
    known = {code for code, _name in settings.LANGUAGES}
    with translation.override(interaction.language if interaction.language in known else settings.LANGUAGE_CODE):
        text = said()
    try:
        interactions.add_message(
            interaction=interaction, author=Author.SYSTEM, text=text, external_id=f"fanal-{once}", now=now
        )
    except NotAllowed:
        return


def about(entry: QueueEntry) -> dict[str, Any]:
    """The ids and codes that every event of an entry carries."""
    thing = {"interaction": entry.interaction_id} if entry.interaction_id else {"case": entry.case_id}
    if entry.participation:
        thing = {"asked_in": entry.participation.interaction_id, "participation": entry.participation.pk}
    if entry.consultation_id:
        thing["consultation"] = entry.consultation_id
    about = {"entry": entry.pk, "queue": entry.queue_id, "channel": entry.channel, "priority": entry.priority, **thing}
    return about | ({"practice": True} if entry.practice else {})


def wake() -> None:
    """Tell the matchers, when this transaction commits, that there is something to look at."""
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {WAKE}")

"""Whose browsers an interaction's events go to."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from fanal.agents.kept import kept
from fanal.channels.models import ChannelKind
from fanal.interactions.models import Interaction, Segment

WINDOWS = frozenset({ChannelKind.WEBCHAT, ChannelKind.SIMULATED})
"""Where the other side has a window of ours; elsewhere its handle is an address or a number, and no event holds one."""


def owner(interaction: Interaction) -> int | None:
    """The agent who has the talk now or is wrapping it up, if any."""
    return _owner.first(interaction=interaction.pk)


def of(interaction: Interaction, *, customer: bool = False, agent: int | None = None) -> list[str]:
    """The owner's key, and the visitor's too where the customer should see the effect."""
    agent = agent or owner(interaction)
    return [f"agent:{agent}"] * bool(agent) + (customers(interaction) if customer else [])


def customers(interaction: Interaction) -> list[str]:
    """The other side's own window, where its channel has one."""
    return [f"visitor:{interaction.source}"] if interaction.channel in WINDOWS else []


def about(interaction: Interaction, **more: Any) -> Mapping[str, Any]:
    """The data of an event of this interaction: its id, the given ids, and whether it is practice."""
    return {"interaction": interaction.pk, **more} | ({"practice": True} if interaction.practice else {})


@kept
def _owner(interaction: int) -> QuerySet[Segment, int | None]:
    rows = Segment.objects.filter(interaction=interaction, agent__isnull=False, wrapped_up_at=None)
    return rows.order_by("-id").values_list("agent_id", flat=True)[:1]

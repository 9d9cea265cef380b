"""Whose browsers an interaction's events go to."""

from collections.abc import Mapping
from typing import Any

from fanal.interactions.models import Interaction, Segment


def owner(interaction: Interaction) -> int | None:
    """The agent who has the talk now or is wrapping it up, if any."""
    return (
        Segment.objects.filter(interaction=interaction, agent__isnull=False, wrapped_up_at=None)
        .order_by("-id")
        .values_list("agent_id", flat=True)
        .first()
    )


def of(interaction: Interaction, *, customer: bool = False, agent: int | None = None) -> list[str]:
    """The owner's key, and the visitor's too where the customer should see the effect."""
    agent = agent or owner(interaction)
    return [f"agent:{agent}"] * bool(agent) + [f"visitor:{interaction.source}"] * customer


def about(interaction: Interaction, **more: Any) -> Mapping[str, Any]:
    """The data of an event of this interaction: its id, the given ids, and whether it is practice."""
    return {"interaction": interaction.pk, **more} | ({"practice": True} if interaction.practice else {})

"""Opening a contact is reading it: the customer sees that their words were read."""

from django.utils import timezone

from fanal.agents.models import Agent
from fanal.interactions import actions as interactions
from fanal.interactions.models import Author, Interaction


def mark_read(interaction: Interaction, *, agent: Agent) -> None:
    """Everything said so far is read, if it is this agent who has the talk."""
    last = interaction.messages.filter(author=Author.CUSTOMER, read_at=None).order_by("-id").first()
    if last and interaction.segments.filter(agent=agent, ended_at=None).exists():
        interactions.mark(interaction=interaction, by_customer=False, read_up_to=last.pk, now=timezone.now())

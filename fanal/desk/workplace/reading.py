"""Opening a contact is reading it: the customer sees that their words were read."""

from django.db.models import Exists, QuerySet
from django.utils import timezone

from fanal.agents.kept import kept
from fanal.agents.models import Agent
from fanal.interactions import actions as interactions
from fanal.interactions.models import Author, Interaction, Message, Segment


def mark_read(interaction: Interaction, *, agent: Agent) -> None:
    """Everything said so far is read, if it is this agent who has the talk."""
    last = _unread.first(interaction=interaction.pk, agent=agent)
    if last:
        interactions.mark(interaction=interaction, by_customer=False, read_up_to=last, now=timezone.now())


@kept
def _unread(interaction: int, agent: Agent) -> QuerySet[Message, int]:
    talking = Segment.objects.filter(interaction=interaction, agent=agent, ended_at=None)
    rows = Message.objects.filter(interaction=interaction, author=Author.CUSTOMER, read_at=None)
    return rows.filter(Exists(talking)).order_by("-id").values_list("pk", flat=True)[:1]

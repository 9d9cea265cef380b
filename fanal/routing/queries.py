"""What a queue manager may see beyond what every agent may: the work of the own queues."""

from fanal.agents.models import Agent
from fanal.interactions.models import Interaction, InteractionQuery
from fanal.routing.models import Queue, QueueEntry


def interactions_visible_to(agent: Agent) -> InteractionQuery:
    """What `visible_to` gives, and for a queue manager whatever ever waited in one of the own queues."""
    visible = Interaction.objects.visible_to(agent)
    if not agent.is_active:
        return visible
    mine = QueueEntry.objects.filter(
        queue__in=Queue.objects.supervised_by(agent), interaction__practice=agent.practising
    )
    return Interaction.objects.filter(pk__in=visible.values("pk")) | Interaction.objects.filter(
        pk__in=mine.values("interaction_id")
    )

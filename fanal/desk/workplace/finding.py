"""Fetching what a request names, only if this agent may see it; and whether it is theirs to change."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404

from fanal.agents.models import Agent, Permission
from fanal.interactions.models import Interaction, Segment, SegmentKind, Topic


def seen(agent: Agent, pk: int) -> Interaction:
    """An interaction this agent may look at; 404 for any other."""
    return get_object_or_404(Interaction.objects.visible_to(agent).select_related("customer", "account"), pk=pk)


def own(agent: Agent, pk: int) -> Interaction:
    """An interaction this agent has now, talking or wrapping up; 403 for one they may only look at."""
    interaction = seen(agent, pk)
    handling = Segment.objects.filter(interaction=interaction, kind=SegmentKind.AGENT, agent=agent, wrapped_up_at=None)
    if not handling.exists() and not agent.may(Permission.SUPERVISE):
        raise PermissionDenied
    return interaction


def own_topic(agent: Agent, pk: int) -> Topic:
    topic = get_object_or_404(Topic.objects.select_related("interaction__customer", "case"), pk=pk)
    own(agent, topic.interaction_id)
    return topic

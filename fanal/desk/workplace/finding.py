"""Fetching what a request names, only if this agent may see it; and whether it is theirs to change."""

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from fanal.agents.kept import kept
from fanal.agents.models import Agent, Permission
from fanal.interactions.models import Interaction, Segment, SegmentKind, Topic


def seen(agent: Agent, pk: int) -> Interaction:
    """An interaction this agent may look at; 404 for any other."""
    found = _seen.first(agent=agent, pk=pk)
    if found is None:
        raise Http404
    return found


def own(agent: Agent, pk: int) -> Interaction:
    """An interaction this agent has now, talking or wrapping up; 403 for one they may only look at."""
    interaction = seen(agent, pk)
    if not handles(agent, interaction) and not agent.may(Permission.SUPERVISE):
        raise PermissionDenied
    return interaction


def in_hand(agent: Agent, pk: int) -> Interaction:
    """One of their own that is not somebody else's by now; 403 for whoever handed it on and only wraps up."""
    interaction = seen(agent, pk)
    if not _in_hand(agent=agent, interaction=interaction.pk) and not agent.may(Permission.SUPERVISE):
        raise PermissionDenied
    return interaction


def handles(agent: Agent, interaction: Interaction) -> bool:
    """Whether it is theirs: talking, or still to wrap up."""
    return bool(_handling(agent=agent, interaction=interaction.pk))


def own_topic(agent: Agent, pk: int) -> Topic:
    topic = get_object_or_404(Topic.objects.select_related("interaction__customer", "case"), pk=pk)
    own(agent, topic.interaction_id)
    return topic


@kept
def _seen(agent: Agent, pk: int) -> QuerySet[Interaction]:
    rows = Interaction.objects.visible_to(agent).filter(pk=pk)
    return rows.select_related("customer", "account", "spoken_for_by").defer("customer__tokens")


@kept
def _handling(agent: Agent, interaction: int) -> QuerySet[Segment, int]:
    rows = Segment.objects.filter(interaction=interaction, kind=SegmentKind.AGENT, agent=agent, wrapped_up_at=None)
    return rows.order_by().values_list("pk", flat=True)[:1]


@kept
def _in_hand(agent: Agent, interaction: int) -> QuerySet[Segment, int]:
    goes_on = Segment.objects.filter(interaction=interaction, ended_at=None)
    rows = Segment.objects.filter(interaction=interaction, kind=SegmentKind.AGENT, agent=agent, wrapped_up_at=None)
    return rows.filter(~Exists(goes_on.exclude(agent=agent))).order_by().values_list("pk", flat=True)[:1]

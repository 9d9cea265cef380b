"""Fetching the case that a request names, only if this agent may see it."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404

from fanal.agents.models import Agent, Permission
from fanal.cases.models import Case

READERS = (Permission.HANDLE, Permission.SEE_ALL_CASES, Permission.SUPERVISE, Permission.SUPERVISE_OWN_QUEUES)
WRITERS = (Permission.HANDLE, Permission.SUPERVISE)


def seen(agent: Agent, pk: int) -> Case:
    """A case this agent may look at; 404 for any other, whether it exists or not.

    Order, thing and the case it was split from are read when they are there: with all of them in one join, PostgreSQL
    takes far longer to plan the question than to answer it.
    """
    rows = Case.objects.visible_to(agent).select_related("customer", "owner", "type", "category", "team", "tier")
    return get_object_or_404(rows, pk=pk)


def may_write(agent: Agent) -> bool:
    return any(agent.may(permission) for permission in WRITERS)


def changeable(agent: Agent, pk: int) -> Case:
    """A case this agent may see and change; 403 for those who only read."""
    case = seen(agent, pk)
    if not may_write(agent):
        raise PermissionDenied
    return case

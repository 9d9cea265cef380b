"""Fetching the case that a request names, only if this agent may see it."""

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404

from fanal.agents.kept import kept
from fanal.agents.models import Agent, Permission
from fanal.cases.models import Case

READERS = (Permission.HANDLE, Permission.SEE_ALL_CASES, Permission.SUPERVISE, Permission.SUPERVISE_OWN_QUEUES)
WRITERS = (Permission.HANDLE, Permission.SUPERVISE)


def seen(agent: Agent, pk: int) -> Case:
    """A case this agent may look at; 404 for any other, whether it exists or not.

    Order, thing and the case it was split from are read when they are there: with all of them in one join, PostgreSQL
    takes far longer to plan the question than to answer it.
    """
    found = _seen.first(agent=agent, pk=pk)
    if found is None:
        raise Http404
    return found


def may_write(agent: Agent) -> bool:
    return any(agent.may(permission) for permission in WRITERS)


def changeable(agent: Agent, pk: int) -> Case:
    """A case this agent may see and change; 403 for those who only read."""
    case = seen(agent, pk)
    if not may_write(agent):
        raise PermissionDenied
    return case


@kept
def _seen(agent: Agent, pk: int) -> QuerySet[Case]:
    rows = Case.objects.visible_to(agent).filter(pk=pk).defer("customer__tokens")
    return rows.select_related("customer", "owner", "type", "category", "team", "tier")

"""Fetching the case that a request names, only if this agent may see it."""

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404

from fanal.agents.kept import kept
from fanal.agents.models import Agent, Permission
from fanal.cases.models import Case, CaseState
from fanal.routing.models import HandOver

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


def below(case: Case, agent: Agent, *, settled: bool | None = None) -> list[Case]:
    """The cases below a problem that this agent may see; `settled`: only those, or only the others."""
    found = [one for one in _below(agent=agent, problem=case.pk) if one.withdrawn_at is None]
    return found if settled is None else [one for one in found if (one.state == CaseState.SETTLED) == settled]


def not_seen_below(case: Case, agent: Agent, *, settled: bool) -> int:
    """How many more there are below a problem, which this agent may not see."""
    rows = Case.objects.filter(parent=case, withdrawn_at=None)
    rows = rows.filter(state=CaseState.SETTLED) if settled else rows.exclude(state=CaseState.SETTLED)
    return rows.exclude(pk__in=Case.objects.visible_to(agent)).count()


@kept
def _below(agent: Agent, problem: int) -> QuerySet[Case]:
    rows = Case.objects.visible_to(agent).filter(parent=problem).order_by("number")
    return rows.only("number", "subject", "state", "opened_at", "withdrawn_at", "owner", "team", "practice")


@kept
def _seen(agent: Agent, pk: int) -> QuerySet[Case]:
    rows = Case.objects.visible_to(agent).filter(pk=pk).defer("customer__tokens")
    rows = rows.annotate(
        is_problem=Exists(Case.objects.filter(parent=OuterRef("pk"))),
        was_handed_over=Exists(HandOver.objects.filter(case=OuterRef("pk"))),
        has_parts=Exists(Case.objects.filter(merged_into=OuterRef("pk"))),
    )
    return rows.select_related("customer", "owner", "type", "category", "team", "tier")

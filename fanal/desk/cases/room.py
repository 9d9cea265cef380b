"""The room beside the history in which people work on a case together: what is to be done, and who follows it."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render

from fanal.agents.kept import kept
from fanal.agents.models import Agent
from fanal.cases.asking import steps_of
from fanal.cases.models import Case, CaseFollower, CaseState, Reminder
from fanal.desk.access import SignedInRequest
from fanal.desk.cases import values
from fanal.desk.cases.drawing import toast
from fanal.desk.cases.finding import may_write


@dataclass(frozen=True, kw_only=True)
class Follower:
    pk: int
    name: str


def room_of(case: Case, agent: Agent) -> dict[str, Any]:
    """What stands in it; the page asks for it when it is there, so that it waits for nothing."""
    followers = [Follower(pk=pk, name=name) for pk, name in _followers(case=case.pk)]
    steps, may = steps_of(case), may_write(agent) and case.withdrawn_at is None and case.merged_into_id is None
    return {
        "case": case,
        "fields": values.shown(case, agent),
        "steps": steps,
        "done": sum(1 for step in steps if step.done_at),
        "left": any(step.done_at is None for step in steps),
        "may_step": may and case.state != CaseState.SETTLED,
        "followers": followers,
        "follows": any(one.pk == agent.pk for one in followers),
        "may_write": may,
        "reminders": reminders_of(case),
        "waits_for": _waits(agent=agent, case=case.pk),
        "awaited_by": _awaited(agent=agent, on=case.pk),
        "parts": _parts(agent=agent, into=case.pk) if getattr(case, "has_parts", True) else [],
        "split_from": may and case.split_from_id and case.state != CaseState.SETTLED,
    }


def shown(request: SignedInRequest, case: Case) -> HttpResponse:
    return render(request, "cases/room.html", room_of(case, request.user))


def done(request: SignedInRequest, case: Case, said: str) -> HttpResponse:
    """After a change in the room: the room again, the dialog closed, and what was done said in a toast."""
    response = shown(request, case)
    response["HX-Retarget"], response["HX-Reswap"] = "#case-room", "outerHTML"
    return toast(response, said, close=True)


@kept
def _followers(case: int) -> QuerySet[CaseFollower, tuple[Any, ...]]:
    rows = CaseFollower.objects.filter(case=case).order_by("agent__name", "agent")
    return rows.values_list("agent", "agent__name")


@kept
def _parts(agent: Agent, into: int) -> QuerySet[Case]:
    rows = Case.objects.visible_to(agent).filter(merged_into=into).order_by("number")
    return rows.only("number", "subject")


def reminders_of(case: Case) -> list[Reminder]:
    """Those that wait or rang, and are not done."""
    return _reminders(case=case.pk)


@kept
def _reminders(case: int) -> QuerySet[Reminder]:
    return Reminder.objects.filter(case=case, ended_at=None).select_related("agent").order_by("at", "pk")


@kept
def _waits(agent: Agent, case: int) -> QuerySet[Case]:
    rows = Case.objects.visible_to(agent).filter(awaited_by__case=case, awaited_by__ended_at=None)
    return rows.only("number", "subject", "state", "merged_into").order_by("number")


@kept
def _awaited(agent: Agent, on: int) -> QuerySet[Case]:
    rows = Case.objects.visible_to(agent).filter(waits_for__on=on, waits_for__ended_at=None)
    return rows.only("number", "subject", "state", "merged_into").order_by("number")

"""The room of those who work on a case beside its owner: who helps, what was asked, who visits the customer."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from fanal.agents.kept import kept
from fanal.agents.models import Agent, Permission
from fanal.cases.models import Case, CaseHelper, Part
from fanal.desk.access import SignedInRequest
from fanal.desk.cases.drawing import toast
from fanal.desk.cases.finding import may_write
from fanal.desk.cases.forms import TYPED
from fanal.desk.visits.reading import of_case
from fanal.routing.models import Consultation, Queue
from fanal.routing.rules.packets import LONGEST_TEXT

SHOWN = 20


@dataclass(frozen=True, kw_only=True)
class Helper:
    pk: int
    name: str
    invited_by: str


def room_of(case: Case, agent: Agent) -> dict[str, Any]:
    """The page asks for it when it is there, so that it waits for nothing."""
    helpers = [Helper(pk=pk, name=name, invited_by=by or "") for pk, name, by in _helpers(case=case.pk)]
    open_case = case.withdrawn_at is None and case.settled_at is None
    return {
        "case": case,
        "helpers": helpers,
        "helps": any(one.pk == agent.pk for one in helpers),
        "questions": _questions(case=case.pk),
        "visits": of_case(case.pk, agent=agent),
        "may_write": may_write(agent) and open_case,
        "agent": agent,
    }


def shown(request: SignedInRequest, case: Case) -> HttpResponse:
    return render(request, "cases/beside.html", room_of(case, request.user))


def done(request: SignedInRequest, case: Case, said: str) -> HttpResponse:
    """After a change in the room: the room again, the dialog closed, and what was done said in a toast.

    Whoever no longer sees the case, because they only helped or had a question to answer, is taken to the desk.
    """
    if not Case.objects.visible_to(request.user).filter(pk=case.pk).exists():
        return HttpResponse(status=204, headers={"HX-Redirect": "/"})
    response = shown(request, case)
    response["HX-Retarget"], response["HX-Reswap"] = "#case-beside", "outerHTML"
    return toast(response, said, close=True)


class QuestionForm(forms.Form):
    """Whom to ask, a queue or a colleague, and what."""

    queue = forms.ModelChoiceField(label=_("Ask the queue"), queryset=Queue.objects.none(), required=False)
    agent = forms.ModelChoiceField(label=_("Or a colleague"), queryset=Agent.objects.none(), required=False)
    question = forms.CharField(
        label=_("Question"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs=TYPED | {"rows": 4, "autofocus": True}),
    )

    def __init__(self, *args: Any, case: Case, agent: Agent, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        queue: Any = self.fields["queue"]
        queues = Queue.objects.filter(active=True, practice=case.practice).select_related("tier")
        queue.queryset = queues.order_by("tier__rank", "name")
        queue.label_from_instance = lambda row: f"{row.tier} · {row.name}" if row.tier else row.name
        colleague: Any = self.fields["agent"]
        colleague.queryset = colleagues(case).exclude(pk=agent.pk)


class AnswerForm(forms.Form):
    text = forms.CharField(
        label=_("Answer"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs=TYPED | {"rows": 5, "autofocus": True}),
    )


class HelperForm(forms.Form):
    agent = forms.ModelChoiceField(label=_("Person"), queryset=Agent.objects.none(), empty_label=None)

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        there = CaseHelper.objects.filter(case=case, part=Part.HELPS, left_at=None).values("agent")
        agent: Any = self.fields["agent"]
        agent.queryset = colleagues(case).exclude(pk__in=there).exclude(pk=case.owner_id or 0)


def colleagues(case: Case) -> QuerySet[Agent]:
    """Who could work on it."""
    rows = Agent.objects.filter(is_active=True, practising=case.practice)
    return rows.filter(role__permissions__contains=[Permission.HANDLE]).order_by("name")


@kept
def _helpers(case: int) -> QuerySet[CaseHelper, tuple[Any, ...]]:
    rows = CaseHelper.objects.filter(case=case, part=Part.HELPS, left_at=None).order_by("joined_at", "pk")
    return rows.values_list("agent", "agent__name", "invited_by__name")


@kept
def _questions(case: int) -> QuerySet[Consultation]:
    rows = Consultation.objects.filter(case=case, withdrawn_at=None).order_by("-at", "-pk")
    return rows.select_related("queue", "agent", "by", "answered_by")[:SHOWN]

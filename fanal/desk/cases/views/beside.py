"""Working on a case beside its owner: helping, asking a question, answering it."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from fanal.agents.models import Agent
from fanal.cases import actions, wording
from fanal.cases.rules import NotPossible
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.answers import refused
from fanal.desk.cases import beside as rooms
from fanal.desk.cases import drawing
from fanal.desk.cases.finding import READERS, WRITERS, changeable, seen
from fanal.desk.given import number
from fanal.routing import actions as routing


@require_GET
@needs(*READERS)
def beside(request: SignedInRequest, pk: int) -> HttpResponse:
    return rooms.shown(request, seen(request.user, pk))


@require_http_methods(["POST", "DELETE"])
@needs(*WRITERS)
def helping(request: SignedInRequest, pk: int) -> HttpResponse:
    """Posting: I help. Deleting: no longer."""
    case, now = changeable(request.user, pk), timezone.now()
    if request.method == "DELETE":
        actions.let_out(case=case, agent=request.user, now=now, by=request.user)
        return rooms.done(request, case, _("You no longer help with this case."))
    try:
        actions.let_in(case=case, agent=request.user, now=now, by=request.user)
    except NotPossible as problem:
        return refused(wording.sentence(problem))
    return rooms.done(request, case, _("You help with this case. Its owner stays the owner."))


@require_http_methods(["GET", "POST", "DELETE"])
@needs(*WRITERS)
def helpers(request: SignedInRequest, pk: int) -> HttpResponse:
    """Getting asks who should help; posting invites them; deleting sends `agent` home."""
    case, now = changeable(request.user, pk), timezone.now()
    if request.method == "DELETE":
        gone = get_object_or_404(Agent, pk=number(request.GET.get("agent", "")))
        actions.let_out(case=case, agent=gone, now=now, by=request.user)
        return rooms.done(request, case, _("%(name)s no longer helps.") % {"name": gone.name})
    form = rooms.HelperForm(request.POST if request.method == "POST" else None, case=case)
    if request.method == "POST" and form.is_valid():
        agent = form.cleaned_data["agent"]
        try:
            actions.let_in(case=case, agent=agent, now=now, by=request.user)
        except NotPossible as problem:
            form.add_error("agent", wording.sentence(problem))
        else:
            return rooms.done(request, case, _("%(name)s was asked to help.") % {"name": agent.name})
    return drawing.dialog(
        request,
        form,
        title=_("Who should help with case %(number)s?") % {"number": case.number},
        url=reverse("case_helpers", args=[case.pk]),
        button=_("Ask them"),
        help=_("They see the case and hear of it; its owner stays the owner."),
    )


@require_http_methods(["GET", "POST"])
@needs(*WRITERS)
def questions(request: SignedInRequest, pk: int) -> HttpResponse:
    """Getting asks whom and what; posting puts the question."""
    case, now = changeable(request.user, pk), timezone.now()
    form = rooms.QuestionForm(request.POST if request.method == "POST" else None, case=case, agent=request.user)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            routing.consult(
                case=case,
                question=given["question"],
                to_queue=given["queue"],
                to_agent=given["agent"],
                by=request.user,
                now=now,
            )
        except routing.NotPossible as problem:
            form.add_error(None, problem.sentence())
        except NotPossible as problem:
            form.add_error("agent", wording.sentence(problem))
        else:
            return rooms.done(request, case, _("The question is put. The case stays where it is."))
    return drawing.dialog(
        request,
        form,
        title=_("Ask about case %(number)s") % {"number": case.number},
        url=reverse("case_questions", args=[case.pk]),
        button=_("Ask"),
        help=_("The case stays with its owner. Whoever is to answer sees it until then."),
    )


@require_http_methods(["GET", "POST", "DELETE"])
@needs(*WRITERS)
def question(request: SignedInRequest, pk: int, question_pk: int) -> HttpResponse:
    """Getting asks for the answer; posting gives it; deleting takes the question back."""
    case, now = changeable(request.user, pk), timezone.now()
    asked = get_object_or_404(case.consultations, pk=question_pk)
    form = rooms.AnswerForm(request.POST if request.method == "POST" else None)
    try:
        if request.method == "DELETE":
            routing.take_back_question(consultation=asked, by=request.user, now=now)
            return rooms.done(request, case, _("The question is taken back."))
        if request.method == "POST" and form.is_valid():
            routing.answer(consultation=asked, text=form.cleaned_data["text"], by=request.user, now=now)
            return rooms.done(request, case, _("Answered. The owner is told."))
    except routing.NotPossible as problem:
        if request.method == "DELETE":
            return refused(problem.sentence())
        form.add_error(None, problem.sentence())
    return drawing.dialog(
        request,
        form,
        title=_("Answer the question"),
        url=reverse("case_question", args=[case.pk, asked.pk]),
        button=_("Answer"),
        help=asked.question,
    )

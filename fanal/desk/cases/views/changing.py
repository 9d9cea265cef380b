"""Changing a case: notes, details, owner, waiting, settled, reopened."""

from collections.abc import Callable, Mapping
from typing import Any

from django.forms import Form
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from fanal.agents.models import Agent
from fanal.cases import actions, wording
from fanal.cases.models import Case, CaseField
from fanal.cases.rules import NotPossible
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.answers import refused
from fanal.desk.cases import drawing
from fanal.desk.cases.bulk import lacking_among
from fanal.desk.cases.finding import WRITERS, below, changeable, not_seen_below
from fanal.desk.cases.forms import CaseForm, NoteForm, OwnerForm, ReopeningForm, SettlementForm
from fanal.desk.cases.values import lacking_fields
from fanal.desk.given import number
from fanal.routing import actions as routing

METHODS = ["GET", "POST"]


@require_POST
@needs(*WRITERS)
def notes(request: SignedInRequest, pk: int) -> HttpResponse:
    case = changeable(request.user, pk)
    form = NoteForm(request.POST)
    text = form.cleaned_data["text"] if form.is_valid() else ""
    write = lambda: actions.add_note(case=case, text=text, now=timezone.now(), by=request.user)  # noqa: E731
    return _plainly(request, case, write, _note_saved(case, text))


@require_http_methods(METHODS)
@needs(*WRITERS)
def details(request: SignedInRequest, pk: int) -> HttpResponse:
    """Subject, type, category and priority."""
    case = changeable(request.user, pk)
    return _asked(
        request,
        case,
        CaseForm(request.POST or None, case=case),
        lambda data: actions.change(case=case, **data, now=timezone.now(), by=request.user),
        title=_("Change case %(number)s") % {"number": case.number},
        name="case_details",
        button=_("Save"),
        said=_("Case changed."),
    )


@require_http_methods([*METHODS, "DELETE"])
@needs(*WRITERS)
def owner(request: SignedInRequest, pk: int) -> HttpResponse:
    """Whose it is; `take` makes it mine if it is still whose the page said; deleting makes it nobody's."""
    case, now = changeable(request.user, pk), timezone.now()
    if request.method == "DELETE":
        give_up = lambda: actions.assign(case=case, owner=None, now=now, by=request.user)  # noqa: E731
        return _plainly(request, case, give_up, _("The case is nobody's now."))
    if request.POST.get("take"):
        seen_with = number(request.POST["from"]) or None if "from" in request.POST else case.owner_id
        take = lambda: routing.take_case(case=case, seen_with=seen_with, now=now, by=request.user)  # noqa: E731
        return _plainly(request, case, take, _("The case is yours."))
    return _asked(
        request,
        case,
        OwnerForm(request.POST or None, case=case),
        lambda data: routing.give_case(case=case, **data, now=now, by=request.user),
        title=_("Who works on case %(number)s?") % {"number": case.number},
        name="case_owner",
        button=_("Save"),
        said=_("Owner changed."),
    )


@require_http_methods(["POST", "DELETE"])
@needs(*WRITERS)
def waiting(request: SignedInRequest, pk: int) -> HttpResponse:
    """Posting: the next word is the customer's. Deleting: it is ours."""
    case = changeable(request.user, pk)
    waits = request.method == "POST"
    return _plainly(
        request,
        case,
        lambda: actions.wait_for_customer(case=case, waiting=waits, now=timezone.now(), by=request.user),
        _("Waiting for the customer.") if waits else _("The case is open again."),
    )


@require_http_methods(METHODS)
@needs(*WRITERS)
def settlement(request: SignedInRequest, pk: int) -> HttpResponse:
    case = changeable(request.user, pk)
    form = SettlementForm(
        request.POST if request.method == "POST" else None,
        missing=_asked_for(case, request.user),
        **_below(case, request.user, settled=False),
    )
    return _asked(
        request,
        case,
        form,
        lambda data: routing.settle_problem(
            problem=case,
            children=data.get("children", ()),
            note=data["note"],
            values=form.values(),
            now=timezone.now(),
            by=request.user,
        ),
        title=_("Settle case %(number)s") % {"number": case.number},
        name="case_settlement",
        button=_("Settle it"),
        said=_("Case settled."),
    )


@require_http_methods(METHODS)
@needs(*WRITERS)
def reopening(request: SignedInRequest, pk: int) -> HttpResponse:
    case = changeable(request.user, pk)
    return _asked(
        request,
        case,
        ReopeningForm(request.POST if request.method == "POST" else None, **_below(case, request.user, settled=True)),
        lambda data: routing.reopen_problem(
            problem=case, children=data.get("children", ()), reason=data["reason"], now=timezone.now(), by=request.user
        ),
        title=_("Reopen case %(number)s") % {"number": case.number},
        name="case_reopening",
        button=_("Reopen it"),
        said=_("Case reopened."),
    )


def _asked_for(case: Case, agent: Agent) -> Mapping[CaseField, str]:
    """The fields that are missing before it is settled; of a problem also what the cases below it lack."""
    if children := below(case, agent, settled=False):
        return lacking_among([case.pk, *(child.pk for child in children)], agent)
    return lacking_fields(case, agent)


def _below(case: Case, agent: Agent, *, settled: bool) -> dict[str, Any]:
    """What the dialog of a problem shows of the cases below it."""
    return {
        "below": below(case, agent, settled=settled),
        "hidden": not_seen_below(case, agent, settled=settled) if getattr(case, "is_problem", False) else 0,
    }


def _note_saved(case: Case, text: str) -> str:
    """Who was called and may not see the case is not told, nor is anybody by a name of several: that is said."""
    called = actions.called(case, text)
    said = _("Note saved.")
    if called.blind:
        names = ", ".join(agent.name for agent in called.blind)
        said = _("Note saved. %(names)s may not see this case and was not told.") % {"names": names}
    if called.unclear:
        names = ", ".join(f"@{name}" for name in called.unclear)
        unclear = _("%(names)s may be several people, so nobody was told: write the whole name, or choose it.")
        said = f"{said} {unclear % {'names': names}}"
    return said


def _plainly(request: SignedInRequest, case: Case, do: Callable[[], object], said: str) -> HttpResponse:
    """Do it; what stands against it is said in a sentence."""
    try:
        do()
    except NotPossible as problem:
        return refused(wording.sentence(problem))
    except routing.NotPossible as problem:
        return refused(problem.sentence())
    return drawing.done(request, case, said)


def _asked(
    request: SignedInRequest,
    case: Case,
    form: Form,
    do: Callable[[dict[str, Any]], object],
    *,
    title: str,
    name: str,
    button: str,
    said: str,
) -> HttpResponse:
    """Show a form in a dialog, and do what it asks once it is right."""
    if request.method == "POST" and form.is_valid():
        try:
            do(form.cleaned_data)
        except NotPossible as problem:
            form.add_error(None, wording.sentence(problem))
        else:
            return drawing.done(request, case, said)
    return drawing.dialog(request, form, title=title, url=reverse(name, args=[case.pk]), button=button)

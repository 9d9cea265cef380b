"""Changing a case: notes, details, owner, waiting, settled, reopened."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.forms import Form
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from fanal.cases import actions, wording
from fanal.cases.models import Case
from fanal.cases.rules import NotPossible
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.cases import drawing
from fanal.desk.cases.finding import WRITERS, changeable
from fanal.desk.cases.forms import CaseForm, NoteForm, OwnerForm, ReopeningForm, SettlementForm
from fanal.routing import actions as routing

METHODS = ["GET", "POST"]


@require_POST
@needs(*WRITERS)
def notes(request: SignedInRequest, pk: int) -> HttpResponse:
    case = changeable(request.user, pk)
    form = NoteForm(request.POST)
    text = form.cleaned_data["text"] if form.is_valid() else ""
    return _plainly(
        request,
        case,
        lambda: actions.add_note(case=case, text=text, now=timezone.now(), by=request.user),
        _("Note saved."),
    )


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
    """Whose it is; `take` makes it mine at once, deleting makes it nobody's."""
    case, now = changeable(request.user, pk), timezone.now()
    if request.method == "DELETE":
        give_up = lambda: actions.assign(case=case, owner=None, now=now, by=request.user)  # noqa: E731
        return _plainly(request, case, give_up, _("The case is nobody's now."))
    if request.POST.get("take"):
        take = lambda: actions.assign(case=case, owner=request.user, now=now, by=request.user)  # noqa: E731
        return _plainly(request, case, take, _("The case is yours."))
    return _asked(
        request,
        case,
        OwnerForm(request.POST or None, case=case),
        lambda data: actions.assign(case=case, **data, now=now, by=request.user),
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
    return _asked(
        request,
        case,
        SettlementForm(request.POST if request.method == "POST" else None),
        lambda data: _settle(request, case, data["note"]),
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
        ReopeningForm(request.POST if request.method == "POST" else None),
        lambda data: actions.reopen(case=case, reason=data["reason"], now=timezone.now(), by=request.user),
        title=_("Reopen case %(number)s") % {"number": case.number},
        name="case_reopening",
        button=_("Reopen it"),
        said=_("Case reopened."),
    )


def _settle(request: SignedInRequest, case: Case, note: str) -> None:
    """What is settled waits for nobody any more."""
    now = timezone.now()
    with transaction.atomic():
        routing.dequeue_case(case=case, by=request.user, reason="settled", now=now)
        actions.settle(case=case, note=note, now=now, by=request.user)


def _plainly(request: SignedInRequest, case: Case, do: Callable[[], object], said: str) -> HttpResponse:
    """Do it; what stands against it is said in a sentence."""
    try:
        do()
    except NotPossible as problem:
        return HttpResponse(wording.sentence(problem), status=409, content_type="text/plain; charset=utf-8")
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

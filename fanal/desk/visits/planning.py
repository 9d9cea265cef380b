"""Planning on the page of a case: a new visit, another slot, and cancelling."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fanal.agents.models import FieldClass
from fanal.cases import actions, wording
from fanal.cases.models import Visit
from fanal.cases.rules import NotPossible
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.cases import drawing
from fanal.desk.cases.finding import WRITERS, changeable, may_write
from fanal.desk.visits.forms import CancellationForm, VisitForm
from fanal.desk.visits.reading import seen


@require_http_methods(["GET", "POST"])
@needs(*WRITERS)
def visits(request: SignedInRequest, pk: int) -> HttpResponse:
    """Getting asks who goes when and where; posting plans it."""
    case = changeable(request.user, pk)
    posted = request.POST if request.method == "POST" else None
    form = VisitForm(posted, case=case, sees_address=request.user.sees(FieldClass.CONTACT))
    if posted is not None and form.is_valid():
        try:
            actions.plan_visit(case=case, **form.planned(), now=timezone.now(), by=request.user)
        except NotPossible as problem:
            form.add_error(None, wording.sentence(problem))
        else:
            return drawing.done(request, case, _("The visit is planned."))
    return drawing.dialog(
        request,
        form,
        title=_("Plan a visit for case %(number)s") % {"number": case.number},
        url=reverse("case_visits", args=[case.pk]),
        button=_("Plan it"),
        help=_("The technician sees the case until the visit is over; its owner stays the owner."),
    )


@require_http_methods(["GET", "POST"])
@needs(*WRITERS)
def visit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Another slot, address or technician, as long as nobody has set out."""
    found = _changeable(request, pk)
    posted = request.POST if request.method == "POST" else None
    form = VisitForm(posted, case=found.case, visit=found, sees_address=request.user.sees(FieldClass.CONTACT))
    if posted is not None and form.is_valid():
        try:
            actions.move_visit(visit=found, **form.planned(), now=timezone.now(), by=request.user)
        except NotPossible as problem:
            form.add_error(None, wording.sentence(problem))
        else:
            return drawing.done(request, found.case, _("The visit is changed."))
    return drawing.dialog(
        request, form, title=_("Change the visit"), url=reverse("visit_plan", args=[pk]), button=_("Save")
    )


@require_http_methods(["GET", "POST"])
@needs(*WRITERS)
def cancellation(request: SignedInRequest, pk: int) -> HttpResponse:
    """Nobody goes; the reason stands in the case."""
    found = _changeable(request, pk)
    form = CancellationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.cancel_visit(visit=found, why=form.cleaned_data["why"], now=timezone.now(), by=request.user)
        except NotPossible as problem:
            form.add_error(None, wording.sentence(problem))
        else:
            return drawing.done(request, found.case, _("The visit is cancelled."))
    return drawing.dialog(
        request,
        form,
        title=_("Cancel the visit"),
        url=reverse("visit_cancellation", args=[pk]),
        button=_("Cancel the visit"),
    )


def _changeable(request: SignedInRequest, pk: int) -> Visit:
    found = seen(request.user, pk)
    if not may_write(request.user):
        raise PermissionDenied
    return found

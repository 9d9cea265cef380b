"""A technician's own list, and what they say on the way: set out, done, not done."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fanal.agents.models import Permission
from fanal.cases import actions, wording
from fanal.cases.models import Visit
from fanal.cases.rules import NotPossible
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.cases.finding import may_write
from fanal.desk.visits import reading
from fanal.desk.visits.forms import EndingForm

MAY = (Permission.HANDLE, Permission.SUPERVISE)


@require_GET
@needs(*MAY)
def visits(request: SignedInRequest) -> HttpResponse:
    """My visits: what comes, and what was in the last week."""
    comes, over = reading.mine(request.user, now=timezone.now())
    template = "visits/live.html" if request.headers.get("HX-Request") else "visits/list.html"
    return render(request, template, {"comes": comes, "over": over})


@require_POST
@needs(*MAY)
def departure(request: SignedInRequest, pk: int) -> HttpResponse:
    """On the way."""
    visit = _own(request, pk)
    try:
        actions.set_out(visit=visit, now=timezone.now(), by=request.user)
    except NotPossible as problem:
        messages.error(request, wording.sentence(problem))
    else:
        messages.success(request, _("On the way."))
    return redirect("visits")


@require_http_methods(["GET", "POST"])
@needs(*MAY)
def ending(request: SignedInRequest, pk: int) -> HttpResponse:
    """What came of it: one page with big buttons, for one hand."""
    visit = _own(request, pk)
    form = EndingForm(request.POST if request.method == "POST" else None, visit=visit)
    if request.method == "POST" and form.is_valid():
        try:
            actions.end_visit(visit=visit, **form.ended(), now=timezone.now(), by=request.user)
        except NotPossible as problem:
            form.add_error(None, wording.sentence(problem))
        else:
            messages.success(request, _("Thank you. It stands in the case."))
            return redirect("visits")
    shown = reading.shown(visit, agent=request.user)
    status = 422 if form.is_bound else 200
    return render(request, "visits/ending.html", {"form": form, "one": shown}, status=status)


def _own(request: SignedInRequest, pk: int) -> Visit:
    """One's own visit, or as somebody who may change the case."""
    visit = reading.seen(request.user, pk)
    if visit.technician_id != request.user.pk and not may_write(request.user):
        raise PermissionDenied
    return visit

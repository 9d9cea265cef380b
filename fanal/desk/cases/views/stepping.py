"""The fields and the steps of a case: filled in, added, ticked."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fanal.cases import actions, wording
from fanal.cases.asking import fields_of
from fanal.cases.models import CaseStep, CaseType
from fanal.cases.rules import NotPossible
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.answers import refused
from fanal.desk.cases import drawing, room
from fanal.desk.cases.finding import WRITERS, changeable
from fanal.desk.cases.values import ValuesForm
from fanal.desk.given import number


@require_GET
@needs(*WRITERS)
def asked(request: SignedInRequest) -> HttpResponse:
    """What the chosen `type` asks for, while somebody opens a case; what was entered already stays."""
    if not request.GET.get("type"):
        return HttpResponse()
    kind = get_object_or_404(CaseType, pk=number(request.GET.get("type", "")), active=True)
    form = ValuesForm(asked=fields_of(kind.pk))
    return render(request, "cases/values_asked.html", {"values": form})


@require_http_methods(["GET", "POST"])
@needs(*WRITERS)
def values(request: SignedInRequest, pk: int) -> HttpResponse:
    """The fields of its type, but for those that are hidden from this role."""
    case = changeable(request.user, pk)
    offered = [field for field in fields_of(case.type_id) if field.seen_by(request.user)]
    form = ValuesForm(request.POST if request.method == "POST" else None, asked=offered, known=case.values)
    if request.method == "POST":
        try:
            actions.set_values(case=case, values=form.given(), now=timezone.now(), by=request.user)
        except NotPossible as problem:
            form.add_error(None, wording.sentence(problem))
        else:
            case.refresh_from_db(fields=["values", "type"])
            return room.done(request, case, _("Saved."))
    return drawing.dialog(
        request,
        form,
        title=_("Details of case %(number)s") % {"number": case.number},
        url=reverse("case_values", args=[case.pk]),
        button=_("Save"),
    )


@require_POST
@needs(*WRITERS)
def steps(request: SignedInRequest, pk: int) -> HttpResponse:
    """A step of one's own."""
    case = changeable(request.user, pk)
    try:
        actions.add_step(case=case, text=request.POST.get("text", ""), now=timezone.now(), by=request.user)
    except NotPossible as problem:
        return refused(wording.sentence(problem))
    return room.done(request, case, _("Step added."))


@require_http_methods(["POST", "DELETE"])
@needs(*WRITERS)
def step(request: SignedInRequest, pk: int, step_pk: int) -> HttpResponse:
    """Posting: it is done. Deleting: it was not after all."""
    case = changeable(request.user, pk)
    found = get_object_or_404(CaseStep.objects.select_related("case"), pk=step_pk, case=case)
    done = request.method == "POST"
    try:
        actions.tick(step=found, done=done, now=timezone.now(), by=request.user)
    except NotPossible as problem:
        return refused(wording.sentence(problem))
    return room.done(request, case, _("Done.") if done else _("Not done after all."))

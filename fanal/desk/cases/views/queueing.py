"""Putting a case into a queue, where it is offered like any work, and taking it out again."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fanal.cases import wording
from fanal.cases.rules import NotPossible
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.cases import drawing
from fanal.desk.cases.finding import WRITERS, changeable
from fanal.desk.cases.forms import QueueingForm
from fanal.routing import actions as routing


@require_http_methods(["GET", "POST", "DELETE"])
@needs(*WRITERS)
def queue(request: SignedInRequest, pk: int) -> HttpResponse:
    """Getting asks which queue; posting puts it there; deleting takes it out, whether it rings or not."""
    case, now = changeable(request.user, pk), timezone.now()
    if request.method == "DELETE":
        out = routing.dequeue_case(case=case, by=request.user, now=now)
        said = _("The case is out of the queue.") if out else _("Somebody has taken the case already.")
        return drawing.done(request, case, said)
    form = QueueingForm(request.POST or None, case=case)
    if request.method == "POST" and form.is_valid():
        try:
            routing.enqueue_case(case=case, **form.cleaned_data, by=request.user, now=now)
        except routing.NotPossible as problem:
            form.add_error(None, problem.sentence())
        except NotPossible as problem:
            form.add_error("note", wording.sentence(problem))
        else:
            said = _("The case waits in the queue %(queue)s.") % {"queue": form.cleaned_data["queue"]}
            return drawing.done(request, case, said)
    return drawing.dialog(
        request,
        form,
        title=_("Put case %(number)s into a queue") % {"number": case.number},
        url=reverse("case_queue", args=[case.pk]),
        button=_("Put it there"),
        help=_("The next agent who is free and has the skills is asked, and whoever accepts owns the case."),
    )

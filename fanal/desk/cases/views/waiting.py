"""A case that waits for another one."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fanal.cases import actions, wording
from fanal.cases.models import Case
from fanal.cases.rules import NotPossible
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.cases import drawing, room
from fanal.desk.cases.finding import WRITERS, changeable, seen
from fanal.desk.cases.forms_together import WaitForm


@require_http_methods(["GET", "POST"])
@needs(*WRITERS)
def waits(request: SignedInRequest, pk: int) -> HttpResponse:
    """Getting asks for which; posting says so. A case not to be seen is one that is not known."""
    case = changeable(request.user, pk)
    form = WaitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        on = Case.objects.visible_to(request.user).filter(number=form.cleaned_data["number"]).first()
        try:
            if on is None:
                raise NotPossible("problem_unknown")
            actions.wait_for(case=case, on=on, now=timezone.now(), by=request.user)
        except NotPossible as problem:
            form.add_error("number", wording.sentence(problem))
        else:
            return room.done(request, case, _("It waits for case %(number)s.") % {"number": on.number})
    return drawing.dialog(
        request,
        form,
        title=_("What does case %(number)s wait for?") % {"number": case.number},
        url=reverse("case_waits", args=[case.pk]),
        button=_("Let it wait"),
        help=_("When the other case is settled, the owner and whoever follows are told."),
    )


@require_http_methods(["DELETE"])
@needs(*WRITERS)
def wait(request: SignedInRequest, pk: int, on_pk: int) -> HttpResponse:
    """It does not wait for that one after all."""
    case, on = changeable(request.user, pk), seen(request.user, on_pk)
    actions.wait_no_longer(case=case, on=on, now=timezone.now(), by=request.user)
    return room.done(request, case, _("It does not wait for case %(number)s.") % {"number": on.number})

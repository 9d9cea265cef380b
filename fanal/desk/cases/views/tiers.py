"""Handing a case to another line with its packet, and giving it back."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fanal.desk.access import SignedInRequest, needs
from fanal.desk.cases import drawing
from fanal.desk.cases.finding import WRITERS, changeable
from fanal.desk.cases.packets import HandBackForm, HandOverForm
from fanal.routing import actions as routing
from fanal.routing.rules.packets import Packet


@require_http_methods(["GET", "POST"])
@needs(*WRITERS)
def hand_over(request: SignedInRequest, pk: int) -> HttpResponse:
    """Getting asks to which line and for the packet; posting hands it over."""
    case, now = changeable(request.user, pk), timezone.now()
    form = HandOverForm(request.POST if request.method == "POST" else None, case=case)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        packet = Packet(summary=given["summary"], tried=given["tried"], expected=given["expected"])
        try:
            routing.hand_over(case=case, to_queue=given["queue"], packet=packet, by=request.user, now=now)
        except routing.NotPossible as problem:
            form.add_error(None, problem.sentence())
        else:
            return drawing.done(request, case, _("Handed over to %(line)s.") % {"line": given["queue"].tier})
    return drawing.dialog(
        request,
        form,
        title=_("Hand case %(number)s over") % {"number": case.number},
        url=reverse("case_hand_over", args=[case.pk]),
        button=_("Hand over"),
        help=_("It rings there like any work. The owner stays until somebody accepts, then it is theirs."),
    )


@require_http_methods(["GET", "POST"])
@needs(*WRITERS)
def hand_back(request: SignedInRequest, pk: int) -> HttpResponse:
    """Getting asks why and what was done; posting gives it back."""
    case, now = changeable(request.user, pk), timezone.now()
    form = HandBackForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            routing.hand_back(case=case, **form.cleaned_data, by=request.user, now=now)
        except routing.NotPossible as problem:
            form.add_error(None, problem.sentence())
        else:
            return drawing.done(request, case, _("Handed back."))
    return drawing.dialog(
        request,
        form,
        title=_("Hand case %(number)s back") % {"number": case.number},
        url=reverse("case_hand_back", args=[case.pk]),
        button=_("Hand back"),
        help=_(
            "It goes into the queue it came from, and first to the colleague who handed it over, if they are there."
        ),
    )

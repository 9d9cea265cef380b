"""A supervisor in the talk of an agent: listening, whispering, joining in, taking over."""

from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from fanal.agents.models import SUPERVISES, Permission
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.answers import go_to
from fanal.desk.workplace import drawing
from fanal.desk.workplace.finding import seen
from fanal.interactions.models import SUPERVISES as WAYS
from fanal.interactions.models import InCall
from fanal.routing import actions as routing


@require_http_methods(["PUT"])
@needs(*SUPERVISES)
def supervision(request: SignedInRequest, pk: int) -> HttpResponse:
    """Be in it: `how` is listens, whispers or joins. Leaving is leaving the call."""
    interaction = seen(request.user, pk)
    how = QueryDict(request.body).get("how", "")
    if how not in WAYS:
        return drawing.refused(_("Choose whether you listen, whisper or join in."))
    try:
        routing.supervise(interaction=interaction, how=InCall(how), by=request.user, now=timezone.now())
    except routing.NotPossible as problem:
        return drawing.refused(problem.sentence())
    return go_to(request, reverse("interaction", args=[interaction.pk]))


@require_POST
@needs(*SUPERVISES)
def taking_over(request: SignedInRequest, pk: int) -> HttpResponse:
    """It is the supervisor's from now on."""
    interaction = seen(request.user, pk)
    if not request.user.may(Permission.HANDLE):
        return drawing.refused(_("Your role does not handle contacts, so you cannot take one over."))
    try:
        routing.take_over(interaction=interaction, by=request.user, now=timezone.now())
    except routing.NotPossible as problem:
        return drawing.refused(problem.sentence())
    return go_to(request, reverse("interaction", args=[interaction.pk]))

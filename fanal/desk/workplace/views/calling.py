"""Holding a caller, and coming back to them."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from fanal.agents.models import Permission
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.workplace import drawing
from fanal.desk.workplace.finding import in_hand, own
from fanal.interactions import actions as interactions


@require_GET
@needs(Permission.HANDLE)
def call(request: SignedInRequest, pk: int) -> HttpResponse:
    """How the call stands."""
    return drawing.part(request, "call", own(request.user, pk))


@require_http_methods(["POST", "DELETE"])
@needs(Permission.HANDLE)
def hold(request: SignedInRequest, pk: int) -> HttpResponse:
    """POST: the caller hears music. DELETE: they are talked to again. Twice is once; answers how it stands."""
    interaction = in_hand(request.user, pk)
    if request.method == "POST":
        interactions.hold(interaction=interaction, by=request.user, now=timezone.now())
    else:
        interactions.unhold(interaction=interaction, by=request.user, now=timezone.now())
    return drawing.part(request, "call", interaction)

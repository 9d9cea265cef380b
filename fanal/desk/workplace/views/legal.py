"""A contact is kept for legal reasons, or no longer: with a reason each time."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fanal.agents.models import Permission
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.workplace import drawing
from fanal.desk.workplace.finding import seen
from fanal.interactions import actions as interactions
from fanal.interactions.models import LONGEST_REASON, LegalHold


@require_http_methods(["GET", "POST"])
@needs(Permission.HOLD)
def hold(request: SignedInRequest, pk: int) -> HttpResponse:
    """GET asks why. POST: what was recorded and written down of it is kept; `lift`: its days count again."""
    interaction = seen(request.user, pk)
    if request.method == "GET":
        held = LegalHold.objects.running().select_related("by").filter(interaction=interaction).first()
        given = {"interaction": interaction, "held": held, "longest": LONGEST_REASON}
        return render(request, "workplace/legal_hold.html", given)
    change = interactions.lift_hold if request.POST.get("lift") else interactions.hold_for_law
    try:
        change(interaction=interaction, reason=request.POST.get("reason", ""), by=request.user, now=timezone.now())
    except ValueError:
        return drawing.refused(_("Say why: whoever reads the record later will ask."))
    return drawing.part(request, "lines", interaction)

"""Writing to a customer first."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fanal.agents.models import Permission
from fanal.channels.models import ChannelKind
from fanal.consent.actions import refuse
from fanal.consent.models import Purpose
from fanal.consent.rules import NotAllowed
from fanal.consent.wording import REFUSALS
from fanal.customers.models import Customer
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.workplace import drawing
from fanal.norms import texts
from fanal.routing import actions as routing


@require_http_methods(["GET", "POST"])
@needs(Permission.HANDLE)
def messages(request: SignedInRequest, pk: int) -> HttpResponse:
    """The form, and sending it: a contact begins that is this agent's at once."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=pk)
    if request.method == "GET":
        reachable = bool(routing.addresses_of(customer))
        return render(request, "workplace/reach_out.html", {"customer": customer, "reachable": reachable})
    text = texts.clean(request.POST.get("text", "")).strip()
    if not 0 < len(text) <= 4000:
        return drawing.refused(_("Write between 1 and 4,000 characters."))
    try:
        interaction = routing.reach_out(customer=customer, text=text, by=request.user, now=timezone.now())
    except routing.NotPossible as problem:
        return drawing.refused(problem.sentence())
    except NotAllowed as refusal:
        refuse(
            purpose=Purpose.SERVICE,
            channel=ChannelKind.WEBCHAT,
            code=refusal.code,
            customer=customer,
            now=timezone.now(),
            by=request.user.pk,
        )
        return drawing.refused(str(REFUSALS[refusal.code]))
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": f"/interactions/{interaction.pk}/"})
    return redirect("interaction", interaction.pk)

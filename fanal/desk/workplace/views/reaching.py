"""Writing to a customer first."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fanal.agents.models import Agent, FieldClass, Permission
from fanal.cases.models import Case, CaseState
from fanal.channels.models import ChannelKind
from fanal.consent.actions import refuse
from fanal.consent.models import Purpose
from fanal.consent.rules import NotAllowed
from fanal.consent.wording import REFUSALS
from fanal.customers.models import Customer
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.workplace import drawing
from fanal.interactions import actions as interactions
from fanal.interactions.wording import why_left_out
from fanal.norms import texts
from fanal.routing import actions as routing


@require_http_methods(["GET", "POST"])
@needs(Permission.HANDLE)
def messages(request: SignedInRequest, pk: int) -> HttpResponse:
    """The form, and sending it: a contact begins that is this agent's at once."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=pk)
    if request.method == "GET":
        mails = _mails(customer, request.user)
        open_cases = Case.objects.visible_to(request.user).filter(customer=customer, withdrawn_at=None)
        context = {
            "customer": customer,
            "reachable": bool(routing.addresses_of(customer)),
            "mails": mails,
            "reachable_by_mail": any(not one["why"] for one in mails),
            "cases": open_cases.exclude(state=CaseState.SETTLED).order_by("-updated_at")[:8],
        }
        return render(request, "workplace/reach_out.html", context)
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
    return drawing.opened(request, interaction)


def _mails(customer: Customer, agent: Agent) -> list[dict[str, object]]:
    """The customer's addresses with the verdict of the gate; the first that may be written to is chosen."""
    if interactions.mail_account(practice=customer.practice) is None or not agent.sees(FieldClass.CONTACT):
        return []
    routes = interactions.ways_to(customer)
    first = next((route for route in routes if route.usable), None)
    return [
        {"address": one.address, "why": why_left_out(one.why_not) if one.why_not else "", "first": one is first}
        for one in routes
    ]

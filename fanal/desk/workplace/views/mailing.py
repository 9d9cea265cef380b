"""Beginning a mail to a customer, or to whoever is behind a case: whom it reaches, then the ordinary composer."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fanal.agents.models import FieldClass, Permission
from fanal.cases.models import Case
from fanal.channels.models import ChannelKind
from fanal.consent.actions import refuse
from fanal.consent.models import Purpose
from fanal.consent.rules import NotAllowed
from fanal.customers.models import Customer
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.cases.finding import changeable
from fanal.desk.given import number
from fanal.desk.workplace import drawing
from fanal.desk.workplace.finding import seen
from fanal.interactions import actions as interactions
from fanal.interactions.rules import Route
from fanal.interactions.wording import MEANS, why_left_out
from fanal.routing import actions as routing


@require_http_methods(["GET", "POST"])
@needs(Permission.HANDLE)
def case_mails(request: SignedInRequest, pk: int) -> HttpResponse:
    """To whom a mail about this case would go and why; posting begins it."""
    case = changeable(request.user, pk)
    way = interactions.way_to(case)
    route = way.route
    if request.method == "GET":
        context = {
            "case": case,
            "address": route.address if route and request.user.sees(FieldClass.CONTACT) else "",
            "how": MEANS[route.means] if route else "",
            "by_mail": bool(route and route.channel == ChannelKind.EMAIL),
            "why": why_left_out(way.why) if route is None else "",
        }
        return render(request, "workplace/begin_mail.html", context)
    if route is None:
        return _refused(request, NotAllowed(way.why), customer=case.customer)
    return _begun(request, route, customer=case.customer, cases=[case], practice=case.practice)


@require_http_methods(["POST"])
@needs(Permission.HANDLE)
def customer_mails(request: SignedInRequest, pk: int) -> HttpResponse:
    """A mail to one of a customer's addresses, about one of their cases if one is chosen."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=pk)
    routes = interactions.ways_to(customer)
    chosen = number(request.POST.get("address", ""))
    route = routes[chosen] if 0 <= chosen < len(routes) else None
    if route is None:
        return drawing.refused(why_left_out("no_address"))
    if route.why_not:
        return _refused(request, NotAllowed(route.why_not), customer=customer)
    cases = Case.objects.visible_to(request.user).filter(customer=customer, withdrawn_at=None)
    about = cases.filter(pk=number(request.POST.get("case", ""))).first()
    return _begun(request, route, customer=customer, cases=[about] if about else [], practice=customer.practice)


@require_http_methods(["POST"])
@needs(Permission.HANDLE)
def interaction_mails(request: SignedInRequest, pk: int) -> HttpResponse:
    """Write on in the thread of a contact by mail that is over, with what was not sent there."""
    before = seen(request.user, pk)
    if before.channel != ChannelKind.EMAIL or before.ended_at is None:
        return drawing.refused(_("This contact still runs, or is no mail: write in it."))
    try:
        interaction = routing.write_on(interaction=before, by=request.user, now=timezone.now())
    except routing.NotPossible as problem:
        return drawing.refused(problem.sentence())
    except NotAllowed as refusal:
        return _refused(request, refusal, customer=before.customer)
    return drawing.opened(request, interaction)


def _begun(
    request: SignedInRequest, route: Route, *, customer: Customer | None, cases: list[Case], practice: bool
) -> HttpResponse:
    try:
        interaction = routing.begin_mail(
            route=route, customer=customer, cases=cases, practice=practice, by=request.user, now=timezone.now()
        )
    except routing.NotPossible as problem:
        return drawing.refused(problem.sentence())
    except NotAllowed as refusal:
        return _refused(request, refusal, customer=customer)
    return drawing.opened(request, interaction)


def _refused(request: SignedInRequest, refusal: NotAllowed, *, customer: Customer | None) -> HttpResponse:
    if refusal.code == "suppressed":
        refuse(
            purpose=Purpose.SERVICE,
            channel=ChannelKind.EMAIL,
            code=refusal.code,
            customer=customer,
            now=timezone.now(),
            by=request.user.pk,
        )
    return drawing.refused(_("No mail can be begun: %(why)s") % {"why": why_left_out(refusal.code)})

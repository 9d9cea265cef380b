"""Calling a customer from their card, a case or a contact: the form, the call, and what a machine said."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from fanal.agents.models import Permission
from fanal.cases.models import Case, CaseState
from fanal.customers.models import Customer
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.given import number
from fanal.desk.workplace import drawing
from fanal.desk.workplace.finding import own, seen
from fanal.desk.workplace.numbers import About, numbers_of
from fanal.interactions import actions as interactions
from fanal.interactions.wording import why_not_called
from fanal.routing import actions as routing


@require_http_methods(["GET", "POST"])
@needs(Permission.HANDLE)
def calls(request: SignedInRequest) -> HttpResponse:
    """The form, with each number and what stands against it; and the call, which rings at the agent's own phone first.

    `customer`, `case` and `contact` say from where; `number` is one of those that the form showed.
    """
    about, now = about_of(request), timezone.now()
    account = interactions.calling_account()
    numbers = numbers_of(request, about, account=account, now=now)
    if request.method == "GET":
        context = {
            "about": about,
            "numbers": numbers,
            "chosen": _chosen(request, [one.key for one in numbers if not one.why]),
            "callable": any(not one.why for one in numbers),
            "cases": _cases(request, about),
        }
        return render(request, "workplace/call_out.html", context)
    chosen = next((one for one in numbers if one.key == request.POST.get("number")), None)
    if chosen is None:
        return drawing.refused(_("Choose one of the numbers."))
    case = next((one for one in _cases(request, about) if one.pk == number(request.POST.get("about", ""))), None)
    try:
        called = routing.call_out(
            number=chosen.dialled, customer=about.customer, case=case, account=account, by=request.user, now=now
        )
    except routing.NotPossible as problem:
        return drawing.refused(problem.sentence())
    if called.contact is None:
        return drawing.refused(why_not_called(called.dial.refused, called.dial.value))
    return drawing.opened(request, called.contact)


@require_POST
@needs(Permission.HANDLE)
def voicemail(request: SignedInRequest, pk: int) -> HttpResponse:
    """A machine answered: the call ends with that as its outcome."""
    interaction = own(request.user, pk)
    try:
        routing.a_machine_answered(interaction=interaction, by=request.user, now=timezone.now())
    except routing.NotPossible as problem:
        return drawing.refused(problem.sentence())
    return drawing.rooms(request, interaction)


def about_of(request: SignedInRequest) -> About:
    """Only what this agent may see; 404 for anything else."""
    given = request.GET if request.method == "GET" else request.POST
    contact = seen(request.user, number(given["contact"])) if given.get("contact") else None
    cases = Case.objects.visible_to(request.user).select_related("customer")
    case = get_object_or_404(cases, pk=number(given["case"])) if given.get("case") else None
    customer = contact.customer if contact else case.customer if case else None
    if given.get("customer"):
        customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=number(given["customer"]))
    return About(customer=customer, case=case, contact=contact)


def _cases(request: SignedInRequest, about: About) -> list[Case]:
    """What the call may be about: the case itself, and what is open of this customer."""
    rows = Case.objects.visible_to(request.user).filter(customer=about.customer, withdrawn_at=None)
    open_cases = rows.exclude(state=CaseState.SETTLED).order_by("-updated_at")[:8] if about.customer else []
    others = [one for one in open_cases if about.case is None or one.pk != about.case.pk]
    return ([about.case] if about.case else []) + others


def _chosen(request: SignedInRequest, keys: list[str]) -> str:
    asked = request.GET.get("number", "")
    return asked if asked in keys else next(iter(keys), "")

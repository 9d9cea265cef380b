"""Calling a customer from their card, a case or a contact: the form, the call, and what a machine said."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from fanal.agents.models import Permission
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.given import number
from fanal.desk.workplace import drawing
from fanal.desk.workplace.finding import in_hand
from fanal.desk.workplace.numbers import Number, about_of, cases_about, numbers_of, queues_of
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
            "chosen": _chosen(request, numbers),
            "may_be_later": any(one.later for one in numbers),
            "queues": queues_of(request.user),
            "soonest": timezone.localtime(now).strftime("%Y-%m-%dT%H:%M"),
            "callable": any(not one.why for one in numbers),
            "cases": cases_about(request, about),
        }
        return render(request, "workplace/call_out.html", context)
    chosen = next((one for one in numbers if one.key == request.POST.get("number")), None)
    if chosen is None:
        return drawing.refused(_("Choose one of the numbers."))
    case = next((one for one in cases_about(request, about) if one.pk == number(request.POST.get("about", ""))), None)
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
    interaction = in_hand(request.user, pk)
    try:
        routing.a_machine_answered(interaction=interaction, by=request.user, now=timezone.now())
    except routing.NotPossible as problem:
        return drawing.refused(problem.sentence())
    return drawing.rooms(request, interaction)


def _chosen(request: SignedInRequest, numbers: list[Number]) -> str:
    """The one that was asked for, else the first that may be called: now, or at least later."""
    keys = [one.key for one in numbers if not one.why] or [one.key for one in numbers if one.later]
    asked = request.GET.get("number", "")
    return asked if asked in keys else next(iter(keys), "")

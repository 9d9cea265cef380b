"""A new case: without a contact, or split off from another."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from fanal.cases import actions, wording
from fanal.cases.rules import NotPossible
from fanal.customers.models import Customer
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.cases import drawing
from fanal.desk.cases.finding import WRITERS, changeable
from fanal.desk.cases.forms import CaseForm, SplitForm
from fanal.desk.given import number
from fanal.scenarios import actions as scenarios


@require_GET
@needs(*WRITERS)
def new_case(request: SignedInRequest) -> HttpResponse:
    return _new(request, CaseForm())


def open_case(request: SignedInRequest) -> HttpResponse:
    """Open a case from nothing; `customer` in the address is whom it is for."""
    form = CaseForm(request.POST)
    if not form.is_valid():
        return _new(request, form)
    given = request.GET.get("customer", "")
    people = Customer.objects.visible_to(request.user)
    customer = people.filter(pk=number(given)).first()
    case = actions.open_case(
        **form.cleaned_data, customer=customer, owner=request.user, now=timezone.now(), by=request.user
    )
    address = reverse("case", args=[case.pk])
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)


def _new(request: SignedInRequest, form: CaseForm) -> HttpResponse:
    customer = request.GET.get("customer", "")
    url = reverse("cases") + (f"?customer={customer}" if customer.isascii() and customer.isdigit() else "")
    return drawing.dialog(request, form, title=_("Open a case"), url=url, button=_("Open the case"))


@require_http_methods(["GET", "POST"])
@needs(*WRITERS)
def parts(request: SignedInRequest, pk: int) -> HttpResponse:
    """Splitting: a second case of part of this one."""
    case = changeable(request.user, pk)
    form = SplitForm(request.POST or None, case=case)
    if request.method == "POST" and form.is_valid():
        try:
            second = scenarios.split_in(
                case=case,
                subject=form.cleaned_data["subject"],
                note_ids=[note.pk for note in form.cleaned_data["notes"]],
                topic_ids=[topic.pk for topic in form.cleaned_data["topics"]],
                now=timezone.now(),
                by=request.user,
            )
        except NotPossible as problem:
            form.add_error(None, wording.sentence(problem))
        else:
            return drawing.done(request, case, _("Case %(number)s split off.") % {"number": second.number})
    return drawing.dialog(
        request,
        form,
        title=_("Split case %(number)s") % {"number": case.number},
        url=reverse("case_parts", args=[case.pk]),
        button=_("Split it"),
        help=_("The second case is for the same customer and begins with the same contact."),
    )

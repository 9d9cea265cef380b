"""Whose matter it is: finding the person, saying so, and taking it back."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fanal.cases import actions, wording
from fanal.cases.rules import NotPossible
from fanal.customers.models import Customer
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.answers import refused
from fanal.desk.cases import drawing
from fanal.desk.cases.finding import WRITERS, changeable
from fanal.desk.limits import searching
from fanal.identity import find

SHORTEST, MOST = 2, 8


@require_http_methods(["GET", "POST", "DELETE"])
@needs(*WRITERS)
@searching
def customer(request: SignedInRequest, pk: int) -> HttpResponse:
    """Getting asks or, with `q`, shows who fits; posting attaches `customer`; deleting makes it nobody's."""
    case = changeable(request.user, pk)
    if request.method == "GET":
        text = request.GET.get("q", "").strip()[:200]
        results = find.search(text, agent=request.user, limit=MOST) if len(text) >= SHORTEST else []
        people = find.people_of(results, agent=request.user)
        template = "cases/people.html" if "q" in request.GET else "cases/customer.html"
        return render(request, template, {"case": case, "people": people, "text": text})
    person = None
    if request.method == "POST":
        key = request.POST.get("customer", "")
        rows = Customer.objects.visible_to(request.user)
        person = get_object_or_404(rows, pk=int(key) if key.isascii() and key.isdigit() and len(key) < 19 else 0)
    try:
        actions.attach_customer(case=case, customer=person, now=timezone.now(), by=request.user)
    except NotPossible as problem:
        return refused(wording.sentence(problem))
    return drawing.done(
        request, case, _("The customer is attached.") if person else _("The case is nobody's known now.")
    )

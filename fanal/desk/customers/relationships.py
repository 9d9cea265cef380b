"""How customers stand to each other: a dialog to enter it, what a representative may do, and the end of it."""

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fanal.agents.models import Permission
from fanal.customers import actions
from fanal.customers.models import Relationship
from fanal.customers.survivors import family_of
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.customers.forms import RelationshipForm
from fanal.desk.customers.views import may_change_addresses, seen
from fanal.desk.finding.views import cut_sentence
from fanal.desk.limits import searching
from fanal.identity.find import Results, people_of, search

FEW = 8


@require_http_methods(["GET", "POST"])
@needs(Permission.HANDLE)
def relationships(request: SignedInRequest, pk: int) -> HttpResponse:
    """The dialog, and entering what it says: somebody stands to this customer, and may do this much for them."""
    found = seen(request, pk)
    form = RelationshipForm(request.POST or None)
    if request.method == "GET":
        return render(request, "customers/relationship.html", {"customer": found, "form": form})
    if not may_change_addresses(request, found):
        return _back(request, found.pk)
    if form.is_valid():
        person = seen(request, form.cleaned_data.pop("person"))
        try:
            actions.relate(person=person, represents=found, **form.cleaned_data, by=request.user, now=timezone.now())
        except actions.NotValid as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("Entered. It is on the pages of both."))
            return _back(request, found.pk)
    context = {"customer": found, "form": form}
    return render(request, "customers/relationship.html", context, status=422)


@require_GET
@needs(Permission.HANDLE)
@searching
def people(request: SignedInRequest, pk: int) -> HttpResponse:
    """Who fits what was typed, or whose order it names, each to be chosen; never the customer themselves."""
    found = seen(request, pk)
    text = request.GET.get("q", "").strip()[:200]
    results = search(text, agent=request.user, limit=FEW) if len(text) >= 2 else Results()
    others = [one for one in people_of(results, agent=request.user) if one.id != found.pk]
    context = {"people": others, "text": text, "cut": cut_sentence(results.cut)}
    return render(request, "customers/relationship_people.html", context)


@require_POST
@needs(Permission.HANDLE)
def relationship_end(request: SignedInRequest, pk: int, relationship_pk: int) -> HttpResponse:
    """It holds no longer, from now on; that it did stays in the history."""
    found = seen(request, pk)
    family = family_of(found.pk)
    rows = Relationship.objects.filter(Q(person__in=family) | Q(represents__in=family))
    relationship = get_object_or_404(rows, pk=relationship_pk)
    if may_change_addresses(request, found):
        actions.end_relationship(relationship=relationship, by=request.user, now=timezone.now())
    return redirect("customer", found.pk)


def _back(request: SignedInRequest, pk: int) -> HttpResponse:
    """To the customer's page, whole: out of the dialog too."""
    answer = redirect("customer", pk)
    return HttpResponse(headers={"HX-Redirect": answer.url}) if request.headers.get("HX-Request") else answer

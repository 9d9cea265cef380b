"""Customers: find, look at, enter, correct, and everything that was changed."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fanal.agents.kept import kept
from fanal.agents.models import Agent, Permission
from fanal.customers import actions
from fanal.customers.models import ContactPoint, Customer
from fanal.customers.survivors import family_of, survivors_of
from fanal.customers.wording import problem
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.customers.assurance import assurance_for, open_on_record
from fanal.desk.customers.card import card_of, readings_of
from fanal.desk.customers.forms import ContactPointForm, DetailsForm
from fanal.desk.customers.history import changes_of
from fanal.desk.finding.views import cut_sentence
from fanal.desk.limits import searching
from fanal.identity.find import Results, search
from fanal.identity.masking import why_not
from fanal.identity.rules import may_see

LOOKS = (Permission.HANDLE, Permission.SUPERVISE, Permission.SUPERVISE_OWN_QUEUES)
REASONS = ("case_work", "call_back", "complaint", "data_care")
PAGE = 25


@require_GET
@needs(*LOOKS)
@searching
def customers(request: SignedInRequest) -> HttpResponse:
    """Find a customer; nothing is listed before something is asked for."""
    text = request.GET.get("q", "").strip()
    results = search(text, agent=request.user, limit=PAGE) if len(text) >= 2 else Results()
    people = [one for one in results if one.customer_id]
    context = {"text": text, "people": people, "cut": cut_sentence(results.cut)}
    return render(
        request, "customers/found.html" if request.headers.get("HX-Request") else "customers/list.html", context
    )


@require_http_methods(["GET", "POST"])
@needs(Permission.HANDLE)
def new(request: SignedInRequest) -> HttpResponse:
    """Enter a customer, as an act of its own: no contact needs one in order to be worked on."""
    form = DetailsForm(
        request.POST or None, agent=request.user, assurance=3, initial={"name": request.GET.get("name", "")[:200]}
    )
    if request.method == "POST" and form.is_valid():
        try:
            customer = actions.create(fields=_fields(form), by=request.user, now=timezone.now())
        except actions.NotValid as refused:
            form.refuse(refused)
        else:
            open_on_record(request, customer, reason="data_care", now=timezone.now())
            messages.success(request, _("Entered. Add a number or an address, so that they are found by it."))
            return redirect("customer", customer.pk)
    return render(request, "customers/edit.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
@needs(*LOOKS)
def customer(request: SignedInRequest, pk: int) -> HttpResponse:
    """The card. A merged customer's address leads to who stands for them."""
    found = seen(request, pk)
    if found.pk != pk:
        return redirect("customer", found.pk)
    return _card(request, found)


@require_http_methods(["GET", "POST"])
@needs(Permission.HANDLE)
def details(request: SignedInRequest, pk: int) -> HttpResponse:
    """Correct the details; what was there before stays in the history."""
    found = seen(request, pk)
    now = timezone.now()
    assurance = assurance_for(request, family_of(found.pk), now=now)
    form = DetailsForm(request.POST or None, agent=request.user, assurance=assurance, customer=found)
    if request.method == "POST" and form.is_valid():
        try:
            actions.correct(customer=found, fields=_fields(form), by=request.user, now=now)
        except actions.NotValid as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("Corrected. What was there before is in the history."))
            return redirect("customer", found.pk)
    context = {"form": form, "customer": found, "hidden": "born_on" not in form.fields or "address" not in form.fields}
    return render(request, "customers/edit.html", context, status=422 if form.errors else 200)


@require_POST
@needs(Permission.HANDLE)
def contact_points(request: SignedInRequest, pk: int) -> HttpResponse:
    """Add a number or an address; one that is not well-formed is kept as given, and said to be so."""
    found = seen(request, pk)
    if not may_change_addresses(request, found):
        return redirect("customer", found.pk)
    form = ContactPointForm(request.POST)
    if form.is_valid():
        try:
            point = actions.add_contact_point(customer=found, **form.cleaned_data, by=request.user, now=timezone.now())
        except actions.NotValid as refused:
            form.add_error("given", problem(next(iter(refused.problems.values()))))
        else:
            if point.state == "invalid":
                messages.warning(
                    request, _("Kept as given, but it is not well-formed: nobody is found or reached by it.")
                )
            return redirect("customer", found.pk)
    return _card(request, found, form=form, status=422)


@require_POST
@needs(Permission.HANDLE)
def contact_point_end(request: SignedInRequest, pk: int, point_pk: int) -> HttpResponse:
    """This number or address is theirs no longer."""
    found = seen(request, pk)
    if not may_change_addresses(request, found):
        return redirect("customer", found.pk)
    point = get_object_or_404(ContactPoint, pk=point_pk, customer__in=family_of(found.pk))
    actions.end_contact_point(point=point, by=request.user, now=timezone.now())
    return redirect("customer", found.pk)


@require_GET
@needs(*LOOKS)
def readings(request: SignedInRequest, pk: int) -> HttpResponse:
    """What the back offices last said of each thing on the card; nobody is asked by looking."""
    found = seen(request, pk)
    said = readings_of(found, family_of(found.pk), agent=request.user, now=timezone.now())
    return render(request, "customers/readings.html", {"readings": said})


@require_GET
@needs(*LOOKS)
def history(request: SignedInRequest, pk: int) -> HttpResponse:
    """Every change, with who made it."""
    found = seen(request, pk)
    family = family_of(found.pk)
    assurance = assurance_for(request, family, now=timezone.now())
    changes = changes_of(family, agent=request.user, assurance=assurance)
    return render(request, "customers/history.html", {"customer": found, "changes": changes})


@require_POST
@needs(Permission.HANDLE)
def opening(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show what is masked for ten minutes, for work without a contact: with a reason, and on record."""
    found = seen(request, pk)
    reason = request.POST.get("reason", "")
    if reason not in REASONS:
        messages.error(request, _("Say what you need it for."))
    else:
        open_on_record(request, found, reason=reason, now=timezone.now())
    return redirect("customer", found.pk)


def may_change_addresses(request: SignedInRequest, found: Customer) -> bool:
    """Where somebody can be reached is changed only by who may see it: sure of the person, or opened on record."""
    assurance = assurance_for(request, family_of(found.pk), now=timezone.now())
    decision = may_see("contact", role_field_classes=request.user.role.field_classes, assurance=assurance)
    if not decision:
        messages.error(request, why_not(decision))
    return bool(decision)


def seen(request: SignedInRequest, pk: int) -> Customer:
    """The customer who stands for this id, if this agent may see them."""
    asked = _visible(request.user, pk)
    return asked if asked.survivor_id is None else _visible(request.user, survivors_of([pk])[pk])


def _visible(agent: Agent, pk: int) -> Customer:
    found = _customer.first(agent=agent, pk=pk)
    if found is None:
        raise Http404
    return found


@kept
def _customer(agent: Agent, pk: int) -> QuerySet[Customer]:
    return Customer.objects.visible_to(agent).filter(pk=pk).defer("tokens")


def _card(request: SignedInRequest, found: Customer, *, form: Any = None, status: int = 200) -> HttpResponse:
    now, family = timezone.now(), family_of(found.pk)
    assurance = assurance_for(request, family, now=now)
    again = "again" in request.GET
    card = card_of(found, family, agent=request.user, assurance=assurance, readings=again, now=now)
    reasons = [
        ("case_work", _("Work on a case")),
        ("call_back", _("Prepare a call back")),
        ("complaint", _("Look into a complaint")),
        ("data_care", _("Correct data")),
    ]
    context = {
        "card": card,
        "form": form or ContactPointForm(),
        "reasons": reasons,
        "may_change": request.user.may(Permission.HANDLE),
    }
    return render(request, "customers/card.html", context, status=status)


def _fields(form: DetailsForm) -> dict[str, object]:
    return dict(form.cleaned_data)

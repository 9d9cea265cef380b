"""A new case: without a contact, or split off from another."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from fanal.cases import actions, wording
from fanal.cases.asking import fields_of
from fanal.cases.rules import NotPossible
from fanal.cases.rules.alike import Matter
from fanal.cases.rules.states import LONGEST_SUBJECT
from fanal.customers.models import Customer
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.answers import go_to, refused
from fanal.desk.cases import drawing
from fanal.desk.cases.alike import like
from fanal.desk.cases.finding import WRITERS, changeable
from fanal.desk.cases.forms import CaseForm, SplitForm
from fanal.desk.cases.values import ValuesForm
from fanal.desk.given import number
from fanal.desk.limits import searching
from fanal.norms import words
from fanal.scenarios import actions as scenarios


@require_GET
@needs(*WRITERS)
@searching
def alike(request: SignedInRequest) -> HttpResponse:
    """What is like the case that somebody is about to open, while they write its subject."""
    given = request.GET
    matter = Matter(
        words=words.stems(given.get("subject", "")[:LONGEST_SUBJECT]),
        category=number(given.get("category", "")) or None,
        type=number(given.get("type", "")) or None,
        opened_at=timezone.now(),
    )
    return render(request, "cases/alike.html", {"alike": like(matter, agent=request.user)})


@require_GET
@needs(*WRITERS)
def new_case(request: SignedInRequest) -> HttpResponse:
    return _new(request, CaseForm(), ValuesForm(asked=[]))


def open_case(request: SignedInRequest) -> HttpResponse:
    """Open a case from nothing; `customer` in the address is whom it is for."""
    form = CaseForm(request.POST)
    kind = form.cleaned_data.get("type") if form.is_valid() else None
    values = ValuesForm(request.POST, asked=fields_of(kind.pk) if kind else [])
    if kind is None:
        return _new(request, form, values)
    given = request.GET.get("customer", "")
    people = Customer.objects.visible_to(request.user)
    customer = people.filter(pk=number(given)).first()
    said, now = form.cleaned_data | {"values": values.given()}, timezone.now()
    try:
        case = actions.open_case(**said, customer=customer, owner=request.user, now=now, by=request.user)
    except NotPossible as problem:
        form.add_error(None, wording.sentence(problem))
        return _new(request, form, values)
    return go_to(request, reverse("case", args=[case.pk]))


def _new(request: SignedInRequest, form: CaseForm, values: ValuesForm) -> HttpResponse:
    customer = request.GET.get("customer", "")
    url = reverse("cases") + (f"?customer={customer}" if customer.isascii() and customer.isdigit() else "")
    title, button = _("Open a case"), _("Open the case")
    return drawing.dialog(request, form, title=title, url=url, button=button, alike=True, values=values)


@require_http_methods(["GET", "POST", "DELETE"])
@needs(*WRITERS)
def parts(request: SignedInRequest, pk: int) -> HttpResponse:
    """Splitting: a second case of part of this one. Deleting: this one is no case of its own after all."""
    case = changeable(request.user, pk)
    if request.method == "DELETE":
        try:
            scenarios.unsplit_in(case=case, now=timezone.now(), by=request.user)
        except NotPossible as problem:
            return refused(wording.sentence(problem))
        return drawing.done(request, case, _("The split is taken back; the notes are where they were."))
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

"""The matters of a contact: adding, turning to, taking back, and the cases behind them."""

import re

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fanal.agents.models import Permission
from fanal.cases import wording
from fanal.cases.asking import fields_of
from fanal.cases.models import Case, CaseType, Category
from fanal.cases.rules import NotPossible
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.cases.values import ValuesForm
from fanal.desk.given import number
from fanal.desk.workplace import drawing
from fanal.desk.workplace.about.others import like_contact
from fanal.desk.workplace.finding import own, own_topic, seen
from fanal.interactions import actions as interactions
from fanal.interactions.models import Interaction, Letter
from fanal.scenarios import actions as scenarios

ANSWERED = re.compile(r"^(?:\s*(?:re|aw|sv|vs|rif|fwd?|wg|tr|отв|на|رد)(?:\[\d+\])?\s*:)+\s*", re.IGNORECASE)


@require_http_methods(["GET", "POST"])
@needs(Permission.HANDLE, Permission.SUPERVISE, Permission.SUPERVISE_OWN_QUEUES)
def topics(request: SignedInRequest, pk: int) -> HttpResponse:
    """The topics as they stand; posting adds one, with an existing case if its number is given."""
    if request.method == "GET":
        return drawing.part(request, "topics", seen(request.user, pk))
    interaction = own(request.user, pk)
    given = request.POST.get("case", "").strip()
    case = None
    if given:
        case = Case.objects.visible_to(request.user).filter(number=number(given)).first()
        if case is None:
            return drawing.refused(_("There is no case with this number, or it is not yours to see."))
    label = request.POST.get("label", "").strip()[:120]
    category = Category.objects.filter(pk=number(request.POST.get("category", ""))).first()
    if not (label or category or case):
        return drawing.refused(_("Say what it is about: a few words, a category, or a case number."))
    interactions.add_topic(
        interaction=interaction, label=label, category=category, case=case, now=timezone.now(), by=request.user
    )
    return drawing.rooms(request, interaction)


@require_GET
@needs(Permission.HANDLE, Permission.SUPERVISE, Permission.SUPERVISE_OWN_QUEUES)
def alike(request: SignedInRequest, pk: int) -> HttpResponse:
    """Cases like what the contact is about; the right room asks when it is there, so that it waits for nothing."""
    found = like_contact(seen(request.user, pk), agent=request.user)
    return render(request, "cases/alike.html", {"alike": found})


@require_GET
@needs(Permission.HANDLE)
def new_topic(request: SignedInRequest, pk: int) -> HttpResponse:
    interaction = own(request.user, pk)
    categories = Category.objects.filter(active=True).order_by("name")
    cases = Case.objects.visible_to(request.user).filter(customer=interaction.customer, customer__isnull=False)
    context = {"interaction": interaction, "categories": categories, "cases": cases.order_by("-updated_at")[:8]}
    return render(request, "workplace/new_topic.html", context)


@require_POST
@needs(Permission.HANDLE)
def focus(request: SignedInRequest, pk: int) -> HttpResponse:
    """From now on the time is spent on this topic."""
    topic = own_topic(request.user, pk)
    interactions.focus_topic(topic=topic, now=timezone.now(), by=request.user)
    return drawing.part(request, "topics", topic.interaction)


@require_http_methods(["DELETE"])
@needs(Permission.HANDLE)
def topic(request: SignedInRequest, pk: int) -> HttpResponse:
    """«Not this»."""
    found = own_topic(request.user, pk)
    interactions.withdraw_topic(topic=found, now=timezone.now(), by=request.user)
    return drawing.rooms(request, found.interaction)


@require_GET
@needs(Permission.HANDLE)
def new_case(request: SignedInRequest, pk: int) -> HttpResponse:
    """The form for a case out of this contact."""
    interaction = own(request.user, pk)
    context = {
        "interaction": interaction,
        "subject": _subject_of(interaction),
        "types": CaseType.objects.filter(active=True).order_by("name"),
        "categories": Category.objects.filter(active=True).order_by("name"),
    }
    return render(request, "workplace/new_case.html", context)


def _subject_of(interaction: Interaction) -> str:
    """What the first mail of the contact says that it is about, without its «Re:»; a chat says nothing."""
    mails = Letter.objects.filter(message__interaction=interaction, ours=False, aside="").order_by("pk")
    return ANSWERED.sub("", mails.values_list("subject", flat=True).first() or "")[:200]


@require_POST
@needs(Permission.HANDLE)
def cases(request: SignedInRequest, pk: int) -> HttpResponse:
    """Open a case out of this contact: it begins with the contact, and is nobody's until somebody is found."""
    interaction = own(request.user, pk)
    subject = request.POST.get("subject", "").strip()
    if not subject:
        return drawing.refused(_("Give the case a subject: what does the customer want settled?"))
    kind = get_object_or_404(CaseType, pk=number(request.POST.get("type", "")), active=True)
    try:
        scenarios.open_in(
            interaction=interaction,
            type=kind,
            category=Category.objects.filter(pk=number(request.POST.get("category", ""))).first(),
            subject=subject[:200],
            values=ValuesForm(request.POST, asked=fields_of(kind.pk)).given(),
            by=request.user,
            now=timezone.now(),
        )
    except NotPossible as problem:
        return drawing.refused(wording.sentence(problem))
    return drawing.rooms(request, interaction)

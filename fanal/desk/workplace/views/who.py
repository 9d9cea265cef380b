"""Who it is: finding, saying, leaving open, speaking for somebody, and proving it."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fanal.agents.models import Permission
from fanal.customers.models import Customer, RelationshipKind
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.given import number
from fanal.desk.limits import searching
from fanal.desk.workplace import drawing
from fanal.desk.workplace.about import about_of
from fanal.desk.workplace.finding import own, seen
from fanal.identity import actions as identity
from fanal.identity import find, wording
from fanal.identity.actions import Asking
from fanal.identity.models import Assurance
from fanal.intake.recognising import assurance_of
from fanal.interactions import actions as interactions
from fanal.interactions.models import Interaction
from fanal.norms import names


@require_GET
@needs(Permission.HANDLE, Permission.SUPERVISE, Permission.SUPERVISE_OWN_QUEUES)
def about(request: SignedInRequest, pk: int) -> HttpResponse:
    """The right room again, or turned to another order or holding of the customer's."""
    interaction = seen(request.user, pk)
    order, holding = request.GET.get("order", ""), request.GET.get("holding", "")
    found = about_of(
        interaction,
        agent=request.user,
        order_pk=number(order),
        holding_pk=number(holding),
    )
    return render(request, "workplace/about.html", {"about": found})


@require_GET
@needs(Permission.HANDLE)
@searching
def found(request: SignedInRequest, pk: int) -> HttpResponse:
    """People who fit what was typed, or whose order it names, each with a way to say «this is them»."""
    interaction = own(request.user, pk)
    text = request.GET.get("q", "").strip()[:200]
    results = find.search(text=text, agent=request.user, limit=8) if len(text) >= 2 else []
    people = [(one, names.initials(one.title)) for one in find.people_of(results, agent=request.user)]
    behalf = request.GET.get("behalf") == "1"
    context = {"interaction": interaction, "people": people, "text": text, "behalf": behalf}
    return render(request, "workplace/found.html", context)


@require_http_methods(["PUT", "DELETE"])
@needs(Permission.HANDLE)
def customer(request: SignedInRequest, pk: int, customer_pk: int = 0) -> HttpResponse:
    """Say who it is, or leave it open again. The cases of this contact follow."""
    interaction = own(request.user, pk)
    now = timezone.now()
    if request.method == "DELETE":
        interactions.identify(
            interaction=interaction, customer=None, assurance=Assurance.NONE, why="left_open", by=request.user, now=now
        )
    else:
        person = get_object_or_404(Customer.objects.visible_to(request.user), pk=customer_pk)
        interactions.identify(
            interaction=interaction,
            customer=person,
            assurance=assurance_of(interaction, customer=person, now=now),
            why="picked",
            by=request.user,
            now=now,
        )
    return drawing.rooms(request, seen(request.user, pk))


@require_http_methods(["GET", "POST"])
@needs(Permission.HANDLE)
def behalf(request: SignedInRequest, pk: int) -> HttpResponse:
    """Somebody writes for somebody else: whom, and how they are related."""
    interaction = own(request.user, pk)
    if request.method == "GET":
        context = {"interaction": interaction, "relationships": RelationshipKind.choices}
        return render(request, "workplace/behalf.html", context)
    represents = get_object_or_404(
        Customer.objects.visible_to(request.user), pk=number(request.POST.get("represents", ""))
    )
    relationship = request.POST.get("relationship", "")
    if relationship not in RelationshipKind.values:
        return drawing.refused(_("Choose how the two are related."))
    writer = interaction.customer if interaction.customer_id != represents.pk else None
    interactions.speak_for(
        interaction=interaction,
        person=writer,
        represents=represents,
        relationship=relationship,
        by=request.user,
        now=timezone.now(),
    )
    return drawing.rooms(request, seen(request.user, pk))


@require_GET
@needs(Permission.HANDLE)
def questions(request: SignedInRequest, pk: int) -> HttpResponse:
    """What may be asked to prove it; the answers are never shown."""
    interaction = own(request.user, pk)
    if interaction.customer is None:
        return drawing.refused(_("First say who it is; then the questions about that person can be asked."))
    asking = identity.questions(
        customer=interaction.customer,
        interaction_id=interaction.pk,
        given=interaction.given,
        by=request.user,
        now=timezone.now(),
    )
    return _asked(request, interaction, asking)


@require_POST
@needs(Permission.HANDLE)
def answers(request: SignedInRequest, pk: int) -> HttpResponse:
    """An answer as heard, compared by the program; enough right ones and the person is verified."""
    interaction = own(request.user, pk)
    if interaction.customer is None:
        return drawing.refused(_("First say who it is; then the questions about that person can be asked."))
    now = timezone.now()
    try:
        outcome = identity.answer(
            customer=interaction.customer,
            interaction_id=interaction.pk,
            question=request.POST.get("question", ""),
            heard=request.POST.get("heard", "")[:200],
            given=interaction.given,
            by=request.user,
            now=now,
        )
    except identity.NotAsked:
        return drawing.refused(_("This question is not open any more. Ask the next one."))
    if outcome.verified:
        interactions.identify(
            interaction=interaction,
            customer=interaction.customer,
            assurance=Assurance.VERIFIED,
            why="verified",
            by=request.user,
            now=now,
        )
    return _asked(request, interaction, outcome.asking, right=outcome.right)


def _asked(
    request: SignedInRequest, interaction: Interaction, asking: Asking, right: bool | None = None
) -> HttpResponse:
    context = {
        "interaction": interaction,
        "standing": asking.standing,
        "sentence": wording.standing(asking.standing),
        "questions": [(code, wording.question(code)) for code in asking.questions],
        "right": right,
    }
    return render(request, "workplace/questions.html", context)

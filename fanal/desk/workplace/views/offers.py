"""What rings: taking it or leaving it."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from fanal.agents.models import Permission
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.answers import go_to
from fanal.desk.workplace import drawing
from fanal.desk.workplace import pop as rung
from fanal.desk.workplace.finding import seen
from fanal.desk.workplace.reading import mark_read
from fanal.desk.workplace.work import Ringing
from fanal.routing import actions as routing
from fanal.routing.models import Offer


@require_POST
@needs(Permission.HANDLE)
def acceptance(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take it: the talk and what it is about open at once."""
    offer = get_object_or_404(
        Offer.objects.select_related("entry__case", "entry__participation"), pk=pk, agent=request.user
    )
    try:
        routing.accept(offer_id=pk, agent=request.user, now=timezone.now())
    except routing.NotPossible as problem:
        return drawing.refused(problem.sentence())
    if offer.entry.case:
        address = reverse("case", args=[offer.entry.case.pk])
        if request.headers.get("HX-Request"):
            return HttpResponse(headers={"HX-Redirect": address})
        return redirect(address)
    asked = offer.entry.participation
    found = seen(request.user, asked.interaction_id if asked else offer.entry.interaction_id or 0)
    if not request.headers.get("HX-Request") or request.headers.get("HX-Target") == "ringing":
        return go_to(request, reverse("interaction", args=[found.pk]))
    mark_read(found, agent=request.user)
    answer = drawing.rooms(request, found)
    answer.headers["HX-Push-Url"] = f"/interactions/{found.pk}/"
    return answer


@require_POST
@needs(Permission.HANDLE)
def refusal(request: SignedInRequest, pk: int) -> HttpResponse:
    """Leave it: it goes to the front of its queue for the next one."""
    get_object_or_404(Offer, pk=pk, agent=request.user)
    try:
        routing.decline(offer_id=pk, agent=request.user, now=timezone.now())
    except routing.NotPossible as problem:
        return drawing.refused(problem.sentence())
    if request.headers.get("HX-Target") == "ringing":
        return render(request, "workplace/ringing.html", {"work": Ringing(agent=request.user)})
    return drawing.left(request)


@require_GET
@needs(Permission.HANDLE)
def pop(request: SignedInRequest, pk: int) -> HttpResponse:
    """A look at what rings, beside whatever else is open."""
    return render(request, "workplace/about.html", {"about": rung.pop(pk, agent=request.user)})

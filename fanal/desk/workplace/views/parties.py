"""More than two in a call: asking somebody, bringing them together, letting them go, handing over, leaving."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from fanal.agents.models import Agent, Permission
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.given import number
from fanal.desk.workplace import drawing
from fanal.desk.workplace.colleagues import colleagues_of, listed
from fanal.desk.workplace.finding import in_hand
from fanal.desk.workplace.views.ending import LONGEST_SUMMARY
from fanal.interactions.models import Interaction, PartEnd, Participation
from fanal.routing import actions as routing
from fanal.routing.models import Queue


@require_http_methods(["GET", "POST"])
@needs(Permission.HANDLE)
def others(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask somebody while the customer hears music: a colleague, a queue, a number outside."""
    interaction = in_hand(request.user, pk)
    queues = Queue.objects.filter(active=True, practice=interaction.practice).order_by("name")
    if request.method == "GET":
        colleagues = listed(request.user, channel=interaction.channel)
        context = {"interaction": interaction, "queues": queues, "colleagues": colleagues}
        return render(request, "workplace/ask.html", context)
    kind, _colon, chosen = request.POST.get("target", "").partition(":")
    outside = request.POST.get("number", "").strip()[:64]
    why = request.POST.get("why", "").strip()
    if len(why) > LONGEST_SUMMARY:
        return drawing.refused(_("What they need to know may have at most 2,000 characters. Please shorten it."))
    named = "" if outside else kind
    if bool(outside) == (kind in ("queue", "agent") and bool(number(chosen))):
        return drawing.refused(_("Choose whom you ask: one of the list, or a number outside."))
    try:
        routing.ask(
            interaction=interaction,
            to_agent=get_object_or_404(colleagues_of(request.user), pk=chosen) if named == "agent" else None,
            to_queue=get_object_or_404(queues, pk=chosen) if named == "queue" else None,
            to_number=outside,
            why=why,
            by=request.user,
            now=timezone.now(),
        )
    except routing.NotPossible as problem:
        return drawing.refused(problem.sentence())
    return drawing.rooms(request, interaction)


@require_POST
@needs(Permission.HANDLE)
def together(request: SignedInRequest, pk: int) -> HttpResponse:
    """All talk with each other from now on."""
    part, interaction = _of_my_call(request.user, pk)
    try:
        routing.bring_together(participation=part, by=request.user, now=timezone.now())
    except routing.NotPossible as problem:
        return drawing.refused(problem.sentence())
    return drawing.part(request, "call", interaction)


@require_http_methods(["DELETE"])
@needs(Permission.HANDLE, Permission.SUPERVISE, Permission.SUPERVISE_OWN_QUEUES)
def participation(request: SignedInRequest, pk: int) -> HttpResponse:
    """Whoever has the call lets them go; whoever is in it leaves."""
    mine = Participation.objects.select_related("interaction").filter(pk=pk, agent=request.user).first()
    if mine:
        routing.gone(participation=mine, end=PartEnd.LEFT, by=request.user, now=timezone.now())
        return drawing.rooms(request, mine.interaction)
    part, interaction = _of_my_call(request.user, pk)
    try:
        routing.let_go(participation=part, by=request.user, now=timezone.now())
    except routing.NotPossible as problem:
        return drawing.refused(problem.sentence())
    return drawing.part(request, "call", interaction)


@require_http_methods(["GET", "POST"])
@needs(Permission.HANDLE)
def handing(request: SignedInRequest, pk: int) -> HttpResponse:
    """Warm transfer: whoever was asked has the customer from now on, with what they need to know."""
    part, interaction = _of_my_call(request.user, pk)
    if request.method == "GET":
        return render(request, "workplace/hand_to.html", {"part": part, "interaction": interaction})
    packet = {name: request.POST.get(name, "").strip() for name in ("summary", "tried", "expected")}
    if any(len(text) > LONGEST_SUMMARY for text in packet.values()):
        return drawing.refused(_("What they need to know may have at most 2,000 characters. Please shorten it."))
    try:
        routing.hand_to(participation=part, by=request.user, now=timezone.now(), **packet)
    except routing.NotPossible as problem:
        return drawing.refused(problem.sentence())
    return drawing.rooms(request, interaction)


@require_POST
@needs(Permission.HANDLE)
def leaving(request: SignedInRequest, pk: int) -> HttpResponse:
    """Leave the call to those who stay in it; if nobody does, it is over."""
    interaction = in_hand(request.user, pk)
    try:
        routing.leave_call(interaction=interaction, by=request.user, now=timezone.now())
    except routing.NotPossible as problem:
        return drawing.refused(problem.sentence())
    interaction.refresh_from_db()
    return drawing.rooms(request, interaction)


def _of_my_call(agent: Agent, pk: int) -> tuple[Participation, Interaction]:
    """Somebody in a call that this agent has; 404 for any other."""
    part = get_object_or_404(Participation.objects.select_related("interaction", "agent"), pk=pk)
    return part, in_hand(agent, part.interaction_id)

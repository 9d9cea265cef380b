"""The page itself, the left room, and the agent's own presence."""

import re

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fanal.agents.kept import kept
from fanal.agents.models import BreakReason, Permission, Presence
from fanal.channels.models import ChannelKind
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.shell import items_of
from fanal.desk.workplace import drawing
from fanal.desk.workplace.finding import seen
from fanal.desk.workplace.pulse import pulse_of
from fanal.desk.workplace.reading import mark_read
from fanal.desk.workplace.work import Ringing, breaks, state_of
from fanal.interactions.models import Segment
from fanal.routing import actions as routing


@require_GET
@needs()
def desk(request: SignedInRequest) -> HttpResponse:
    """The three rooms with nothing in the middle; whoever handles no contacts goes to their own first page.

    Whoever is in a call comes back to it: their browser may have died amid it.
    """
    if request.user.may(Permission.HANDLE):
        call = _their_call.first(agent=request.user.pk)
        return redirect("interaction", call) if call else drawing.page(request, None)
    own_pages = items_of(request.user)
    if not own_pages:
        raise PermissionDenied
    return redirect(own_pages[0]["url"])


@kept
def _their_call(agent: int) -> QuerySet[Segment, int]:
    talks = Segment.objects.filter(agent=agent, ended_at=None, interaction__channel=ChannelKind.VOICE)
    return talks.order_by("-pk").values_list("interaction", flat=True)[:1]


@require_GET
@needs(Permission.HANDLE, Permission.SUPERVISE, Permission.SUPERVISE_OWN_QUEUES)
def interaction(request: SignedInRequest, pk: int) -> HttpResponse:
    """One contact in the middle: the whole page, or its rooms for a click within the page."""
    found = seen(request.user, pk)
    mark_read(found, agent=request.user)
    if request.headers.get("HX-Request"):
        return drawing.rooms(request, found)
    return drawing.page(request, found)


@require_GET
@needs(Permission.HANDLE)
def work(request: SignedInRequest) -> HttpResponse:
    """The left room, and what rings."""
    return drawing.left(request)


@require_GET
@needs(Permission.HANDLE)
def ringing(request: SignedInRequest) -> HttpResponse:
    """What rings, on the pages that have no left room."""
    return render(request, "workplace/ringing.html", {"work": Ringing(agent=request.user)})


@require_http_methods(["GET", "PUT"])
@needs(Permission.HANDLE)
def presence(request: SignedInRequest) -> HttpResponse:
    """The agent's own state; putting one: available, offline, or a break for a reason."""
    if request.method == "PUT":
        state, _colon, code = QueryDict(request.body).get("state", "").partition(":")
        if state not in (Presence.AVAILABLE, Presence.OFFLINE, Presence.BREAK):
            return drawing.refused(_("Choose one of the states in the list."))
        reason = get_object_or_404(BreakReason, code=code) if state == Presence.BREAK else None
        routing.set_presence(agent=request.user, state=state, reason=reason, by=request.user, now=timezone.now())
    shown = {"state": state_of(request.user), "breaks": breaks()}
    elsewhere = not re.search(r"^https?://[^/]+/(interactions/\d+/)?(\?|$)", request.headers.get("HX-Current-URL", ""))
    return render(request, "workplace/presence.html", {"work": shown, "elsewhere": elsewhere})


@require_GET
@needs(Permission.HANDLE)
def pulse(request: SignedInRequest) -> HttpResponse:
    """How it goes right now in the queues this agent serves, and the agent's own handling time of today."""
    return render(request, "workplace/pulse.html", {"pulse": pulse_of(request.user, now=timezone.now())})


@require_POST
@needs(Permission.HANDLE)
def heartbeat(request: SignedInRequest) -> HttpResponse:
    """The desk is open in a browser: contacts may ring here."""
    routing.heartbeat(agent=request.user, now=timezone.now())
    return HttpResponse(status=204)

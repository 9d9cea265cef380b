"""The line of a signed-in browser, what its phone measures, and the page where a person tries microphone and sound."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from fanal.agents.actions import NoLine, issue_line, ring_at
from fanal.agents.models import Permission, PhoneKind, PhoneLine
from fanal.desk.access import SignedInRequest, needs
from fanal.environment import environment
from fanal.interactions.actions import note_quality
from fanal.interactions.models import Segment
from fanal.interactions.rules.quality import Measured
from fanal.running.relays.credentials import relays


@require_GET
@needs(Permission.HANDLE)
def phone(request: SignedInRequest) -> HttpResponse:
    """Which phone rings; which microphone, loudspeaker and bell, and whether they work: that stays in this browser."""
    desk = PhoneLine.objects.open().filter(agent=request.user, kind=PhoneKind.DESK).first()
    seen = environment.pbx_origin.replace("ws", "http", 1)
    return render(request, "phone/check.html", {"desk": desk, "exchange": seen, "relayed": bool(environment.turn_urls)})


@require_POST
@needs(Permission.HANDLE)
def ringing(request: SignedInRequest) -> HttpResponse:
    """Where this person wants to be rung from now on: in the browser, or at the phone on the desk."""
    kind = request.POST.get("kind", "")
    try:
        ring_at(agent=request.user, kind=PhoneKind(kind), by=request.user, now=timezone.now())
    except NoLine:
        messages.error(request, _("You have no desk phone any more. Calls ring in the browser."))
    except ValueError:
        return HttpResponseBadRequest()
    return redirect("phone")


@never_cache
@require_POST
@needs(Permission.HANDLE)
def line(request: SignedInRequest) -> HttpResponse:
    """The one place where the secret of a line is given: to the sign-in that it was issued to, over its own session.

    409 says why there is none here: `elsewhere` (another browser has it; `take=1` takes it), `desk`, `rights` or `off`.
    """
    if not environment.pbx_public_url:
        return JsonResponse({"code": "off"}, status=409)
    try:
        found, secret = issue_line(
            agent=request.user,
            session=request.session.session_key or "",
            take=request.POST.get("take") == "1",
            now=timezone.now(),
        )
    except NoLine as none:
        return JsonResponse({"code": none.code}, status=409)
    ice = relays(urls=environment.turn_urls, secret=environment.turn_secret, who=found.name, now=timezone.now())
    told = {"line": found.pk, "name": found.name, "secret": secret, "url": environment.pbx_public_url}
    return JsonResponse(told | {"relays": ice})


@require_POST
@needs(Permission.HANDLE)
def quality(request: SignedInRequest, pk: int) -> HttpResponse:
    """What the phone measured since it last said so, of the call that this offer brought to this agent."""
    segment = get_object_or_404(Segment, offer=pk, agent=request.user)
    try:
        given = {name: float(request.POST[name]) for name in ("seconds", "loss", "jitter", "round_trip")}
        measured = Measured(**given)
    except (KeyError, ValueError):
        return HttpResponseBadRequest()
    note_quality(segment=segment, measured=measured, now=timezone.now())
    return HttpResponse(status=204)

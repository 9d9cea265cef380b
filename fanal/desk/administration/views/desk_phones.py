"""The phone on somebody's desk: an account to sign in with, shown once; where it stands; and its end."""

import ipaddress

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from fanal.agents import actions
from fanal.agents.models import Agent, Permission, PhoneKind, PhoneLine
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.administration.menu import menu_of
from fanal.environment import environment

WHY_NOT = {
    "rights": gettext_noop(
        "%(name)s takes no calls. Give them a role that handles contacts and a capacity for calls above 0."
    ),
    "no_desk_phone": gettext_noop("%(name)s has no desk phone. Make an account for it first."),
}


@never_cache
@require_http_methods(["GET", "POST"])
@needs(Permission.ADMINISTER)
def desk_phone(request: SignedInRequest, pk: int) -> HttpResponse:
    """How it stands; the answer to making an account is the only look at its password."""
    agent = get_object_or_404(Agent, pk=pk)
    context = {
        "menu": menu_of("agents"),
        "agent": agent,
        "line": PhoneLine.objects.open().filter(agent=agent, kind=PhoneKind.DESK).first(),
        "earlier": PhoneLine.objects.filter(agent=agent, kind=PhoneKind.DESK)
        .exclude(ended_at=None)
        .order_by("-pk")[:5],
        "server": f"{environment.pbx_address}:{environment.pbx_sip_port}",
        "here_alone": ipaddress.ip_address(environment.pbx_address).is_loopback,
        "takes_calls": actions.may_have_line(agent),
    }
    if request.method == "POST":
        try:
            line, secret = actions.make_desk_phone(agent=agent, by=request.user, now=timezone.now())
            return render(request, "administration/desk_phone_made.html", context | {"line": line, "secret": secret})
        except actions.NoLine as none:
            messages.error(request, _(WHY_NOT[none.code]) % {"name": agent.name})
            return redirect("administration_desk_phone", pk=pk)
    return render(request, "administration/desk_phone.html", context)


@require_POST
@needs(Permission.ADMINISTER)
def ringing(request: SignedInRequest, pk: int) -> HttpResponse:
    """Where this person is rung from now on."""
    agent = get_object_or_404(Agent, pk=pk)
    try:
        actions.ring_at(
            agent=agent, kind=request.POST.get("kind", PhoneKind.BROWSER), by=request.user, now=timezone.now()
        )
    except actions.NoLine as none:
        messages.error(request, _(WHY_NOT[none.code]) % {"name": agent.name})
    return redirect("administration_desk_phone", pk=pk)


@require_POST
@needs(Permission.ADMINISTER)
def revocation(request: SignedInRequest, pk: int) -> HttpResponse:
    agent = get_object_or_404(Agent, pk=pk)
    actions.end_lines(agent=agent, kinds=[PhoneKind.DESK], by=request.user, now=timezone.now())
    messages.success(request, _("The account is revoked: the phone signs in no more. Calls ring in the browser."))
    return redirect("administration_desk_phone", pk=pk)

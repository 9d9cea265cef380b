"""What a person does about their own account beyond signing in."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django.views.i18n import set_language

from fanal.agents.actions import choose_language
from fanal.configuration import actions
from fanal.desk.accounts.forms import JoiningForm


@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """An invited person chooses a password; the link works once, for a week."""
    now = timezone.now()
    try:
        found = actions.open_invitation(token=token, now=now)
        start = {"name": found.name, "language": get_language()}
        form = JoiningForm(request.POST or None, email=found.email, initial=start)
        if request.method == "POST" and form.is_valid():
            actions.accept_invitation(token=token, **form.cleaned_data, now=now)
            messages.success(request, _("Welcome. Sign in with your new password."))
            return redirect("account_login")
    except actions.NotPossible as why:
        return render(request, "accounts/invitation_over.html", {"why": why.sentence()}, status=404)
    context = {"form": form, "email": found.email}
    return render(request, "accounts/invitation.html", context, status=422 if form.errors else 200)


@require_POST
def language(request: HttpRequest) -> HttpResponseBase:
    """The language of the screens: kept in the browser, and for whoever is signed in with the person."""
    agent: Any = request.user
    wanted = request.POST.get("language", "")
    if agent.is_authenticated and wanted in dict(settings.LANGUAGES):
        choose_language(agent=agent, language=wanted, now=timezone.now())
    return set_language(request)

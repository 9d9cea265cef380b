"""What a person does about their own account beyond signing in."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from fanal.agents.actions import choose_language


@require_POST
def language(request: HttpRequest) -> HttpResponseBase:
    """The language of the screens: kept in the browser, and for whoever is signed in with the person."""
    agent: Any = request.user
    wanted = request.POST.get("language", "")
    if agent.is_authenticated and wanted in dict(settings.LANGUAGES):
        choose_language(agent=agent, language=wanted, now=timezone.now())
    return set_language(request)

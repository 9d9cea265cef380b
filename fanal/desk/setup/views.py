"""The steps of the first run. The first one asks for the token from the terminal, the others for its administrator."""

from collections.abc import Callable
from datetime import time
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fanal.agents.models import Permission
from fanal.channels.models import ChannelAccount, ChannelKind
from fanal.configuration import actions
from fanal.configuration.actions import first_run
from fanal.configuration.models import Company
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.setup import forms
from fanal.environment import environment
from fanal.routing.models import Queue

STEPS: dict[str, tuple[Any, Callable[..., Any]]] = {
    "company": (forms.CompanyForm, first_run.name_company),
    "queue": (forms.QueueForm, first_run.make_first_queue),
    "chat": (forms.ChatForm, first_run.make_first_account),
}
ORDER = ("administrator", *STEPS, "people")


@require_http_methods(["GET", "POST"])
def administrator(request: HttpRequest, token: str) -> HttpResponse:
    """The first person, for whoever can read the terminal; 404 for everybody else and ever after."""
    if not first_run.token_opens(token):
        raise Http404
    form = forms.AdministratorForm(request.POST or None, initial={"language": get_language()})
    if request.method == "POST" and form.is_valid():
        try:
            agent = first_run.make_first_administrator(token=token, now=timezone.now(), **form.cleaned_data)
        except actions.NotPossible as why:
            raise Http404 from why
        login(request, agent, backend=settings.AUTHENTICATION_BACKENDS[0])
        return redirect("setup_step", step="company")
    return _page(request, "administrator", form)


@require_http_methods(["GET", "POST"])
@needs(Permission.ADMINISTER)
def step(request: SignedInRequest, step: str) -> HttpResponse:
    """The company, the first queue, the first chat; each may be done again until the end."""
    if step not in STEPS or not first_run.is_unfinished():
        raise Http404
    kind, save = STEPS[step]
    form = kind(request.POST or None, initial=_start(step))
    if request.method == "POST" and form.is_valid():
        save(**form.cleaned_data, by=request.user, now=timezone.now())
        following = ORDER[ORDER.index(step) + 1]
        return redirect("setup_step", step=following) if following in STEPS else redirect("setup_people")
    return _page(request, step, form)


@require_GET
@needs(Permission.ADMINISTER)
def people(request: SignedInRequest) -> HttpResponse:
    """The last page: the line for the site, and where to invite the others."""
    if not first_run.is_unfinished():
        raise Http404
    account = ChannelAccount.objects.filter(kind=ChannelKind.WEBCHAT).first()
    context = {"step": "people", "steps": _steps("people"), "row": account, "origin": environment.origin}
    return render(request, "setup/people.html", context)


@require_POST
@needs(Permission.ADMINISTER)
def end(request: SignedInRequest) -> HttpResponse:
    if not first_run.is_unfinished():
        raise Http404
    first_run.finish(by=request.user, now=timezone.now())
    messages.success(request, _("fanal is set up."))
    return redirect("administration_invitations")


def _page(request: HttpRequest, name: str, form: Any) -> HttpResponse:
    context = {"form": form, "step": name, "steps": _steps(name)}
    return render(request, "setup/step.html", context, status=422 if form.errors else 200)


def _steps(current: str) -> list[dict[str, Any]]:
    titles = {
        "administrator": _("You"), "company": _("Company"), "queue": _("Queue"),
        "chat": _("Chat"), "people": _("People"),
    }  # fmt: skip
    reached = ORDER.index(current)
    return [
        {"title": titles[name], "done": place < reached, "now": place == reached} for place, name in enumerate(ORDER)
    ]


def _start(step: str) -> dict[str, Any]:
    """What is known already, or what most begin with."""
    match step:
        case "company":
            company = Company.objects.get()
            usual = {"days": [0, 1, 2, 3, 4], "opens": time(8), "closes": time(18)}
            return {"name": "" if company.name == "fanal" else company.name, "languages": company.languages,
                    "zone": company.zone, **usual}  # fmt: skip
        case "queue":
            queue = Queue.objects.order_by("pk").first()
            return {"name": queue.name if queue else _("General")}
        case _:
            return {"name": Company.objects.get().name, "sites": "self"}

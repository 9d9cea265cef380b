"""Views of the list that were kept: shown with how many are in each, kept, arranged, renamed and forgotten."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from fanal.agents.models import Agent
from fanal.cases import actions, wording
from fanal.cases.models import SavedView, Sharing
from fanal.cases.rules import NotPossible
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.cases import drawing, listing
from fanal.desk.cases.finding import READERS
from fanal.desk.cases.forms_together import ViewForm
from fanal.desk.given import number

MOST = 20
SHARED: dict[str, str | Promise] = {
    Sharing.OWN: "",
    Sharing.TEAM: gettext_lazy("My team"),
    Sharing.ALL: gettext_lazy("Everybody"),
}


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A view as it stands in somebody's list; `here`: the list shows it now."""

    pk: int
    name: str
    url: str
    whose: str
    shared: str | Promise
    count: str
    own: bool
    opens: bool
    here: bool


def kept_for(agent: Agent, *, now: datetime, here: str | None = None) -> list[Kept]:
    """Those that this person has or shares, in the order they want, each with how many are in it."""
    rows = SavedView.objects.visible_to(agent).select_related("agent").placed_for(agent)[:MOST]
    return [
        Kept(
            pk=row.pk,
            name=row.name,
            url=f"{reverse('cases')}?{row.query}",
            whose="" if row.agent_id == agent.pk else row.agent.name,
            shared=SHARED[row.shared] if row.agent_id == agent.pk else "",
            count=_said(listing.counted(agent=agent, query=row.query, now=now)),
            own=row.agent_id == agent.pk,
            opens=bool(getattr(row, "opens", False)),
            here=here is not None and here == listing.asked(dict(parse_qsl(row.query)[:40])).address(),
        )
        for row in rows
    ]


def _said(count: int) -> str:
    return f"{listing.COUNTED_IN_A_VIEW}+" if count > listing.COUNTED_IN_A_VIEW else str(count)


@require_GET
@needs(*READERS)
def shown(request: SignedInRequest) -> HttpResponse:
    """The chips above the list; it asks for them when it is there, with what it shows."""
    here = listing.asked(request.GET.dict()).address()
    return render(request, "cases/views.html", {"views": kept_for(request.user, now=timezone.now(), here=here)})


@require_GET
@needs(*READERS)
def menu(request: SignedInRequest) -> HttpResponse:
    """The same beside every page, and as commands: asked for when somebody opens either."""
    views = kept_for(request.user, now=timezone.now())
    if request.headers.get("Accept", "").startswith("application/json"):
        commands = [{"label": one.name, "group": _("Views"), "note": one.count, "url": one.url} for one in views]
        return JsonResponse({"commands": commands})
    return render(request, "cases/views_menu.html", {"views": views})


@require_http_methods(["GET", "POST"])
@needs(*READERS)
def arranging(request: SignedInRequest) -> HttpResponse:
    """The dialog in which they are put in order; posting moves `up` or `down`, or says which one `opens` the list."""
    if request.method == "POST":
        _arrange(request)
    return render(request, "cases/views_arranging.html", {"views": kept_for(request.user, now=timezone.now())})


def _arrange(request: SignedInRequest) -> None:
    for asked in ("up", "down", "opens", "opens_not"):
        if asked in request.POST:
            rows = SavedView.objects.visible_to(request.user)
            view = get_object_or_404(rows, pk=number(request.POST[asked]))
            by, now = request.user, timezone.now()
            if asked.startswith("opens"):
                actions.open_with(view=view, opens=asked == "opens", now=now, by=by)
            else:
                actions.move_view(view=view, by_places=-1 if asked == "up" else 1, now=now, by=by)
            return


@require_http_methods(["GET", "POST"])
@needs(*READERS)
def new(request: SignedInRequest) -> HttpResponse:
    """Getting asks for a name for what the address asks for; posting keeps it."""
    asked = listing.asked(dict(parse_qsl(request.META.get("QUERY_STRING", ""))[:40]))
    given = request.POST if request.method == "POST" else None
    form = ViewForm(given, agent=request.user, initial={"query": asked.address()})
    if form.is_bound and form.is_valid():
        query = listing.asked(dict(parse_qsl(form.cleaned_data["query"])[:40])).address()
        name, shared = form.cleaned_data["name"], form.cleaned_data["shared"]
        try:
            actions.save_view(name=name, query=query, shared=shared, now=timezone.now(), by=request.user)
        except NotPossible as problem:
            form.add_error("name", wording.sentence(problem))
        else:
            return drawing.toast(HttpResponse(status=204), _("The view is kept."), close=True)
    title, url = _("Keep this view of the list"), reverse("case_view_new")
    return drawing.dialog(request, form, title=title, url=url, button=_("Keep it"))


@require_http_methods(["GET", "POST", "DELETE"])
@needs(*READERS)
def one(request: SignedInRequest, pk: int) -> HttpResponse:
    """A view of one's own: getting asks for another name and whose it is, posting keeps that, deleting forgets it."""
    view = get_object_or_404(SavedView, pk=pk, agent=request.user)
    if request.method == "DELETE":
        actions.forget_view(view=view, now=timezone.now(), by=request.user)
        return drawing.toast(HttpResponse(status=204), _("The view is gone."))
    given = request.POST if request.method == "POST" else None
    form = ViewForm(given, agent=request.user, initial={"name": view.name, "shared": view.shared})
    if form.is_bound and form.is_valid():
        name, shared = form.cleaned_data["name"], form.cleaned_data["shared"]
        try:
            actions.change_view(view=view, name=name, shared=shared, now=timezone.now(), by=request.user)
        except NotPossible as problem:
            form.add_error("name", wording.sentence(problem))
        else:
            return drawing.toast(HttpResponse(status=204), _("The view is kept."), close=True)
    url = reverse("case_view", args=[view.pk])
    return drawing.dialog(request, form, title=_("Change this view"), url=url, button=_("Keep it"))

"""Following a case, and the names that can be called in a note on it."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from fanal.agents.models import Agent
from fanal.cases import actions, wording
from fanal.cases.rules import NotPossible
from fanal.cases.rules.mentions import told_apart
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.cases import drawing, room
from fanal.desk.cases.finding import READERS, WRITERS, changeable, seen
from fanal.desk.cases.forms_together import FollowerForm
from fanal.desk.given import number

MOST = 8


@require_GET
@needs(*READERS)
def together(request: SignedInRequest, pk: int) -> HttpResponse:
    """The room in which people work on it together."""
    return room.shown(request, seen(request.user, pk))


@require_http_methods(["POST", "DELETE"])
@needs(*READERS)
def following(request: SignedInRequest, pk: int) -> HttpResponse:
    """Posting: I want to hear of it. Deleting: no longer."""
    case, now = seen(request.user, pk), timezone.now()
    if request.method == "POST":
        actions.follow(case=case, agent=request.user, now=now, by=request.user)
        return room.done(request, case, _("You hear of this case from now on."))
    actions.unfollow(case=case, agent=request.user, now=now, by=request.user)
    return room.done(request, case, _("You hear of this case only if it is yours."))


@require_http_methods(["GET", "POST", "DELETE"])
@needs(*WRITERS)
def followers(request: SignedInRequest, pk: int) -> HttpResponse:
    """Getting asks who else should hear of it; posting adds them; deleting takes `agent` out."""
    case, now = changeable(request.user, pk), timezone.now()
    if request.method == "DELETE":
        gone = get_object_or_404(Agent, pk=number(request.GET.get("agent", "")))
        actions.unfollow(case=case, agent=gone, now=now, by=request.user)
        return room.done(request, case, _("%(name)s no longer follows.") % {"name": gone.name})
    form = FollowerForm(request.POST or None, case=case)
    if request.method == "POST" and form.is_valid():
        agent = form.cleaned_data["agent"]
        try:
            actions.follow(case=case, agent=agent, now=now, by=request.user)
        except NotPossible as problem:
            form.add_error("agent", wording.sentence(problem))
        else:
            return room.done(request, case, _("%(name)s follows.") % {"name": agent.name})
    return drawing.dialog(
        request,
        form,
        title=_("Who should hear of case %(number)s?") % {"number": case.number},
        url=reverse("case_followers", args=[case.pk]),
        button=_("Let them follow"),
        help=_("They are told when the customer writes, of notes, of a new owner, and when it is settled or reopened."),
    )


@require_GET
@needs(*WRITERS)
def colleagues(request: SignedInRequest, pk: int) -> HttpResponse:
    """The people whose name begins as `q` does, for a note that calls them."""
    case = seen(request.user, pk)
    begun = " ".join(request.GET.get("q", "").split())[:100]
    found = [one for one in actions.colleagues(practice=case.practice) if one.name.lower().startswith(begun.lower())]
    people = [
        {"name": one.name, "called": told_apart(one.name, one.also) if one.also else one.name, "also": one.also}
        for one in sorted(found, key=lambda one: (one.name, one.also))[:MOST]
    ]
    return render(request, "cases/colleagues.html", {"people": people if begun else []})

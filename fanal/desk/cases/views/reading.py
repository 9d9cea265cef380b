"""Reading: the list, one case, the rest of its history, and who else has it open."""

from urllib.parse import parse_qsl

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from fanal.agents.models import Agent
from fanal.cases import actions as actions
from fanal.cases import naming
from fanal.cases.actions import notices
from fanal.cases.models import Case, Priority, SavedView
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.cases import drawing, lines, listing
from fanal.desk.cases.alike import like_case
from fanal.desk.cases.clocks import clocks_of
from fanal.desk.cases.finding import READERS, may_write, seen
from fanal.desk.cases.history import history_page
from fanal.desk.cases.views import opening
from fanal.norms import digits


@require_http_methods(["GET", "POST"])
@needs(*READERS)
def cases(request: SignedInRequest) -> HttpResponse:
    """The list; a number in the search goes straight to its case; posting opens a case without a contact."""
    if request.method == "POST":
        return opening.open_case(request)
    if number := request.GET.get("number", "").strip():
        return _by_number(request, number)
    asked, now = listing.asked(request.GET.dict() or _opens_with(request.user)), timezone.now()
    found = listing.listing(agent=request.user, asked=asked, now=now)
    names = naming.names_for(
        customers={case.customer_id for case in found.cases if case.customer_id},
        owners={case.owner_id for case in found.cases if case.owner_id},
    )
    context = {
        "asked": asked,
        "listing": found,
        "lines": lines.drawn(found.cases, names=names, now=now, choosing=may_write(request.user)),
        "first_page": asked.address(),
        "query": asked.address(),
        "tabs": {state: asked.address(state=state) for state in listing.STATES},
        "offered": names,
        "priorities": Priority.choices,
        "may_write": may_write(request.user),
    }
    return render(request, "cases/list.html", context)


def _opens_with(agent: Agent) -> dict[str, str]:
    """What the list shows where nothing is asked for: the view that this person wants it to open with."""
    rows = SavedView.objects.visible_to(agent).filter(places__agent=agent, places__opens=True)
    query = rows.values_list("query", flat=True).first()
    return dict(parse_qsl(query)[:40]) if query else {}


def _by_number(request: SignedInRequest, text: str) -> HttpResponse:
    number = digits.only(digits.western(text))[:18]
    found = Case.objects.visible_to(request.user).filter(number=int(number)).first() if number else None
    if found:
        return redirect("case", found.pk)
    messages.warning(request, _("There is no case with this number, or it is not yours to see."))
    return redirect("cases")


@require_GET
@needs(*READERS)
def case(request: SignedInRequest, pk: int) -> HttpResponse:
    found = seen(request.user, pk)
    if request.headers.get("HX-Request"):
        return render(request, "cases/body.html", drawing.context_of(request, found))
    return drawing.page(request, found)


@require_GET
@needs(*READERS)
def alike(request: SignedInRequest, pk: int) -> HttpResponse:
    """The cases that are like it; the page asks when it is there, so that it waits for nothing."""
    found = seen(request.user, pk)
    return render(request, "cases/alike.html", {"alike": like_case(found, agent=request.user)})


@require_GET
@needs(*READERS)
def history(request: SignedInRequest, pk: int) -> HttpResponse:
    """More of the history, from an entry on."""
    found = seen(request.user, pk)
    start = request.GET.get("from", "0")
    page = history_page(found, agent=request.user, start=int(start[:6]) if start.isascii() and start.isdigit() else 0)
    return render(request, "cases/entries.html", {"case": found, "history": page})


@require_GET
@needs(*READERS)
def clocks(request: SignedInRequest, pk: int) -> HttpResponse:
    """What was promised, again: a clock has started, ended or come to be at risk."""
    found = seen(request.user, pk)
    shown = clocks_of(found, now=timezone.now())
    return render(request, "cases/clocks.html", {"case": found, "clocks": shown})


@require_http_methods(["GET", "POST", "DELETE"])
@needs(*READERS)
def viewers(request: SignedInRequest, pk: int) -> HttpResponse:
    """Who else has the case open: posting says that I have, and whether I am writing; deleting that I left."""
    found, now = seen(request.user, pk), timezone.now()
    match request.method:
        case "POST":
            writing = bool(request.POST.get("text", "").strip())
            actions.look_at(case=found, agent=request.user, writing=writing, now=now)
            notices.read(agent=request.user, case=found, now=now)
        case "DELETE":
            actions.look_away(case=found, agent=request.user, now=now)
            return HttpResponse(status=204)
    beside = actions.beside(case=found, agent=request.user, now=now)
    return render(request, "cases/viewers.html", {"viewers": beside})

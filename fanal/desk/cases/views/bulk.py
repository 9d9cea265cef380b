"""One change to many cases: asked for, seen beforehand, followed while it is done, taken back."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fanal.agents.models import Permission
from fanal.cases import wording
from fanal.cases.models import BulkChange
from fanal.cases.rules import NotPossible
from fanal.cases.rules.bulk import may_undo
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.answers import go_to, refused
from fanal.desk.cases import bulk
from fanal.desk.cases.finding import WRITERS
from fanal.routing import actions as routing

SHOWN = 200


@require_POST
@needs(*WRITERS)
def change(request: SignedInRequest) -> HttpResponse:
    """`step` says how far one is: asking what to do, the preview of it, and doing it."""
    given, step = request.POST, request.POST.get("step", "ask")
    keys = bulk.chosen(given, request.user)
    form = bulk.BulkForm(given if step != "ask" or "kind" in given else None, agent=request.user, keys=keys)
    context = {
        "form": form,
        "count": len(keys),
        "keys": [] if given.get("all") else keys,
        "all": given.get("all", ""),
        "query": given.get("query", ""),
        "step": step,
    }
    if step == "ask" or not keys or not form.is_valid():
        if step == "ask":
            form.errors.clear()
        return render(request, "cases/bulk.html", context | {"step": "ask"}, status=200 if step == "ask" else 422)
    if step == "preview":
        context["what"] = form.said()
        context["filled"] = form.filled()
        context["preview"] = bulk.preview(keys, kind=form.does, to=form.to, agent=request.user, given=form.values())
        return render(request, "cases/bulk.html", context)
    try:
        made = routing.begin_bulk(
            kind=form.does,
            to=form.to,
            note=form.note,
            values=form.values(),
            case_ids=keys,
            now=timezone.now(),
            by=request.user,
        )
    except NotPossible as problem:
        form.add_error(None, wording.sentence(problem))
        return render(request, "cases/bulk.html", context | {"step": "ask"}, status=422)
    return go_to(request, reverse("case_bulk", args=[made.pk]))


@require_GET
@needs(*WRITERS)
def one(request: SignedInRequest, pk: int) -> HttpResponse:
    """How far it is, and what became of each case; whoever supervises sees those of others too."""
    found = _seen(request, pk)
    rows = found.items.exclude(refused="").select_related("case").order_by("case__number")[:SHOWN]
    refused = [
        {"case": item.case, "why": wording.sentence(NotPossible(item.refused, names=item.names))} for item in rows
    ]
    context = {
        "bulk": found,
        "refused": refused,
        "moving": found.ended_at is None or found.state in ("running", "undoing"),
        "may_undo": may_undo(found.kind, state=found.state, ended_at=found.ended_at, now=timezone.now()),
    }
    part = bool(request.headers.get("HX-Request"))
    return render(request, "cases/bulk_body.html" if part else "cases/bulk_page.html", context)


@require_http_methods(["POST"])
@needs(*WRITERS)
def undoing(request: SignedInRequest, pk: int) -> HttpResponse:
    found = _seen(request, pk)
    try:
        routing.undo_bulk(bulk=found, now=timezone.now(), by=request.user)
    except NotPossible as problem:
        return refused(wording.sentence(problem))
    return redirect("case_bulk", pk=found.pk)


def _seen(request: SignedInRequest, pk: int) -> BulkChange:
    rows = BulkChange.objects.select_related("by")
    if not request.user.may(Permission.SUPERVISE):
        rows = rows.filter(by=request.user)
    return get_object_or_404(rows, pk=pk)

"""The search: a page, a list that grows while one types, and the same as JSON."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from fanal.agents.models import Agent, Permission
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.calling import caller_of
from fanal.desk.limits import searching
from fanal.identity.find import Found, Results, search
from fanal.interactions.models import Interaction, Topic

SHORTEST = 2
FEW, MANY = 8, 25
ICONS = {"customer": "person", "order": "order", "holding": "card", "case": "case"}


@require_GET
@needs(Permission.HANDLE, Permission.SUPERVISE, Permission.SUPERVISE_OWN_QUEUES)
@searching
def found(request: SignedInRequest) -> HttpResponse:
    """Whatever `?q=` may mean, as far as this person may see it: a page, a fragment for htmx, or JSON."""
    text = request.GET.get("q", "").strip()
    fragment = bool(request.headers.get("HX-Request"))
    results = Results()
    if len(text) >= SHORTEST:
        results = search(text, agent=request.user, limit=FEW if fragment else MANY)
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"found": [_as_json(one) for one in _linked(results, request.user)], "cut": results.cut})
    context = {
        "text": text,
        "found": _linked(results, request.user),
        "cut": cut_sentence(results.cut),
        "too_short": 0 < len(text) < SHORTEST,
    }
    return render(request, "finding/options.html" if fragment else "finding/page.html", context)


def cut_sentence(cut: str) -> str:
    """Why some results may be missing, and what to do; empty when none are."""
    match cut:
        case "":
            return ""
        case "busy":
            return _("Many people are searching just now: try again in a moment, or search for a number.")
        case _:
            return _("This search took too long and was stopped: add another word, or search for a number.")


def _linked(results: Results, agent: Agent) -> list[dict[str, Any]]:
    claims = _claims([one.id for one in results if one.kind == "case" and not one.customer_id], agent)
    return [{"one": one, "url": _url(one), "icon": ICONS[one.kind], "claim": claims.get(one.id, "")} for one in results]


def _claims(cases: Sequence[int], agent: Agent) -> dict[int, str]:
    """What whoever wrote first calls themselves, in cases to which nobody is attached."""
    if not cases:
        return {}
    topics = Topic.objects.filter(case__in=cases, withdrawn_at=None, interaction__customer=None).order_by("-pk")
    topics = topics.filter(interaction__in=Interaction.objects.visible_to(agent)).select_related("interaction")
    said = {topic.case_id: caller_of(topic.interaction) for topic in topics if topic.case_id}
    return {case: who.name for case, who in said.items() if who.claimed}


def _url(one: Found) -> str:
    match one.kind:
        case "case":
            return reverse("case", args=[one.id])
        case "order":
            return f"{reverse('customer', args=[one.customer_id])}#order-{one.id}"
        case "holding":
            return f"{reverse('customer', args=[one.customer_id])}#holding-{one.id}"
        case _:
            return reverse("customer", args=[one.id])


def _as_json(row: dict[str, Any]) -> dict[str, Any]:
    one: Found = row["one"]
    return {
        "kind": one.kind,
        "id": one.id,
        "title": one.title,
        "subtitle": one.subtitle,
        "why": one.why,
        "url": row["url"],
    }

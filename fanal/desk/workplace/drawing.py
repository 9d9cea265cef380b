"""The answers of the agent's page: the whole page, or the rooms that a click changed."""

from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import render

from fanal.desk.access import SignedInRequest
from fanal.desk.workplace.about import about_of
from fanal.desk.workplace.talk import talk_of
from fanal.desk.workplace.work import work_of
from fanal.interactions.models import Interaction


def context_of(request: SignedInRequest, interaction: Interaction | None, **turned: int) -> dict[str, Any]:
    """Everything the three rooms need; `order_pk` or `holding_pk` keep the right one turned to that thing."""
    found: dict[str, Any] = {"work": work_of(request.user, current=interaction.pk if interaction else None)}
    if interaction:
        found |= {
            "talk": talk_of(interaction, agent=request.user),
            "about": about_of(interaction, agent=request.user, **turned),
            "draft_id": f"desk-{uuid4()}",
        }
    return found


def page(request: SignedInRequest, interaction: Interaction | None) -> HttpResponse:
    return render(request, "workplace/page.html", context_of(request, interaction))


def rooms(request: SignedInRequest, interaction: Interaction | None, **turned: int) -> HttpResponse:
    """The middle room as the answer, the other two beside it, out of band."""
    return render(request, "workplace/rooms.html", context_of(request, interaction, **turned))


def part(request: SignedInRequest, template: str, interaction: Interaction, **more: Any) -> HttpResponse:
    """One part of the talk."""
    context = {"talk": talk_of(interaction, agent=request.user), "draft_id": f"desk-{uuid4()}", **more}
    return render(request, f"workplace/{template}.html", context)


def refused(sentence: str) -> HttpResponse:
    """A clear sentence for the person, shown as a toast."""
    return HttpResponse(sentence, status=409, content_type="text/plain; charset=utf-8")

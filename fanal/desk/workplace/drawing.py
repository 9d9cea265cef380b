"""The answers of the agent's page: the whole page, or the rooms that a click changed."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from fanal.desk.access import SignedInRequest
from fanal.desk.answers import go_to
from fanal.desk.answers import refused as refused
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
        }
    return found


def page(request: SignedInRequest, interaction: Interaction | None) -> HttpResponse:
    return render(request, "workplace/page.html", context_of(request, interaction))


def rooms(request: SignedInRequest, interaction: Interaction | None, **turned: int) -> HttpResponse:
    """The middle room as the answer, the other two beside it, out of band."""
    return render(request, "workplace/rooms.html", context_of(request, interaction, **turned))


def part(
    request: SignedInRequest, template: str, interaction: Interaction, *, fresh: bool = False, **more: Any
) -> HttpResponse:
    """One part of the talk."""
    context = {"talk": talk_of(interaction, agent=request.user, fresh=fresh), **more}
    return render(request, f"workplace/{template}.html", context)


def opened(request: SignedInRequest, interaction: Interaction) -> HttpResponse:
    """To the contact that has just begun, whoever asks."""
    return go_to(request, f"/interactions/{interaction.pk}/")

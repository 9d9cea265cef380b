"""The answers of the agent's page: the whole page, or the rooms that a click changed."""

import re
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from fanal.desk.access import SignedInRequest
from fanal.desk.answers import go_to
from fanal.desk.answers import refused as refused
from fanal.desk.workplace.about import about_of
from fanal.desk.workplace.pop import pop_of
from fanal.desk.workplace.talk import talk_of
from fanal.desk.workplace.work import work_of
from fanal.interactions.models import Interaction


def context_of(request: SignedInRequest, interaction: Interaction | None, **turned: int) -> dict[str, Any]:
    """Everything the three rooms need; `order_pk` or `holding_pk` keep the right one turned to that thing.

    With nothing in the middle, the right one shows what rings.
    """
    work = work_of(request.user, current=interaction.pk if interaction else None)
    if interaction is None:
        return {"work": work, "about": pop_of(work.offers, agent=request.user)}
    talk = talk_of(interaction, agent=request.user)
    return {"work": work, "talk": talk, "about": about_of(interaction, agent=request.user, **turned)}


def page(request: SignedInRequest, interaction: Interaction | None) -> HttpResponse:
    return render(request, "workplace/page.html", context_of(request, interaction))


def rooms(request: SignedInRequest, interaction: Interaction | None, **turned: int) -> HttpResponse:
    """The middle room as the answer, the other two beside it, out of band."""
    return render(request, "workplace/rooms.html", context_of(request, interaction, **turned))


def left(request: SignedInRequest) -> HttpResponse:
    """The left room for the page that asks: the contact that it is at stays marked. What rings is shown in the right
    one, by the same answer, where the page is at no contact, or at one that is done or only read.
    """
    page = request.headers.get("HX-Current-URL", "")
    at = re.search(r"/interactions/(\d+)/", page)
    work = work_of(request.user, current=int(at.group(1)) if at else None)
    idle = re.match(r"https?://[^/]+/(?:[?#]|$)", page) is not None
    gives_way = idle or bool(at and work.offers and not work.has_current)
    found: dict[str, Any] = {"work": work, "gives_way": gives_way}
    if gives_way:
        found["about"] = pop_of(work.offers, agent=request.user)
    return render(request, "workplace/left.html", found)


def part(
    request: SignedInRequest, template: str, interaction: Interaction, *, fresh: bool = False, **more: Any
) -> HttpResponse:
    """One part of the talk."""
    context = {"talk": talk_of(interaction, agent=request.user, fresh=fresh), **more}
    return render(request, f"workplace/{template}.html", context)


def opened(request: SignedInRequest, interaction: Interaction) -> HttpResponse:
    """To the contact that has just begun, whoever asks."""
    return go_to(request, f"/interactions/{interaction.pk}/")

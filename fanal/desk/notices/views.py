"""The list behind the bell, the number on it, and putting all of it away."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from fanal.cases.actions import notices as actions
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.cases.finding import READERS
from fanal.desk.notices import reading


@require_http_methods(["GET", "DELETE"])
@needs(*READERS)
def notices(request: SignedInRequest) -> HttpResponse:
    """The latest; deleting marks all of them as read."""
    if request.method == "DELETE":
        actions.read(agent=request.user, now=timezone.now())
    return render(request, "notices/list.html", {"notices": reading.latest(request.user)})


@require_GET
@needs(*READERS)
def number(request: SignedInRequest) -> HttpResponse:
    return render(request, "notices/number.html", {"unread_notices": reading.unread(request.user)})

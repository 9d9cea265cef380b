"""Practice: a simulated customer writes to an agent who learns; nothing of it is in any figure."""

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from procrastinate.contrib.django import app

from fanal.agents.models import Permission
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.workplace import drawing
from fanal.desk.workplace.work import STORIES


@require_POST
@needs(Permission.HANDLE)
def practice(request: SignedInRequest) -> HttpResponse:
    """Ask the worker to play a customer; the contact rings like any other."""
    story = request.POST.get("story", "")
    if not request.user.practising:
        return drawing.refused(_("Only agents who practise get simulated customers."))
    if story not in STORIES:
        return drawing.refused(_("Choose one of the stories."))
    app.configure_task("demo.start_practice").defer(agent=request.user.pk, scenario=story)
    return HttpResponse(status=204)

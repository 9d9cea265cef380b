"""Being reminded of a case."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fanal.cases import actions, wording
from fanal.cases.models import Reminder
from fanal.cases.rules import NotPossible
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.cases import drawing, room
from fanal.desk.cases.finding import WRITERS, changeable
from fanal.desk.cases.forms_together import ReminderForm


@require_http_methods(["GET", "POST"])
@needs(*WRITERS)
def reminders(request: SignedInRequest, pk: int) -> HttpResponse:
    case = changeable(request.user, pk)
    form = ReminderForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        whom = request.user if given["whom"] == "me" else None
        try:
            actions.remind(
                case=case, at=given["at"], agent=whom, text=given["text"], now=timezone.now(), by=request.user
            )
        except NotPossible as problem:
            form.add_error("at", wording.sentence(problem))
        else:
            return room.done(request, case, _("The reminder is set."))
    return drawing.dialog(
        request,
        form,
        title=_("Remind of case %(number)s") % {"number": case.number},
        url=reverse("case_reminders", args=[case.pk]),
        button=_("Set it"),
    )


@require_http_methods(["DELETE"])
@needs(*WRITERS)
def reminder(request: SignedInRequest, pk: int, reminder_pk: int) -> HttpResponse:
    """Done, or no longer wanted."""
    case = changeable(request.user, pk)
    found = get_object_or_404(Reminder.objects.select_related("case"), pk=reminder_pk, case=case)
    actions.end_reminder(reminder=found, now=timezone.now(), by=request.user)
    return room.done(request, case, _("The reminder is over."))

"""Merging a case into another that is the same matter, and taking that back."""

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fanal.cases import actions, wording
from fanal.cases.models import Case
from fanal.cases.rules import NotPossible
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.answers import go_to
from fanal.desk.cases import drawing
from fanal.desk.cases.alike import like_case
from fanal.desk.cases.finding import WRITERS, changeable, seen
from fanal.desk.cases.forms_together import MergeForm
from fanal.desk.given import number
from fanal.routing import actions as routing


@require_http_methods(["GET", "POST", "DELETE"])
@needs(*WRITERS)
def merge(request: SignedInRequest, pk: int) -> HttpResponse:
    """Getting asks into which; posting merges; deleting takes it back, and answers with the page it came `from`."""
    case, now = changeable(request.user, pk), timezone.now()
    if request.method == "DELETE":
        actions.unmerge(case=case, now=now, by=request.user)
        shown = seen(request.user, number(request.GET.get("from", "")) or case.pk)
        return drawing.done(request, shown, _("Case %(number)s stands on its own again.") % {"number": case.number})
    alike = [one.pk for one in like_case(case, agent=request.user)]
    form = MergeForm(request.POST or None, case=case, alike=alike, agent=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            into = _merged(request, case, form)
        except NotPossible as problem:
            form.add_error(None, wording.sentence(problem))
        else:
            messages.success(request, _("Case %(number)s is part of this one now.") % {"number": case.number})
            return go_to(request, reverse("case", args=[into.pk]))
    return drawing.dialog(
        request,
        form,
        title=_("Merge case %(number)s into another") % {"number": case.number},
        url=reverse("case_merge", args=[case.pk]),
        button=_("Merge it"),
        help=_(
            "The other case goes on for both: it shows the contacts and notes of this one, and takes its steps and"
            " reminders, who follows it or helps, what it waits for and what waits for it, and what only this one knew"
            " along. It can be taken back."
        ),
    )


def _merged(request: SignedInRequest, case: Case, form: MergeForm) -> Case:
    """A number that is nobody's, or not to be seen, is a case that is not known."""
    rows = Case.objects.visible_to(request.user)
    into = form.cleaned_data["into"] or rows.filter(number=form.cleaned_data["number"] or 0).first()
    if into is None:
        raise NotPossible("problem_unknown")
    why, now = form.cleaned_data["why"], timezone.now()
    return routing.merge_case(case=case, into=into, why=why, by=request.user, now=now)

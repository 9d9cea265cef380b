"""The problem behind a case: found or made, with what else it causes, and taken away again."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fanal.cases import actions, wording
from fanal.cases.models import Case
from fanal.cases.rules import NotPossible
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.cases import drawing
from fanal.desk.cases.alike import like_case
from fanal.desk.cases.finding import WRITERS, changeable
from fanal.desk.cases.forms import ProblemForm


@require_http_methods(["GET", "POST", "DELETE"])
@needs(*WRITERS)
def problem(request: SignedInRequest, pk: int) -> HttpResponse:
    """Getting asks which, and shows what is alike; posting puts it and the chosen ones there; deleting takes it out."""
    case, now = changeable(request.user, pk), timezone.now()
    if request.method == "DELETE":
        actions.leave(case=case, now=now, by=request.user)
        return drawing.done(request, case, _("The case is below no problem now."))
    alike = [one.pk for one in like_case(case, agent=request.user) if not one.below]
    form = ProblemForm(request.POST or None, case=case, alike=alike)
    if request.method == "POST" and form.is_valid():
        try:
            above = _put_below(request, case, form.cleaned_data)
        except NotPossible as refused:
            form.add_error(None, wording.sentence(refused))
        else:
            return drawing.done(request, case, _("Below the problem %(number)s now.") % {"number": above.number})
    return drawing.dialog(
        request,
        form,
        title=_("The problem behind case %(number)s") % {"number": case.number},
        url=reverse("case_problem", args=[case.pk]),
        button=_("Put it below"),
        help=_("A problem stands above the cases it causes, and can be settled for all of them with one answer."),
    )


def _put_below(request: SignedInRequest, case: Case, given: dict[str, Any]) -> Case:
    """All of them or none. A number that is nobody's, or not to be seen, is a problem that is not known."""
    some, now = [case, *given["cases"]], timezone.now()
    if not given["number"]:
        return actions.make_problem(subject=given["subject"], cases=some, now=now, by=request.user)
    above = Case.objects.visible_to(request.user).filter(number=given["number"]).first()
    if above is None:
        raise NotPossible("problem_unknown")
    actions.join_all(cases=some, problem=above, now=now, by=request.user)
    return above

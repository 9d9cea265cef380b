"""A dry run of a rule of escalation over the cases that are open now."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from fanal.agents.models import Permission
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.administration.menu import menu_of
from fanal.escalation import actions, wording
from fanal.escalation.models import EscalationRule


@require_GET
@needs(Permission.ADMINISTER)
def trial(request: SignedInRequest, pk: int) -> HttpResponse:
    """On which open cases the rule would act now, why, and what it would do. Nothing is written."""
    rule = get_object_or_404(EscalationRule.objects.select_related("hand_over_to__tier"), pk=pk)
    found = actions.dry_run(rule=rule, viewer=request.user, now=timezone.now())
    rows = [
        {
            "case": one.case,
            "why": wording.sentence(rule, one.why),
            "would": wording.would(raised_to=one.raised_to, queue=one.queue, tells=one.tells),
        }
        for one in found.found
    ]
    context = {"menu": menu_of("escalation-rules"), "rule": rule, "trial": found, "rows": rows}
    return render(request, "administration/escalation_trial.html", context)

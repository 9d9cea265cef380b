"""Try a rule of advice out as it stands in the form: on the cases of late, before it is saved."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from fanal.agents.models import Permission
from fanal.deciding import actions, wording
from fanal.deciding.actions import Trial
from fanal.deciding.models import AdviceRule
from fanal.deciding.rules import parsed
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.administration.forms.advising import AdviceRuleForm
from fanal.desk.administration.menu import menu_of
from fanal.desk.administration.sheets import SHEETS
from fanal.desk.limits import exporting

MOST_SHOWN = 50


@require_POST
@needs(Permission.ADMINISTER)
@exporting
def trial(request: SignedInRequest, pk: int = 0) -> HttpResponse:
    """What would be advised, and what would be different; nothing is saved and nobody is shown anything."""
    rule = get_object_or_404(AdviceRule, pk=pk) if pk else AdviceRule()
    form = AdviceRuleForm(request.POST, instance=rule)
    if not form.is_valid():
        context = {"menu": menu_of("advice-rules"), "sheet": SHEETS["advice-rules"], "form": form, "row": None}
        return render(request, "administration/edit.html", context, status=422)
    found = actions.dry_run(changed=form.instance, agent=request.user, now=timezone.now())
    context = {
        "menu": menu_of("advice-rules"),
        "rule": form.instance,
        "conditions": [wording.condition(one) for one in parsed(form.instance.conditions)],
        "trial": found,
        "counts": _counts(found, form.instance),
        "rows": _rows(found, form.instance),
        "unseen": sum(1 for row in found.rows if not row.seen and (form.instance.pk or 0) in (*row.now, *row.then)),
    }
    return render(request, "administration/advice_trial.html", context)


def _counts(found: Trial, changed: AdviceRule) -> list[dict[str, Any]]:
    names = dict(AdviceRule.objects.values_list("pk", "name")) | {changed.pk or 0: changed.name}
    return [
        {"name": names.get(rule, ""), "was": was, "would": would, "this": rule == (changed.pk or 0)}
        for rule, (was, would) in sorted(found.counts.items(), key=lambda one: names.get(one[0], ""))
    ]


def _rows(found: Trial, changed: AdviceRule) -> list[dict[str, Any]]:
    """The cases that this rule would be advised for, those that are new to it first."""
    own = changed.pk or 0
    concerned = [row for row in found.rows if row.seen and (own in row.then or own in row.now)]
    concerned.sort(key=lambda row: (own in row.now) == (own in row.then))
    return [
        {
            "case": row.case,
            "new": own in row.then and own not in row.now,
            "gone": own in row.now and own not in row.then,
            "found": [
                f"{wording.condition(one.condition)}: {one.found}"
                for advice in row.judgements
                if advice.rule.id == own
                for one in advice.judgements
            ],
        }
        for row in concerned[:MOST_SHOWN]
    ]

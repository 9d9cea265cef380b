"""The views of the scenario pages: they read, and they call scenarios.actions."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fanal.agents.models import Permission
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.administration.menu import menu_of
from fanal.desk.scenarios.forms import ConditionSet, ContactForm, ScenarioForm
from fanal.interactions.models import Interaction
from fanal.routing.models import Queue
from fanal.scenarios import actions, rules, wording
from fanal.scenarios.models import Scenario

LAST = 10_000


@require_GET
@needs(Permission.ADMINISTER)
def scenarios(request: SignedInRequest) -> HttpResponse:
    """All of them in the order in which they are asked, each in words."""
    rows = Scenario.objects.select_related("queue", "category")
    listed = [
        {
            "scenario": row,
            "conditions": [wording.condition(rules.condition_from(data)) for data in row.conditions],
            "opens": wording.OPENS.get(row.opens, row.opens),
        }
        for row in rows
    ]
    return render(request, "scenarios/list.html", {"listed": listed, "menu": menu_of("scenarios")})


@require_http_methods(["GET", "POST"])
@needs(Permission.ADMINISTER)
def new_scenario(request: SignedInRequest) -> HttpResponse:
    return _edited(request, Scenario(position=LAST, conditions=[], skills={}))


@require_http_methods(["GET", "POST"])
@needs(Permission.ADMINISTER)
def scenario(request: SignedInRequest, pk: int) -> HttpResponse:
    return _edited(request, get_object_or_404(Scenario, pk=pk))


def _edited(request: SignedInRequest, row: Scenario) -> HttpResponse:
    """Show it, or save it; what is wrong stands at its place."""
    read = [rules.condition_from(data) for data in row.conditions]
    initial = [{"what": one.what, "field": one.field, "comparison": one.comparison, "value": one.value} for one in read]
    posted = request.POST if request.method == "POST" else None
    form, lines = ScenarioForm(posted, instance=row), ConditionSet(posted, initial=initial, prefix="conditions")
    if posted is not None and form.is_valid() and lines.is_valid():
        kept = [(line, data) for line in lines.forms if (data := line.stored())]
        form.instance.conditions = [data for _line, data in kept]
        try:
            actions.save_scenario(scenario=form.instance, now=timezone.now(), by=request.user)
        except actions.NotSound as wrong:
            for field, code in wrong.fields.items():
                form.add_error(field, wording.problem(code))
            for problem in wrong.problems:
                kept[problem.position][0].add_error(None, wording.problem(problem.code))
        else:
            messages.success(request, _("Scenario saved. It holds for contacts from now on."))
            return redirect("scenarios")
    status = 422 if posted is not None else 200
    context = {"form": form, "lines": lines, "scenario": row, "menu": menu_of("scenarios")}
    return render(request, "scenarios/edit.html", context, status=status)


@require_http_methods(["POST", "DELETE"])
@needs(Permission.ADMINISTER)
def activity(request: SignedInRequest, pk: int) -> HttpResponse:
    """Posting switches a scenario on, deleting off; none is ever removed, old contacts met them."""
    row, active = get_object_or_404(Scenario, pk=pk), request.method == "POST"
    actions.set_active(scenario=row, active=active, now=timezone.now(), by=request.user)
    messages.success(request, _("Switched on.") if active else _("Switched off."))
    return HttpResponse(status=204, headers={"HX-Refresh": "true"})


@require_POST
@needs(Permission.ADMINISTER)
def order(request: SignedInRequest) -> HttpResponse:
    """Ask `move` one place earlier or later (`by` is -1 or 1)."""
    keys = list(Scenario.objects.values_list("pk", flat=True))
    move = request.POST.get("move", "")
    if move.isdecimal() and int(move) in keys:
        place = keys.index(int(move))
        other = place + (-1 if request.POST.get("by") == "-1" else 1)
        if 0 <= other < len(keys):
            keys[place], keys[other] = keys[other], keys[place]
            actions.set_order(ids=keys, now=timezone.now(), by=request.user)
    return redirect("scenarios")


@require_GET
@needs(Permission.ADMINISTER, Permission.SUPERVISE)
def trial(request: SignedInRequest) -> HttpResponse:
    """What would happen to this contact, and why: a real one by its number, or an imagined one. Writes nothing."""
    number = request.GET.get("interaction", "")
    form = ContactForm(request.GET if "account" in request.GET else None)
    context: dict[str, Any] = {"form": form, "interaction": None, "number": number}
    if number.isascii() and number.isdigit() and len(number) < 19:
        interaction = Interaction.objects.visible_to(request.user).filter(pk=int(number)).first()
        context["interaction"] = interaction
        context["missing"] = interaction is None
        if interaction:
            contact = actions.contact_of(interaction=interaction, now=timezone.now())
            context |= _told(actions.dry_run(contact=contact, practice=interaction.practice))
    elif form.is_bound and form.is_valid():
        context |= _told(actions.dry_run(contact=actions.imagined(**form.known())))
    return render(request, "scenarios/trial.html", context, status=422 if form.errors else 200)


def _told(choice: rules.Choice) -> dict[str, Any]:
    """The choice in words: every scenario, every condition, one sentence each."""
    names = dict(Scenario.objects.values_list("pk", "name"))
    verdicts = [
        {
            "name": names.get(verdict.scenario, verdict.code),
            "pk": verdict.scenario,
            "matched": verdict.matched,
            "overtaken": verdict.overtaken,
            "judgements": [
                {"holds": judged.holds, "sentence": wording.judgement(judged)} for judged in verdict.judgements
            ],
        }
        for verdict in choice.why
    ]
    return {
        "choice": choice,
        "verdicts": verdicts,
        "queue": Queue.objects.filter(code=choice.queue or "").first(),
        "opens": wording.OPENS.get(choice.opens, choice.opens),
        "skills": choice.skills.items(),
    }

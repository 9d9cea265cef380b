"""Doing something for the customer through the one door, and taking it back."""

from collections.abc import Mapping

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from fanal.agents.models import Permission
from fanal.customers.models import ContactPoint, Customer
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.given import number
from fanal.desk.workplace import drawing
from fanal.desk.workplace.finding import own
from fanal.holdings.models import Holding, HoldingSource, Order
from fanal.interactions.models import Interaction
from fanal.scenarios import actions as scenarios
from fanal.scenarios import catalogue, wording
from fanal.scenarios.acts.doing import Target
from fanal.scenarios.models import ActionRecord, Face
from fanal.scenarios.rules import Refused

FIELDS = "field-"


@require_POST
@needs(Permission.HANDLE)
def deeds(request: SignedInRequest, pk: int) -> HttpResponse:
    """Do a named action now, or first ask for what it needs; its case makes itself."""
    interaction = own(request.user, pk)
    code = request.POST.get("action", "")
    target = _target(request)
    fields = {name.removeprefix(FIELDS): request.POST[name] for name in request.POST if name.startswith(FIELDS)}
    try:
        entry = catalogue.entry(code)
        sent = scenarios.source_for(entry, target) if entry.sends else None
        if (entry.fields and not fields) or (sent and "sure" not in request.POST):
            return _dialog(request, interaction, entry, target, fields=fields, sent_to=sent)
        scenarios.perform(
            action=code,
            target=target,
            interaction=interaction,
            fields=fields,
            by=request.user,
            face=Face.DESK,
            now=timezone.now(),
        )
    except Refused as refusal:
        return drawing.refused(wording.refusal(refusal))
    turned = {f"{request.POST['kind']}_pk": target.pk} if isinstance(target, Holding | Order) else {}
    return drawing.rooms(request, interaction, **turned)


def _dialog(
    request: SignedInRequest,
    interaction: Interaction,
    entry: catalogue.Entry,
    target: Target | None,
    *,
    fields: dict[str, str],
    sent_to: HoldingSource | None,
) -> HttpResponse:
    """What has to be said first; before something is sent to a back office, also what it will change."""
    foreseen: Mapping[str, str] = {}
    sure = bool(sent_to) and (bool(fields) or not any(field.required for field in entry.fields))
    if sure:
        foreseen = scenarios.preview(
            action=entry.code,
            target=target,
            interaction=interaction,
            fields=fields,
            by=request.user,
            now=timezone.now(),
        )
    context = {
        "interaction": interaction,
        "entry": entry,
        "target": target,
        "kind": request.POST.get("kind"),
        "fields": [(field, fields.get(field.code, "")) for field in entry.fields],
        "sent_to": sent_to,
        "sure": sure,
        "foreseen": foreseen,
    }
    answer = render(request, "workplace/deed.html", context)
    answer["HX-Retarget"] = "#dialogs"
    return answer


@require_POST
@needs(Permission.HANDLE)
def again(request: SignedInRequest, pk: int) -> HttpResponse:
    """Nobody knows whether it was done: ask the back office once more, under the same key."""
    record = get_object_or_404(ActionRecord.objects.select_related("interaction"), pk=pk, interaction__isnull=False)
    interaction = own(request.user, record.interaction_id or 0)
    try:
        scenarios.ask_again(record_id=record.pk, by=request.user, now=timezone.now())
    except Refused as refusal:
        return drawing.refused(wording.refusal(refusal))
    return drawing.part(request, "lines", interaction)


@require_http_methods(["DELETE"])
@needs(Permission.HANDLE)
def action_record(request: SignedInRequest, pk: int) -> HttpResponse:
    """«Not this»: the case that made itself is taken back."""
    record = get_object_or_404(ActionRecord.objects.select_related("interaction"), pk=pk, interaction__isnull=False)
    interaction = own(request.user, record.interaction_id or 0)
    try:
        scenarios.take_back(record_id=record.pk, by=request.user, now=timezone.now())
    except Refused as refusal:
        return drawing.refused(wording.refusal(refusal))
    return drawing.part(request, "lines", interaction)


def _target(request: SignedInRequest) -> Target | None:
    """What it is done to, if this agent may see it."""
    kind, pk = request.POST.get("kind", ""), number(request.POST.get("target", ""))
    match kind:
        case "holding":
            holding: Holding = get_object_or_404(Holding.objects.visible_to(request.user), pk=pk)
            return holding
        case "order":
            order: Order = get_object_or_404(Order.objects.visible_to(request.user), pk=pk)
            return order
        case "contact_point":
            people = Customer.objects.visible_to(request.user)
            return get_object_or_404(ContactPoint, pk=pk, customer__in=people)
        case "customer":
            return get_object_or_404(Customer.objects.visible_to(request.user), pk=pk)
        case _:
            return None

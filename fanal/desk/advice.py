"""What the company would do for this customer, beside the contact or the case: followed with one click, or not."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from fanal.agents.models import Permission
from fanal.deciding import actions as deciding
from fanal.deciding import wording
from fanal.deciding.models import AdviceRule, AdviceShown, Decided, What
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.cases import drawing as case_pages
from fanal.desk.cases.finding import READERS, changeable, may_write
from fanal.desk.cases.finding import seen as case_seen
from fanal.desk.cases.prefilled import packet_for
from fanal.desk.customers.views import seen as customer_seen
from fanal.desk.workplace import drawing
from fanal.desk.workplace.finding import handles, own, seen
from fanal.routing.actions.refusals import NotPossible
from fanal.routing.rules.packets import Packet
from fanal.scenarios import actions as scenarios
from fanal.scenarios.rules import Refused
from fanal.scenarios.wording import refusal


@dataclass(frozen=True, kw_only=True)
class Line:
    """One advice: `button` is what one click does, empty where the agent only says that it was done."""

    pk: int
    what: str
    title: str
    why: str
    limit: str
    currency: str
    decided: str
    by: str
    reason: str
    in_contact: bool
    packet: Packet | None


@require_POST
@needs(Permission.HANDLE, Permission.SUPERVISE, Permission.SUPERVISE_OWN_QUEUES)
def of_contact(request: SignedInRequest, pk: int) -> HttpResponse:
    """The right room asks when it is there, so that it waits for nothing; what is shown is remembered."""
    interaction = seen(request.user, pk)
    mine = handles(request.user, interaction)
    shown = deciding.advise(interaction=interaction, to=request.user, handles=mine, now=timezone.now())
    name = interaction.customer.name if interaction.customer else ""
    return _drawn(request, shown, customer=name, may_decide=mine)


@require_POST
@needs(*READERS)
def of_case(request: SignedInRequest, pk: int) -> HttpResponse:
    """The same beside a case; it counts as shown to whoever owns it."""
    case = case_seen(request.user, pk)
    mine = may_write(request.user) and case.withdrawn_at is None and case.state != "settled"
    owner = mine and case.owner_id == request.user.pk
    shown = deciding.advise(case=case, to=request.user, handles=owner, now=timezone.now())
    name = case.customer.name if case.customer else ""
    return _drawn(request, shown, customer=name, may_decide=owner)


@require_GET
@needs(*READERS)
def of_customer(request: SignedInRequest, pk: int) -> HttpResponse:
    """On the customer's own page, where no matter is at hand: to know, and to be followed beside one."""
    customer = customer_seen(request, pk)
    shown = deciding.advise_about(customer=customer, to=request.user, now=timezone.now())
    return _drawn(request, shown, customer=customer.name, may_decide=False, alone=True)


@require_POST
@needs(Permission.HANDLE, Permission.SUPERVISE)
def following(request: SignedInRequest, pk: int) -> HttpResponse:
    """Do what is advised, within its limit."""
    shown = _own(request, pk)
    try:
        scenarios.follow(
            shown=shown,
            amount=request.POST.get("amount", "").strip()[:20],
            reason=request.POST.get("reason", "")[:200],
            packet=_packet(request, shown),
            by=request.user,
            now=timezone.now(),
        )
    except Refused as refused:
        return drawing.refused(refusal(refused))
    except NotPossible as refused:
        return drawing.refused(refused.sentence())
    return _again(request, shown, _("Done as advised."))


@require_POST
@needs(Permission.HANDLE, Permission.SUPERVISE)
def otherwise(request: SignedInRequest, pk: int) -> HttpResponse:
    """Not this time; the reason may stay out."""
    shown = _own(request, pk)
    try:
        reason = request.POST.get("reason", "")
        scenarios.decide_otherwise(shown=shown, reason=reason, by=request.user, now=timezone.now())
    except Refused as refused:
        return drawing.refused(refusal(refused))
    return _again(request, shown, _("Kept in mind."))


def _own(request: SignedInRequest, pk: int) -> AdviceShown:
    """An advice in a contact of one's own, or on a case that one may change."""
    rows = AdviceShown.objects.visible_to(request.user)
    rows = rows.select_related("interaction", "case__customer", "customer", "holding", "queue", "rule")
    shown = get_object_or_404(rows, pk=pk)
    if shown.interaction_id:
        own(request.user, shown.interaction_id)
    else:
        changeable(request.user, shown.case_id or 0)
    return shown


def _packet(request: SignedInRequest, shown: AdviceShown) -> Packet | None:
    """What goes along with a hand-over: as it was changed, else as it was filled in."""
    if shown.what != What.HAND_OVER:
        return None
    ready = _prefilled(shown, shown.rule)
    given = {name: request.POST.get(name, getattr(ready, name)) for name in ("summary", "tried", "expected")}
    return Packet(**given)


def _prefilled(row: AdviceShown, rule: AdviceRule) -> Packet:
    customer = row.customer.name if row.customer else ""
    said = f"{wording.title(row, offer=rule.offer)}. {wording.why(row, rule, customer=customer)}"
    return packet_for(case=row.case, interaction=row.interaction, expected=said)


def _again(request: SignedInRequest, shown: AdviceShown, said: str) -> HttpResponse:
    """The rooms or the case's page, as they are now."""
    if shown.interaction_id is None:
        return case_pages.done(request, case_seen(request.user, shown.case_id or 0), said)
    answer = drawing.rooms(request, seen(request.user, shown.interaction_id))
    answer["HX-Retarget"] = "#talk"
    return answer


def _drawn(
    request: SignedInRequest, shown: list[deciding.Shown], *, customer: str, may_decide: bool, alone: bool = False
) -> HttpResponse:
    lines = [
        Line(
            pk=one.row.pk or 0,
            what=one.row.what,
            title=wording.title(one.row, offer=one.rule.offer),
            why=wording.why(one.row, one.rule, customer=customer),
            limit="" if one.row.limit is None else f"{one.row.limit:.2f}",
            currency=one.row.currency,
            decided=str(Decided(one.row.decided).label) if one.row.decided else "",
            by=one.row.decided_by.name if one.row.decided_by else "",
            reason=one.row.reason,
            in_contact=one.row.interaction_id is not None,
            packet=_prefilled(one.row, one.rule) if may_decide and one.row.what == What.HAND_OVER else None,
        )
        for one in shown
    ]
    context = {"lines": lines, "may_decide": may_decide, "goodwill": What.GOODWILL.value, "alone": alone}
    return render(request, "cases/advice.html", context)

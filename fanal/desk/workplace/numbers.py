"""The numbers at which somebody may be called from where an agent is, each with what stands against it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from fanal.agents.models import Agent, FieldClass
from fanal.cases.models import Case, CaseState
from fanal.channels.models import ChannelAccount, ChannelKind
from fanal.channels.port import visitor_of
from fanal.customers.models import ContactPoint, Customer
from fanal.customers.survivors import family_of
from fanal.desk.access import SignedInRequest
from fanal.desk.calling import number as as_written
from fanal.desk.customers.assurance import assurance_for
from fanal.desk.given import number
from fanal.desk.workplace.finding import seen
from fanal.identity.masking import shown
from fanal.interactions import actions as interactions
from fanal.interactions.models import DialFor, Interaction
from fanal.interactions.rules.dialling import CAPS
from fanal.interactions.wording import why_not_called
from fanal.routing.models import Queue

POINT, CONTACT = "point-", "contact-"
MOST = 20
PASSING = frozenset({"", "hour", *CAPS})
"""What stands against a call now, and not for ever."""


@dataclass(frozen=True, kw_only=True)
class Number:
    """`key` names it in a form; `dialled` never leaves the server. `later`: it may be called another time."""

    key: str
    dialled: str
    shown: str
    why: str = ""
    later: bool = True


@dataclass(frozen=True, kw_only=True)
class About:
    """Whom an agent wants to call, and about what: as much of it as the page that they came from knows."""

    customer: Customer | None = None
    case: Case | None = None
    contact: Interaction | None = None


def about_of(request: SignedInRequest) -> About:
    """Only what this agent may see; 404 for anything else."""
    given = request.GET if request.method == "GET" else request.POST
    contact = seen(request.user, number(given["contact"])) if given.get("contact") else None
    cases = Case.objects.visible_to(request.user).select_related("customer")
    case = get_object_or_404(cases, pk=number(given["case"])) if given.get("case") else None
    customer = contact.customer if contact else case.customer if case else None
    if given.get("customer"):
        customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=number(given["customer"]))
    return About(customer=customer, case=case, contact=contact)


def cases_about(request: SignedInRequest, about: About) -> list[Case]:
    """What the call may be about: the case itself, and what is open of this customer."""
    rows = Case.objects.visible_to(request.user).filter(customer=about.customer, withdrawn_at=None)
    open_cases = rows.exclude(state=CaseState.SETTLED).order_by("-updated_at")[:8] if about.customer else []
    others = [one for one in open_cases if about.case is None or one.pk != about.case.pk]
    return ([about.case] if about.case else []) + others


def queues_of(agent: Agent) -> QuerySet[Queue]:
    return Queue.objects.filter(active=True, practice=agent.practising).order_by("name")


def numbers_of(
    request: SignedInRequest, about: About, *, account: ChannelAccount | None, now: datetime
) -> list[Number]:
    """Those in our records, then the one they called from; none for who may not see how people are reached."""
    if not request.user.sees(FieldClass.CONTACT):
        return []
    found: dict[str, Number] = {}
    by_phone = about.contact is not None and about.contact.channel in (ChannelKind.VOICE, ChannelKind.VOICEMAIL)
    source = about.contact.source if about.contact and by_phone else ""
    if about.contact and source and not visitor_of(source):
        key = f"{CONTACT}{about.contact.pk}"
        found[source] = _number(request, account, key=key, dialled=source, shown=as_written(source), now=now)
    for point in _points(about.customer):
        text = str(_as_seen(request, about, point, now=now))
        found[point.value] = _number(
            request, account, key=f"{POINT}{point.pk}", dialled=point.value or point.given, shown=text, now=now
        )
    return list(found.values())


def _points(customer: Customer | None) -> list[ContactPoint]:
    if customer is None:
        return []
    rows = ContactPoint.objects.filter(customer__in=family_of(customer.pk), kind="phone", ended_at=None)
    return list(rows.order_by("-preferred", "pk")[:MOST])


def _as_seen(request: SignedInRequest, about: About, point: ContactPoint, *, now: datetime) -> object:
    assert about.customer
    assurance = assurance_for(request, family_of(about.customer.pk), now=now)
    return shown(
        point.given or point.value, what="contact", role_field_classes=request.user.role.field_classes,
        assurance=assurance, hint=True,
    )  # fmt: skip


def _number(
    request: SignedInRequest, account: ChannelAccount | None, *, key: str, dialled: str, shown: str, now: datetime
) -> Number:
    why, later = why_not_called("not_set_up"), False
    if account:
        verdict = interactions.may_dial(
            account=account, number=dialled, what_for=DialFor.CALL, by=request.user, now=now
        )
        why = why_not_called(verdict.refused, verdict.value) if verdict.refused else ""
        later = verdict.refused in PASSING
    return Number(key=key, dialled=dialled, shown=shown, why=why, later=later)

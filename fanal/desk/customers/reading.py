"""What a back office last said of a thing, and how old that is: asked for when a card opens, never waited for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from fanal.agents.models import Permission
from fanal.customers.models import Customer
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.given import number
from fanal.holdings import actions, rules, wording
from fanal.holdings.actions.reading import tried_of
from fanal.holdings.models import Holding, HoldingSource, Order, Reading
from fanal.holdings.rules import Standing

PAGES = ("interaction", "case", "customer")
READERS = (Permission.HANDLE, Permission.SEE_ALL_CASES, Permission.SUPERVISE, Permission.SUPERVISE_OWN_QUEUES)


@dataclass(frozen=True, kw_only=True)
class Said:
    """One line below a thing; `around` is what is drawn again when the answer is there, `inside` where."""

    what: str
    pk: int
    sentence: str
    colour: str
    asking: bool
    around: str
    inside: str
    page: str
    page_pk: int
    select: str = ""
    """What of `around` is taken, where that is a whole page."""


@require_POST
@needs(*READERS)
def order_reading(request: SignedInRequest, pk: int) -> HttpResponse:
    order: Order = get_object_or_404(Order.objects.visible_to(request.user).select_related("customer"), pk=pk)
    return _asked(request, order, kind="order")


@require_POST
@needs(*READERS)
def holding_reading(request: SignedInRequest, pk: int) -> HttpResponse:
    rows = Holding.objects.visible_to(request.user).select_related("customer")
    holding: Holding = get_object_or_404(rows, pk=pk)
    return _asked(request, holding, kind=holding.kind)


def _asked(request: SignedInRequest, thing: Holding | Order, *, kind: str) -> HttpResponse:
    """Ask if what we have is old, or if somebody says so; answer at once with what we have."""
    source = None if thing.customer.practice else actions.source_for(kind)
    if source is None:
        return HttpResponse()
    now = timezone.now()
    reading = actions.want(thing=thing, source=source, by=request.user, now=now, anyway=request.POST.get("now") == "1")
    page = next((page for page in PAGES if number(request.POST.get(page, ""))), "case")
    said = _said(thing, source, reading, page=page, page_pk=number(request.POST.get(page, "")), now=now)
    return render(request, "customers/reading.html", {"said": said})


def known_of(things: Sequence[Holding | Order], *, customer: Customer, now: datetime) -> Mapping[tuple[str, int], Said]:
    """For each of many things on a customer's page what is known and how old that is; nobody is asked by looking."""
    sources = [] if customer.practice else list(HoldingSource.objects.filter(active=True).order_by("pk"))
    if not sources:
        return {}
    keys = {"order": [one.pk for one in things if isinstance(one, Order)]}
    keys["holding"] = [one.pk for one in things if isinstance(one, Holding)]
    rows = Reading.objects.filter(Q(order__in=keys["order"]) | Q(holding__in=keys["holding"]))
    readings = {("order", row.order_id) if row.order_id else ("holding", row.holding_id): row for row in rows}
    found = {}
    for thing in things:
        kind = "order" if isinstance(thing, Order) else thing.kind
        source = next((one for one in sources if kind in one.kinds), None)
        key = (_what(thing), thing.pk)
        if source:
            reading = readings.get(key) or Reading(source=source)
            found[key] = _said(thing, source, reading, page="customer", page_pk=customer.pk, now=now)
    return found


def _said(
    thing: Holding | Order, source: HoldingSource, reading: Reading, *, page: str, page_pk: int, now: datetime
) -> Said:
    standing = rules.standing(tried_of(reading), fresh_for=source.fresh_for, now=now)
    own = f"#{_what(thing)}-{thing.pk}"
    return Said(
        what=_what(thing),
        pk=thing.pk,
        sentence=_sentence(standing, source, reading, thing),
        colour="late" if standing in (Standing.SLOW, Standing.DOWN, Standing.NOT_KNOWN) else "soft",
        asking=standing == Standing.ASKING,
        around=_around(page, page_pk, thing),
        inside={"interaction": "#about", "case": "#case-about"}.get(page, own),
        page=page,
        page_pk=page_pk,
        select={"interaction": "", "case": "#case-about"}.get(page, own),
    )


def _what(thing: Holding | Order) -> str:
    return "order" if isinstance(thing, Order) else "holding"


def _sentence(standing: Standing, source: HoldingSource, reading: Reading, thing: Holding | Order) -> str:
    words = {"source": source.name, "age": _age(_known_at(reading, thing))}
    sentences = [wording.standing(standing) % words]
    if reading.not_understood and standing != Standing.ASKING:
        names = ", ".join(wording.field(name) for name in reading.not_understood)
        sentences.append(_("Not understood: %(names)s.") % {"names": names})
    return " ".join(sentences)


def _known_at(reading: Reading, thing: Holding | Order) -> datetime | None:
    return reading.as_of or (thing.asked_at if isinstance(thing, Order) else thing.balance_at)


def _age(at: datetime | None) -> str:
    """14:02, with its day when that is not today."""
    if at is None:
        return pgettext("data", "when it was entered")
    local = timezone.localtime(at)
    clock = time_format(local, "H:i")
    return clock if local.date() == timezone.localdate() else f"{date_format(local, 'SHORT_DATE_FORMAT')} {clock}"


def _around(page: str, pk: int, thing: Holding | Order) -> str:
    """Where it is drawn again: the right room, turned to this thing, or the page with what is known of its things."""
    if page == "interaction":
        return _room(pk, thing)
    return reverse(page, args=[pk]) + ("?again=1" if page == "customer" else "")


def _room(interaction: int, thing: Holding | Order) -> str:
    """The right room, turned to this thing."""
    return f"{reverse('about', args=[interaction])}?{_what(thing)}={thing.pk}"

"""Gather the facts of one customer and one matter: at most nine questions, each by an index."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from fanal.agents.kept import kept
from fanal.cases.models import Case, CaseState
from fanal.clocks.models import Clock, Outcome
from fanal.customers.models import Customer
from fanal.customers.survivors import family_of
from fanal.deciding.models import Goodwill
from fanal.deciding.rules.conditions import MOST_DAYS
from fanal.deciding.rules.facts import ContactFact, Facts, FaultFact, Granted, Held
from fanal.holdings.models import Fault, Holding, HoldingKind, HoldingState, Order, OrderState
from fanal.interactions.models import Interaction, Topic

MOST = 500
"""Rows of one kind that are looked at: more faults or contacts than these change no advice."""
OVER = (OrderState.DELIVERED, OrderState.CANCELLED, OrderState.RETURNED)


def of_contact(interaction: Interaction, *, now: datetime) -> Facts:
    """What its customer has and had, and what the contact is about: its latest topic and the thing that opened."""
    category, code, kind = _latest.first(interaction=interaction.pk) or (None, "", "")
    order = interaction.about_id if interaction.about_kind == "order" else None
    holding = interaction.about_id if interaction.about_kind == "holding" else None
    return _facts(
        interaction.customer_id, order=order, holding=holding, subject=category, category=code or "",
        case_type=kind or "", now=now,
    )  # fmt: skip


def of_customer(customer: int, *, now: datetime) -> Facts:
    """Of the person alone: where nothing is asked for, no condition about a matter holds."""
    return _facts(customer, order=None, holding=None, subject=None, category="", case_type="", now=now)


def of_case(case: Case, *, now: datetime) -> Facts:
    return _facts(
        case.customer_id,
        order=case.order_id,
        holding=case.holding_id,
        subject=case.category_id,
        category=case.category.code if case.category else "",
        case_type=case.type.code,
        now=now,
    )


def _facts(
    customer: int | None,
    *,
    order: int | None,
    holding: int | None,
    subject: int | None,
    category: str,
    case_type: str,
    now: datetime,
) -> Facts:
    family = family_of(customer) if customer else []
    late_days, total, currency = _order_facts(order, family, now=now)
    matter: dict[str, Any] = {
        "now": now, "about": holding, "subject": subject, "category": category, "case_type": case_type,
        "late_days": late_days, "order_total": total, "currency": currency,
    }  # fmt: skip
    if customer is None:
        return Facts(**matter)
    far = now - timedelta(days=MOST_DAYS)
    people = _people(family=family)
    held = _held(family=family)
    devices = [pk for pk, kind, _product, _begins in held if kind == HoldingKind.DEVICE]
    return Facts(
        **matter,
        known=bool(people),
        value_band=max((band for band, _since in people), default=0),
        since=_since([since for _band, since in people], [begins for *_, begins in held]),
        holdings=tuple(Held(id=pk, kind=kind, name=product or "") for pk, kind, product, _begins in held),
        faults=tuple(
            FaultFact(device=device, at=at) for device, at in (_faults(devices=devices, since=far) if devices else ())
        ),
        open_cases=len(_open(family=family)),
        contacts=tuple(
            ContactFact(interaction=pk, subject=own or of_case, at=at)
            for pk, own, of_case, at in _contacts(family=family, since=far)
        ),
        promises_missed=tuple(at for at in _missed(family=family, since=far, now=now) if at),
        granted=tuple(
            Granted(at=at, amount=sum_, currency=unit) for at, sum_, unit in _granted(family=family, since=far)
        ),
    )


def _since(entered: Sequence[datetime], begun: Sequence[date | None]) -> datetime | None:
    """Since when they are a customer: what they hold is often older than their row here."""
    days = [timezone.localtime(at).date() for at in entered] + [day for day in begun if day]
    if not days:
        return None
    first = min(days)
    return timezone.make_aware(datetime(first.year, first.month, first.day))


def _order_facts(order: int | None, family: list[int], *, now: datetime) -> tuple[int, Decimal | None, str]:
    """Of the order it is about, else of the one that is latest of those that the customer waits for."""
    found = _order.first(pk=order) if order else _latest_order.first(family=family)
    if found is None:
        return 0, None, ""
    state, promised, total, currency = found
    late = (timezone.localdate(now) - promised).days if promised and state not in OVER else 0
    return max(0, late), total, currency


@kept
def _latest(interaction: int) -> QuerySet[Topic, tuple[Any, ...]]:
    rows = Topic.objects.filter(interaction=interaction, withdrawn_at=None).order_by("-position")
    return rows.values_list("category", "category__code", "case__type__code")[:1]


@kept
def _order(pk: int) -> QuerySet[Order, tuple[Any, ...]]:
    return Order.objects.filter(pk=pk).order_by().values_list("state", "promised_on", "total", "currency")


@kept
def _latest_order(family: list[int]) -> QuerySet[Order, tuple[Any, ...]]:
    rows = Order.objects.filter(customer__in=family, promised_on__isnull=False).exclude(state__in=OVER)
    return rows.order_by("promised_on", "pk").values_list("state", "promised_on", "total", "currency")[:1]


@kept
def _people(family: list[int]) -> QuerySet[Customer, tuple[Any, ...]]:
    return Customer.objects.filter(pk__in=family).order_by().values_list("value_band", "created_at")


@kept
def _held(family: list[int]) -> QuerySet[Holding, tuple[Any, ...]]:
    rows = Holding.objects.filter(customer__in=family).exclude(state=HoldingState.CLOSED).order_by("pk")
    return rows.values_list("pk", "kind", "product__name", "begins_on")[:MOST]


@kept
def _faults(devices: list[int], since: datetime) -> QuerySet[Fault, tuple[Any, ...]]:
    rows = Fault.objects.filter(device__in=devices, reported_at__gte=since).order_by("-reported_at")
    return rows.values_list("device_id", "reported_at")[:MOST]


@kept
def _open(family: list[int]) -> QuerySet[Case, int]:
    rows = Case.objects.filter(customer__in=family, withdrawn_at=None).exclude(state=CaseState.SETTLED)
    return rows.order_by().values_list("pk", flat=True)[:MOST]


@kept
def _contacts(family: list[int], since: datetime) -> QuerySet[Topic, tuple[Any, ...]]:
    rows = Topic.objects.filter(
        interaction__customer__in=family, interaction__started_at__gte=since, withdrawn_at=None
    ).order_by("-interaction__started_at")
    return rows.values_list("interaction_id", "category_id", "case__category_id", "interaction__started_at")[:MOST]


@kept
def _missed(family: list[int], since: datetime, now: datetime) -> QuerySet[Clock, datetime | None]:
    late = Q(outcome=Outcome.MISSED, ended_at__gte=since) | Q(ended_at=None, due_at__lt=now, due_at__gte=since)
    rows = Clock.objects.filter(late, case__customer__in=family, case__withdrawn_at=None, due_at__isnull=False)
    return rows.order_by("-due_at").values_list("due_at", flat=True)[:MOST]


@kept
def _granted(family: list[int], since: datetime) -> QuerySet[Goodwill, tuple[Any, ...]]:
    rows = Goodwill.objects.filter(customer__in=family, at__gte=since).order_by("-at")
    return rows.values_list("at", "amount", "currency")[:MOST]

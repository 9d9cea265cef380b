"""What cases are most often about: the commonest requests of each line in a period, and what settled them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Max, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from fanal.agents.models import Agent, Permission
from fanal.cases.actions import bursts
from fanal.cases.models import Case, CaseQuery, CaseState, Category
from fanal.cases.naming import names_for
from fanal.interactions.models import Disposition, Topic
from fanal.scenarios import wording
from fanal.scenarios.models import ActionRecord

DAYS = (1, 7, 30)
ROWS = 30
SETTLED_BY = 3
BURSTS_OF = timedelta(days=1)
Key = tuple[int | None, int, int | None]
"""Line, type and category."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """One kind of request; `url` opens its cases, `newest` is the latest that is open still, `settled` that is not."""

    key: Key
    tier: str
    type: str
    category: str
    number: int
    share: int
    open: int
    newest: int | None
    settled: int | None
    url: str
    open_url: str
    settled_by: list[tuple[str, int]] = field(default_factory=list)


def frequent_page(viewer: Agent, *, days: int, now: datetime) -> dict[str, Any]:
    """`days`: of the cases opened within so many; only of those the viewer may see, so that each count opens them."""
    cases = _opened(viewer, days=days, now=now)
    unsettled = ~Q(state=CaseState.SETTLED)
    counted = list(
        cases.order_by()
        .values_list("tier", "type", "category")
        .annotate(
            n=Count("pk"),
            open=Count("pk", filter=unsettled),
            newest=Max("pk", filter=unsettled),
            settled=Max("pk", filter=~unsettled),
        )
        .order_by("-n", "tier", "type", "category")
    )
    total = sum(row[3] for row in counted)
    return {
        "days": days,
        "periods": [(one, _days(one)) for one in DAYS],
        "total": total,
        "rows": _requests(counted[:ROWS], cases, total=total, days=days),
        "bursts": lasting(viewer, now=now),
        "may_administer": viewer.may(Permission.ADMINISTER),
    }


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One kind of request with its cases, to make something of it."""

    title: str
    category: Category | None
    cases: CaseQuery
    settled_by: list[tuple[str, int]]


def request_of(viewer: Agent, *, key: Key, days: int, now: datetime) -> Asked | None:
    """The request with this line, type and category among the cases of the last `days`; None when there is none."""
    tier, kind, category = key
    cases = _opened(viewer, days=days if days in DAYS else DAYS[0], now=now)
    cases = cases.filter(tier=tier, type=kind, category=category)
    newest = cases.order_by("-pk").select_related("type", "category").first()
    if newest is None:
        return None
    return Asked(
        title=str(newest.category or newest.type),
        category=newest.category,
        cases=cases,
        settled_by=_settled_by(cases)[tier, newest.type_id, category],
    )


def _opened(viewer: Agent, *, days: int, now: datetime) -> CaseQuery:
    since = now - timedelta(days=days)
    # What was opened since was changed since too, and that has an index.
    cases = Case.objects.visible_to(viewer).filter(updated_at__gte=since, opened_at__gte=since)
    return cases.filter(withdrawn_at=None, merged_into=None)


def lasting(viewer: Agent, *, now: datetime) -> list[Any]:
    """Bursts of the last day whose first case the viewer may see, and that no problem stands above yet."""
    found = bursts.lately(within=BURSTS_OF, now=now)
    seen = set(
        Case.objects.visible_to(viewer).filter(pk__in=[one.case_id for one in found]).values_list("pk", flat=True)
    )
    return [one for one in found if one.case_id in seen and one.case.parent_id is None]


def _days(days: int) -> str:
    return {1: _("The last 24 hours"), 7: _("The last 7 days"), 30: _("The last 30 days")}[days]


def _requests(counted: Iterable[tuple[Any, ...]], cases: CaseQuery, *, total: int, days: int) -> list[Request]:
    names, settled_by = names_for(customers=(), owners=()), _settled_by(cases)
    page = reverse("cases")
    found = []
    for tier, kind, category, number, unsettled, newest, settled in counted:
        query = {"tier": tier or "none", "type": kind, "category": category or "none", "opened": days}
        found.append(
            Request(
                key=(tier, kind, category),
                tier=names.tiers[tier] if tier else _("No line"),
                type=names.types[kind],
                category=names.categories[category] if category else _("No category"),
                number=number,
                share=round(100 * number / total),
                open=unsettled,
                newest=newest,
                settled=settled,
                url=f"{page}?{urlencode({'state': 'standing', **query})}",
                open_url=f"{page}?{urlencode({'state': 'open', **query})}",
                settled_by=settled_by[tier, kind, category],
            )
        )
    return found


def _settled_by(cases: CaseQuery) -> dict[Key, list[tuple[str, int]]]:
    """Of the settled ones: what was done in how many of them, the commonest first; else how their contacts ended."""
    settled = cases.filter(state=CaseState.SETTLED)
    of_case = ("case__tier", "case__type", "case__category")
    done = ActionRecord.objects.filter(case__in=settled, withdrawn_at=None).order_by()
    ended = Topic.objects.filter(case__in=settled, withdrawn_at=None, disposition__isnull=False).order_by()
    outcomes = dict(Disposition.objects.values_list("pk", "name"))
    found: dict[Key, list[tuple[str, int]]] = defaultdict(list)
    for tier, kind, category, action, number in done.values_list(*of_case, "action").annotate(
        n=Count("case", distinct=True)
    ):
        found[tier, kind, category].append((wording.action_name(action), number))
    acted = set(found)
    for tier, kind, category, outcome, number in ended.values_list(*of_case, "disposition").annotate(
        n=Count("case", distinct=True)
    ):
        if (tier, kind, category) not in acted:
            found[tier, kind, category].append((outcomes[outcome], number))
    return defaultdict(
        list, {key: sorted(some, key=lambda pair: (-pair[1], pair[0]))[:SETTLED_BY] for key, some in found.items()}
    )

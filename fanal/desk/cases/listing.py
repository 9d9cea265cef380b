"""The list of cases: filters, order and pages that stay quick however many there are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core import signing
from django.db.models import Q, QuerySet

from fanal.agents.models import Agent
from fanal.cases.models import Case, CaseState
from fanal.desk.cases.lines import Found
from fanal.desk.given import number

ON_A_PAGE = 50
COUNTED_UP_TO = 1000
SORTS: Mapping[str, tuple[str, ...]] = {
    "latest": ("-updated_at", "-pk"),
    "longest": ("updated_at", "pk"),
    "urgent": ("-priority", "updated_at", "pk"),
}
STATES = ("open", "pending", "settled", "withdrawn", "all")
PLAIN = ("team", "tier", "type", "category", "priority", "customer")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the list was asked for; anything senseless in the address is as if it were not there."""

    state: str = "open"
    owner: str = ""
    sort: str = "latest"
    plain: Mapping[str, int]
    after: str = ""

    def address(self, **changes: Any) -> str:
        """The query of this list with some of it changed; a change starts from the first page."""
        query: dict[str, Any] = {"state": self.state, "owner": self.owner, "sort": self.sort, **self.plain} | changes
        return urlencode({key: value for key, value in query.items() if value not in ("", None)})


@dataclass(frozen=True, kw_only=True)
class Listing:
    """One page. `more`: there are more matching cases than were counted."""

    cases: list[Found]
    count: int
    more: bool
    next: str


def asked(query: Mapping[str, str]) -> Asked:
    plain = {name: number(query[name]) for name in PLAIN if number(query.get(name, ""))}
    owner = query.get("owner", "")
    return Asked(
        state=query["state"] if query.get("state") in STATES else "open",
        owner=owner if owner in ("me", "nobody") or number(owner) else "",
        sort=query["sort"] if query.get("sort") in SORTS else "latest",
        plain={name: value for name, value in plain.items() if value < 2**31},
        after=query.get("after", ""),
    )


def listing(*, agent: Agent, asked: Asked) -> Listing:
    """The page of visible cases, found from where the last one ended, never by counting them off."""
    rows = _filtered(Case.objects.visible_to(agent), agent, asked)
    count = rows.order_by()[: COUNTED_UP_TO + 1].count()
    order = SORTS[asked.sort]
    page = _after(rows, asked).order_by(*order).values("pk")[: ON_A_PAGE + 1]
    # The page is found in the index alone; only then are its rows read.
    found = [Found(*row) for row in Case.objects.filter(pk__in=page).order_by(*order).values_list(*Found._fields)]
    full = len(found) > ON_A_PAGE
    return Listing(
        cases=found[:ON_A_PAGE],
        count=min(count, COUNTED_UP_TO),
        more=count > COUNTED_UP_TO,
        next=asked.address(after=_mark(found[ON_A_PAGE - 1])) if full else "",
    )


def _filtered(rows: QuerySet[Case], agent: Agent, asked: Asked) -> QuerySet[Case]:
    match asked.state:
        case "open":
            rows = rows.exclude(state=CaseState.SETTLED).filter(withdrawn_at=None)
        case "pending" | "settled":
            rows = rows.filter(state=asked.state, withdrawn_at=None)
        case "withdrawn":
            rows = rows.filter(withdrawn_at__isnull=False)
    match asked.owner:
        case "me":
            rows = rows.filter(owner=agent)
        case "nobody":
            rows = rows.filter(owner=None)
        case "":
            pass
        case other:
            rows = rows.filter(owner=int(other))
    return rows.filter(**{name: value for name, value in asked.plain.items()})


def _mark(case: Found) -> str:
    return signing.dumps([case.updated_at.isoformat(), case.priority, case.pk], salt="cases", compress=True)


def _after(rows: QuerySet[Case], asked: Asked) -> QuerySet[Case]:
    """What comes after the last case of the page before; the plain bound lets the index begin there."""
    if not asked.after:
        return rows
    try:
        text, priority, pk = signing.loads(asked.after, salt="cases")
    except signing.BadSignature:
        return rows
    at = datetime.fromisoformat(text)
    match asked.sort:
        case "latest":
            return rows.filter(updated_at__lte=at).filter(Q(updated_at__lt=at) | Q(pk__lt=pk))
        case "longest":
            return rows.filter(updated_at__gte=at).filter(Q(updated_at__gt=at) | Q(pk__gt=pk))
        case _:
            later = Q(priority=priority) & (Q(updated_at__gt=at) | Q(updated_at=at, pk__gt=pk))
            return rows.filter(priority__lte=priority).filter(Q(priority__lt=priority) | later)

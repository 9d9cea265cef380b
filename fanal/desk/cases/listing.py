"""The list of cases: filters, order and pages that stay quick however many there are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.core import signing
from django.db.models import F, Q, QuerySet

from fanal.agents.models import Agent
from fanal.cases.models import Case, CaseState
from fanal.cases.tree import with_parts
from fanal.desk.cases import searching
from fanal.desk.cases.lines import Found
from fanal.desk.given import number

ON_A_PAGE = 50
COUNTED_UP_TO = 1000
COUNTED_IN_A_VIEW = 99
SORTS: Mapping[str, tuple[Any, ...]] = {
    "latest": ("-updated_at", "-pk"),
    "longest": ("updated_at", "pk"),
    "urgent": ("-priority", "updated_at", "pk"),
    "due": (F("due_at").asc(nulls_last=True), "pk"),
}
CLOCKS = ("at_risk", "missed")
STATES = ("open", "pending", "settled", "withdrawn", "all")
# Not a tab: all but what was taken back, as the figures count them.
STANDING = "standing"
NOTHING = "none"
# Lines and categories that are not set can be asked for; `opened`: within so many days.
MAY_BE_NOTHING = ("tier", "category")
LONGEST_AGO = 366
LONGEST_SEARCH = 100
PLAIN = ("team", "tier", "type", "category", "priority", "customer")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the list was asked for; anything senseless in the address is as if it were not there."""

    state: str = "open"
    owner: str = ""
    sort: str = "latest"
    clock: str = ""
    plain: Mapping[str, int]
    nothing: frozenset[str] = frozenset()
    opened: int = 0
    words: str = ""
    after: str = ""

    def address(self, **changes: Any) -> str:
        """The query of this list with some of it changed; a change starts from the first page."""
        plain = {"state": self.state, "owner": self.owner, "sort": self.sort, "clock": self.clock, **self.plain}
        query: dict[str, Any] = dict(plain) | {"q": self.words}
        query |= dict.fromkeys(sorted(self.nothing), NOTHING) | {"opened": self.opened or ""} | changes
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
        state=query["state"] if query.get("state") in (*STATES, STANDING) else "open",
        owner=owner if owner in ("me", "nobody") or number(owner) else "",
        sort=query["sort"] if query.get("sort") in SORTS else "latest",
        clock=query["clock"] if query.get("clock") in CLOCKS else "",
        plain={name: value for name, value in plain.items() if value < 2**31},
        nothing=frozenset(name for name in MAY_BE_NOTHING if query.get(name) == NOTHING),
        opened=min(number(query.get("opened", "")), LONGEST_AGO),
        words=" ".join(query.get("q", "").replace("\x00", "").split())[:LONGEST_SEARCH],
        after=query.get("after", ""),
    )


def listing(*, agent: Agent, asked: Asked, now: datetime) -> Listing:
    """The page of visible cases, found from where the last one ended, never by counting them off."""
    filtered = _filtered(Case.objects.visible_to(agent), agent, asked, now)
    rows = searching.with_words(filtered, asked.words)
    found = _among_newest(filtered, asked) or _page(rows, asked)
    full = len(found) > ON_A_PAGE
    # What fits on the first page is counted already: where little is found, to look twice would cost the most.
    count = len(found) if not (full or asked.after) else rows.order_by()[: COUNTED_UP_TO + 1].count()
    return Listing(
        cases=found[:ON_A_PAGE],
        count=min(count, COUNTED_UP_TO),
        more=count > COUNTED_UP_TO,
        next=asked.address(after=_mark(found[ON_A_PAGE - 1])) if full else "",
    )


def _page(rows: QuerySet[Case], asked: Asked) -> list[Found]:
    """The page and one more, which says whether there is another."""
    order = SORTS[asked.sort]
    return _read(_after(rows, asked).order_by(*(searching.sorted_once_found(order) if asked.words else order)), order)


def _among_newest(filtered: QuerySet[Case], asked: Asked) -> list[Found]:
    """The first page where the words that were asked for are in so many subjects that the newest fill it."""
    if not asked.words or asked.after or asked.sort != "latest":
        return []
    order = SORTS[asked.sort]
    found = _read(searching.among_newest(filtered, asked.words).order_by(*order), order)
    return found if len(found) > ON_A_PAGE else []


def _read(rows: QuerySet[Case], order: tuple[Any, ...]) -> list[Found]:
    """The page is found in the index alone; only then are its rows read."""
    page = rows.values("pk")[: ON_A_PAGE + 1]
    return [Found(*row) for row in Case.objects.filter(pk__in=page).order_by(*order).values_list(*Found._fields)]


def matching(*, agent: Agent, asked: Asked, now: datetime) -> QuerySet[Case]:
    """All that the list was asked for, in the order in which they came."""
    filtered = _filtered(Case.objects.visible_to(agent), agent, asked, now)
    return searching.with_words(filtered, asked.words).order_by("pk")


def counted(*, agent: Agent, query: str, now: datetime) -> int:
    """How many a kept view has, and no further than what its badge shows."""
    rows = matching(agent=agent, asked=asked(dict(parse_qsl(query)[:40])), now=now)
    return rows.order_by()[: COUNTED_IN_A_VIEW + 1].count()


def _filtered(rows: QuerySet[Case], agent: Agent, asked: Asked, now: datetime) -> QuerySet[Case]:
    match asked.state:
        case "open":
            rows = rows.exclude(state=CaseState.SETTLED).filter(withdrawn_at=None)
        case "pending":
            rows = rows.filter(state=asked.state, withdrawn_at=None)
        case "settled":
            rows = rows.filter(state=asked.state, withdrawn_at=None, merged_into=None)
        case "standing":
            rows = rows.filter(withdrawn_at=None, merged_into=None)
        case "all":
            rows = rows.filter(merged_into=None)
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
    match asked.clock:
        case "missed":
            rows = rows.filter(due_at__lte=now)
        case "at_risk":
            rows = rows.filter(due_at__gt=now, at_risk_at__lte=now)
    if asked.opened:
        since = now - timedelta(days=asked.opened)
        rows = rows.filter(updated_at__gte=since, opened_at__gte=since)
    rows = rows.filter(**{f"{name}__isnull": True for name in asked.nothing})
    plain = {name: value for name, value in asked.plain.items() if name != "category"}
    if category := asked.plain.get("category"):
        rows = rows.filter(category__in=with_parts(category))  # what is part of it is meant too
    return rows.filter(**plain)


def _mark(case: Found) -> str:
    due = case.due_at.isoformat() if case.due_at else None
    return signing.dumps([case.updated_at.isoformat(), case.priority, case.pk, due], salt="cases", compress=True)


def _after(rows: QuerySet[Case], asked: Asked) -> QuerySet[Case]:
    """What comes after the last case of the page before; the plain bound lets the index begin there."""
    if not asked.after:
        return rows
    try:
        text, priority, pk, due = signing.loads(asked.after, salt="cases")
    except (signing.BadSignature, ValueError):  # ValueError: a mark of an earlier version
        return rows
    at = datetime.fromisoformat(text)
    match asked.sort:
        case "latest":
            return rows.filter(updated_at__lte=at).filter(Q(updated_at__lt=at) | Q(pk__lt=pk))
        case "longest":
            return rows.filter(updated_at__gte=at).filter(Q(updated_at__gt=at) | Q(pk__gt=pk))
        case "due" if due is None:
            return rows.filter(due_at=None, pk__gt=pk)
        case "due":
            then = datetime.fromisoformat(due)
            return rows.filter(Q(due_at__gt=then) | Q(due_at=then, pk__gt=pk) | Q(due_at=None))
        case _:
            later = Q(priority=priority) & (Q(updated_at__gt=at) | Q(updated_at=at, pk__gt=pk))
            return rows.filter(priority__lte=priority).filter(Q(priority__lt=priority) | later)

"""The history of a case as a person reads it: its own lines and the contacts about it, merged and paged."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, Model, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from fanal.agents.kept import kept
from fanal.agents.models import Agent, Team, Tier
from fanal.cases import history
from fanal.cases.models import Case, CaseState, CaseType, Category, Priority
from fanal.channels.models import ChannelKind
from fanal.customers.models import Customer
from fanal.holdings.models import Holding, Order
from fanal.interactions.models import Interaction, Message, Topic
from fanal.routing.models import Queue
from fanal.scenarios import wording

ON_A_PAGE = 50
FIELDS = {
    "type": _("Type"),
    "category": _("Category"),
    "subject": _("Subject"),
    "state": _("State"),
    "priority": _("Priority"),
    "customer": _("Customer"),
    "holding": _("About"),
    "order": _("Order"),
    "owner": _("Owner"),
    "team": _("Team"),
    "tier": _("Line"),
}
ROWS: dict[str, type[Model]] = {
    "type": CaseType,
    "category": Category,
    "customer": Customer,
    "holding": Holding,
    "order": Order,
    "owner": Agent,
    "team": Team,
    "tier": Tier,
}
COLOURS = {"settled": "go", "reopened": "lamp", "withdrawn": "stop", "not_this": "stop", "interaction": "sea"}


@dataclass(frozen=True, kw_only=True)
class Change:
    field: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line to show. `topic` is its id when the line is a contact that the agent may read."""

    at: datetime
    kind: str
    colour: str = ""
    by: str = ""
    text: str = ""
    changes: Sequence[Change] = ()
    topic: int | None = None
    disposition: str = ""
    messages: int = 0
    first: bool = False
    origin: str = ""
    why: str = ""
    count: int = 0
    at_once: bool = False
    other_case: Case | None = None


@dataclass(frozen=True, kw_only=True)
class Page:
    entries: list[Entry]
    next: int | None
    total: int


def history_page(case: Case, *, agent: Agent, start: int = 0) -> Page:
    """The entries from `start` on, oldest first: the contact that started the case comes before everything."""
    contacts = _contacts(case, agent)
    lines = history.history_of(case)
    rest: list[Entry | history.Line] = [*contacts[1:], *lines]
    merged = [*contacts[:1], *sorted(rest, key=lambda line: line.at)]
    page = merged[start : start + ON_A_PAGE]
    own = [line for line in page if isinstance(line, history.Line)]
    people = history.people(own, known=[agent, case.owner])
    names, others = _names(own) | _queues(own), _others(own, agent)
    entries = [line if isinstance(line, Entry) else _entry(line, names, people, others) for line in page]
    return Page(entries=entries, next=start + ON_A_PAGE if len(merged) > start + ON_A_PAGE else None, total=len(merged))


def _contacts(case: Case, agent: Agent) -> list[Entry]:
    """The contacts in the order in which they became part of the matter; those not to be seen are still counted in."""
    return [
        Entry(
            at=started if place == 0 else max(started, case.opened_at),
            kind="interaction",
            colour=COLOURS["interaction"],
            topic=pk if seen else None,
            disposition=disposition or "",
            text=str(ChannelKind(channel).label),
            messages=said or 0,
            first=place == 0,
        )
        for place, (pk, started, channel, disposition, said, seen) in enumerate(_told(case=case.pk, agent=agent))
    ]


@kept
def _told(case: int, agent: Agent) -> QuerySet[Topic, tuple[Any, ...]]:
    told = Message.objects.filter(interaction=OuterRef("interaction")).order_by().values("interaction")
    topics = Topic.objects.filter(case=case, withdrawn_at=None).order_by("pk")
    topics = topics.annotate(
        said=Subquery(told.annotate(said=Count("pk")).values("said")),
        seen=Exists(Interaction.objects.visible_to(agent).filter(pk=OuterRef("interaction"))),
    )
    columns = ("pk", "interaction__started_at", "interaction__channel", "disposition__name", "said", "seen")
    return topics.values_list(*columns)


def _entry(
    line: history.Line, names: dict[tuple[str, Any], str], people: dict[int, str], others: dict[int, Case]
) -> Entry:
    def name(field: str, value: Any) -> str:
        return names.get((field, value), "") if field in ROWS else _choice(field, value)

    action = str(line.data.get("action", ""))
    return Entry(
        at=line.at,
        kind=line.kind,
        colour=COLOURS.get(line.kind, ""),
        by=people.get(line.by or 0, ""),
        text=line.text or (wording.action_name(action) if action else names.get(("queue", line.data.get("queue")), "")),
        why=str(line.data.get("reason", "")),
        changes=[
            Change(
                field=str(FIELDS[change.field]),
                before=name(change.field, change.before),
                after=name(change.field, change.after),
            )
            for change in line.changes
        ],
        origin=str(line.data.get("origin", "")),
        count=int(line.data.get("count", 0)),
        at_once=bool(line.data.get("at_once")),
        other_case=others.get(int(line.data.get("split_into", 0))),
    )


def _choice(field: str, value: Any) -> str:
    match field:
        case "state" if value in CaseState.values:
            return str(CaseState(value).label)
        case "priority" if value in Priority.values:
            return str(Priority(value).label)
        case _:
            return str(value)


def _names(lines: Iterable[history.Line]) -> dict[tuple[str, Any], str]:
    """Names for the ids in changes, one query for each kind of row that occurs."""
    wanted: dict[str, set[int]] = {}
    for change in (change for line in lines for change in line.changes if change.field in ROWS):
        wanted.setdefault(change.field, set()).update({change.before, change.after} - {None})
    return {
        (field, pk): _shown(row)
        for field, keys in wanted.items()
        for pk, row in ROWS[field]._default_manager.in_bulk(keys).items()
    }


def _queues(lines: Iterable[history.Line]) -> dict[tuple[str, Any], str]:
    keys = {line.data["queue"] for line in lines if "queue" in line.data}
    return {("queue", pk): queue.name for pk, queue in Queue.objects.in_bulk(keys).items()} if keys else {}


def _shown(row: Model) -> str:
    match row:
        case Holding(kind="account" | "card"):
            return f"{row.get_kind_display()} •••• {row.number[-4:]}"
        case _:
            return str(row)


def _others(lines: Iterable[history.Line], agent: Agent) -> dict[int, Case]:
    keys = {int(line.data["split_into"]) for line in lines if "split_into" in line.data}
    return Case.objects.visible_to(agent).in_bulk(keys) if keys else {}

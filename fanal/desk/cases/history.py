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
from fanal.cases.merged import parts_of
from fanal.cases.models import Case, CaseState, CaseStep, CaseType, Category, Priority
from fanal.channels.models import ChannelKind
from fanal.clocks.models import ClockKind
from fanal.customers.models import Customer
from fanal.desk.calling import Caller, caller
from fanal.desk.cases import passages
from fanal.desk.cases.titles import BY_ITSELF, title
from fanal.desk.cases.values import fields_named, written
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
OTHERS = (
    *("split_into", "problem", "joined_by", "left_by"),
    "on",
    *("into", "out_of", "merged", "unmerged", "split_taken_back", "before", "after"),
)
COLOURS = {
    "settled": "go",
    "reopened": "lamp",
    "withdrawn": "stop",
    "not_this": "stop",
    "interaction": "sea",
    "at_risk": "lamp",
    "missed": "stop",
    "handed_over": "lamp",
    "handed_back": "lamp",
    "escalated": "lamp",
}


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
    said: str = ""
    texts: passages.Texts = ()
    who: Caller | None = None

    @property
    def title(self) -> str:
        return self.said or title(
            self.kind, text=self.text, origin=self.origin, why=self.why, first=self.first, at_once=self.at_once
        )

    @property
    def by_itself(self) -> bool:
        return not self.by and self.kind in BY_ITSELF


@dataclass(frozen=True, kw_only=True)
class Page:
    entries: list[Entry]
    next: int | None
    total: int


def history_page(case: Case, *, agent: Agent, start: int = 0) -> Page:
    """The entries from `start` on, oldest first: the contact that started the case comes before everything."""
    parts = parts_of(case) if getattr(case, "has_parts", True) else []
    contacts = _contacts(case, parts, agent)
    lines = history.history_of(case, parts=parts)
    rest: list[Entry | history.Line] = [*contacts[1:], *lines]
    merged = [*contacts[:1], *sorted(rest, key=lambda line: line.at)]
    page = merged[start : start + ON_A_PAGE]
    own = [line for line in page if isinstance(line, history.Line)]
    people = history.people(own, known=[agent, case.owner])
    names, others = _names(own) | _queues(own) | _steps(own) | fields_named(own, agent), _others(own, agent)
    told = passages.known(own)
    entries = [line if isinstance(line, Entry) else _entry(line, names, people, others, told) for line in page]
    return Page(entries=entries, next=start + ON_A_PAGE if len(merged) > start + ON_A_PAGE else None, total=len(merged))


def _contacts(case: Case, parts: Sequence[int], agent: Agent) -> list[Entry]:
    """The contacts in the order in which they became part of the matter; those not to be seen are still counted in.

    The first contact of a case comes first; those of a case merged into it stand where they were.
    """
    return [
        Entry(
            at=started if place == 0 or of != case.pk else max(started, case.opened_at),
            kind="interaction",
            colour=COLOURS["interaction"],
            topic=pk if seen else None,
            disposition=disposition or "",
            text=str(ChannelKind(channel).label),
            messages=said or 0,
            first=place == 0,
            who=caller(customer=name, channel=channel, given=given, source=source) if seen and not name else None,
        )
        for place, (pk, started, channel, disposition, said, seen, of, name, given, source) in enumerate(
            sorted(_told(cases=[case.pk, *parts], agent=agent), key=lambda row: (row[6] != case.pk, row[0]))
        )
    ]


@kept
def _told(cases: list[int], agent: Agent) -> QuerySet[Topic, tuple[Any, ...]]:
    told = Message.objects.filter(interaction=OuterRef("interaction")).order_by().values("interaction")
    topics = Topic.objects.filter(case__in=cases, withdrawn_at=None).order_by("pk")
    topics = topics.annotate(
        said=Subquery(told.annotate(said=Count("pk")).values("said")),
        seen=Exists(Interaction.objects.visible_to(agent).filter(pk=OuterRef("interaction"))),
    )
    columns = ("pk", "interaction__started_at", "interaction__channel", "disposition__name", "said", "seen", "case")
    whose = ("interaction__customer__name", "interaction__given", "interaction__source")
    return topics.values_list(*columns, *whose)


def _entry(
    line: history.Line,
    names: dict[tuple[str, Any], str],
    people: dict[int, str],
    others: dict[int, Case],
    told: passages.Known,
) -> Entry:
    def name(field: str, value: Any) -> str:
        if field.startswith(history.VALUE):
            return written(names, field, value)
        return names.get((field, value), "") if field in ROWS else _choice(field, value)

    said, texts = passages.passage(line, told)
    return Entry(
        said=said,
        texts=texts,
        at=line.at,
        kind=line.kind,
        colour=COLOURS.get(line.kind, ""),
        by=people.get(line.by or 0, ""),
        text=line.text or _about(line, names),
        why=str(line.data.get("state" if line.kind == "answered" else "reason", "")),
        changes=[
            Change(
                field=str(FIELDS.get(change.field) or names.get(("field", change.field), change.field)),
                before=name(change.field, change.before),
                after=name(change.field, change.after),
            )
            for change in line.changes
        ],
        origin=str(line.data.get("origin", "")),
        count=int(line.data.get("count", 0)),
        at_once=bool(line.data.get("at_once")),
        other_case=next((others[pk] for pk in _named(line) if pk in others), None),
    )


def _about(line: history.Line, names: dict[tuple[str, Any], str]) -> str:
    """The action, promise, queue or step that a line is about."""
    if action := str(line.data.get("action", "")):
        return wording.action_name(action)
    if (promise := line.data.get("promise")) in ClockKind.values:
        return str(ClockKind(promise).label)
    if "step" in line.data:
        return names.get(("step", line.data["step"]), "")
    return names.get(("queue", line.data.get("queue")), "")


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


def _steps(lines: Iterable[history.Line]) -> dict[tuple[str, Any], str]:
    keys = {line.data["step"] for line in lines if "step" in line.data}
    rows = CaseStep.objects.filter(pk__in=keys).values_list("pk", "text") if keys else ()
    return {("step", pk): text for pk, text in rows}


def _shown(row: Model) -> str:
    match row:
        case Holding(kind="account" | "card"):
            return f"{row.get_kind_display()} •••• {row.number[-4:]}"
        case _:
            return str(row)


def _others(lines: Iterable[history.Line], agent: Agent) -> dict[int, Case]:
    keys = {pk for line in lines for pk in _named(line)}
    return Case.objects.visible_to(agent).in_bulk(keys) if keys else {}


def _named(line: history.Line) -> list[int]:
    """The other case that a line is about; of what was merged into this one, that case."""
    if line.part:
        return [line.part]
    return [int(line.data[key]) for key in OTHERS if key in line.data]

"""The report table and the rows behind a figure, ready to be shown or written to a file."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from fanal.agents.models import Agent, Presence
from fanal.cases.models import Case
from fanal.channels.models import ChannelKind
from fanal.desk.calling import caller_of
from fanal.desk.reports.chart import Chart, columns
from fanal.desk.supervision.shown import Shown, drawn, row_of, rows_page, show
from fanal.interactions.models import Interaction
from fanal.kpis import actions
from fanal.kpis.actions.figures import Figure, labels, nothing, sight
from fanal.kpis.asking import STRETCHES, Question
from fanal.kpis.catalogue import GROUPS, KPIS, Kpi, Unit
from fanal.kpis.periods import Period, before, zone
from fanal.kpis.words import Words, change, moment, shown, words

BY = ("queue", "agent", "type", "tier", "escalation", "rule", "channel", "day", "hour", "interval")
MOMENTS = ("day", "hour", "interval")


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a report: its name, and its figures in the order of the columns."""

    key: Any
    name: str
    figures: tuple[Shown, ...]
    cells: SafeString


@dataclass(frozen=True, kw_only=True)
class Before:
    """The period before, and by how much each figure rose or fell since."""

    period: Period
    figures: tuple[Shown, ...]
    changes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Table:
    columns: tuple[Kpi, ...]
    lines: tuple[Line, ...]
    whole: tuple[Shown, ...]
    before: Before | None
    chart: Chart | None
    charted: Kpi


def kpis_by(by: str, group: str = "") -> list[str]:
    """The figures (of a group) that can be told apart by this, in the order of the catalogue."""
    kpis = GROUPS[group][1] if group else list(KPIS.values())
    return [kpi.id for kpi in kpis if by in kpi.by]


def groups_by(by: str) -> list[str]:
    """The groups that have figures told apart by this."""
    return [group for group in GROUPS if kpis_by(by, group)]


def group_of(question: Question) -> str:
    """The group that is asked for, or the first that can be told apart as asked."""
    possible = groups_by(question.by or "queue")
    return question.group if question.group in possible else possible[0]


def group_address(group: str, question: Question) -> str:
    """The same report with another group; whom a flow serves comes to no queue, so that is told apart by day."""
    by_queue = (question.by or "queue") == "queue"
    return address(
        "reports", replace(question, by="day") if group == "self_service" and by_queue else question, group=group
    )


def asked(
    question: Question, viewer: Agent, now: datetime, group: str = ""
) -> tuple[list[Figure], list[Figure], dict[Any, str]]:
    """The figures by line, the whole of them, and the names of the lines."""
    by = question.by or "queue"
    parts, whole = actions.table(
        kpi_ids=kpis_by(by, group),
        by=by,
        period=question.period,
        filters=question.filters,
        seen=sight(viewer),
        now=now,
    )
    keys = list(dict.fromkeys(figure.key for figure in parts))
    several = question.period.days > 1
    names = {key: moment(key, by, with_day=several) for key in keys} if by in MOMENTS else labels(by, keys)
    return parts, whole, names


def _before(question: Question, kpis: Sequence[Kpi], viewer: Agent, now: datetime) -> tuple[Question, list[Figure]]:
    """The same question about the period before, and the whole of its figures."""
    earlier = replace(question, period=before(question.period, now), compare=False)
    ids = [kpi.id for kpi in kpis]
    ask: dict[str, Any] = {"period": earlier.period, "filters": earlier.filters, "viewer": viewer, "now": now}
    return earlier, actions.figures(kpi_ids=ids, **ask)


def _compared(question: Question, whole: list[Figure], viewer: Agent, now: datetime) -> Before | None:
    if not question.compare:
        return None
    earlier, figures = _before(question, [figure.kpi for figure in whole], viewer, now)
    pairs = zip(whole, figures, strict=True)
    return Before(
        period=earlier.period,
        figures=tuple(_show(figure, earlier, {}) for figure in figures),
        changes=tuple(change(this.value, that.value, this.kpi.unit) for this, that in pairs),
    )


def table(question: Question, viewer: Agent, now: datetime) -> Table:
    by = question.by or "queue"
    parts, whole, names = asked(question, viewer, now, group_of(question))
    found = {(figure.key, figure.kpi.id): figure for figure in parts}
    keys = sorted(
        {figure.key for figure in parts if figure.numerator or figure.denominator},
        key=lambda key: _place(key, by, names),
    )
    kpis, said = [figure.kpi for figure in whole], words()
    lines = tuple(
        _line(
            key,
            names.get(key) or _("none"),
            [found.get((key, kpi.id)) or nothing(kpi, key) for kpi in kpis],
            _tail(question, _only(key, by)),
            said,
        )
        for key in keys
    )
    first = kpis[0]
    points = [
        (line.name, found[key, first.id].value if (key, first.id) in found else 0, line.figures[0].text)
        for key, line in zip(keys, lines, strict=True)
    ]
    return Table(
        columns=tuple(kpis),
        lines=lines,
        whole=tuple(_show(figure, question, {}) for figure in whole),
        before=_compared(question, whole, viewer, now),
        chart=columns(points) if by in MOMENTS else None,
        charted=first,
    )


def _place(key: Any, by: str, names: dict[Any, str]) -> tuple[bool, Any]:
    if key is None:
        return (True, "")
    return (False, key if by in MOMENTS else (names.get(key) or "").casefold())


def _line(key: Any, name: str, figures: Iterable[Figure], tail: str, said: Words) -> Line:
    found = row_of(figures, tail, said)
    return Line(key=key, name=name, figures=found, cells=drawn(found))


def _show(figure: Figure, question: Question, more: dict[str, Any]) -> Shown:
    return show(figure, period="", url=f"{rows_page()}?figure={figure.kpi.id}&{_tail(question, more)}")


def _tail(question: Question, more: dict[str, Any]) -> str:
    """What an address says of the question, narrowed to a line."""
    if more.keys() & {"quarter", "hour", "from"}:
        return urlencode({"period": ""} | question.filters.chosen | more, doseq=True)
    return urlencode({"period": question.period.name} | filters_of(question) | more, doseq=True)


def _only(key: Any, by: str) -> dict[str, Any]:
    """What an address says to mean this line alone."""
    match by:
        case "day":
            day = key.astimezone(zone()).date().isoformat()
            return {"from": day, "to": day}
        case "hour" | "interval":
            return {"hour" if by == "hour" else "quarter": key.astimezone(UTC).isoformat()}
    return {by: key} if key else {}


def filters_of(question: Question) -> dict[str, Any]:
    """The question's filters, and its days (or its hour) if it has no name, as an address says them."""
    found, period = question.filters.chosen, question.period
    if period.name:
        return found
    if period.end - period.start in STRETCHES.values():
        span = next(name for name, length in STRETCHES.items() if length == period.end - period.start)
        return found | {span: period.start.astimezone(UTC).isoformat()}
    last = (period.end - timedelta(microseconds=1)).astimezone(zone()).date()
    return found | {"from": period.start.astimezone(zone()).date().isoformat(), "to": last.isoformat()}


def file_lines(question: Question, viewer: Agent, now: datetime) -> tuple[list[str], Iterator[list[Any]]]:
    """Every figure with numerator and denominator: whoever adds lines up can divide rightly again."""
    parts, whole, names = asked(question, viewer, now)
    earlier = _before(question, [figure.kpi for figure in whole], viewer, now)[1] if question.compare else []
    head = [_("Row"), _("Figure"), _("Version"), _("Numerator"), _("Denominator"), _("Value")]

    def lines() -> Iterator[list[Any]]:
        for figure in parts:
            yield [names.get(figure.key) or _("none"), *_numbers(figure)]
        for figure in whole:
            yield [_("All"), *_numbers(figure)]
        for figure in earlier:
            yield [_("The period before"), *_numbers(figure)]

    return head, lines()


def _numbers(figure: Figure) -> list[Any]:
    return [figure.kpi.id, figure.kpi.version, figure.numerator, figure.denominator, figure.value]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row behind a figure, in words."""

    at: datetime
    what: str
    url: str
    customer: str
    queue: str
    agent: str
    channel: str
    claimed: str = ""
    numerator: str
    denominator: str


def row_texts(kpi: Kpi, facts: Iterable[Any], viewer: Agent) -> list[Row]:
    """The facts in words; who it was about only as far as the viewer may see the interaction or the case."""
    found = list(facts)
    interactions = {fact.interaction_id for fact in found if fact.interaction_id}
    interactions |= {fact.pk for fact in found if kpi.source == "contact"}
    cases = {fact.case_id for fact in found if fact.case_id} | {fact.pk for fact in found if kpi.source == "case"}
    seen = Interaction.objects.visible_to(viewer).select_related("customer").in_bulk(list(interactions))
    seen_cases = Case.objects.visible_to(viewer).select_related("customer").in_bulk(list(cases))
    queues = labels("queue", {fact.queue_id for fact in found})
    agents = labels("agent", {fact.agent_id for fact in found})
    rows = []
    for fact in found:
        about = fact.pk if kpi.source in ("contact", "case") else None
        interaction = seen.get(about if kpi.source == "contact" else fact.interaction_id)
        case = seen_cases.get(about if kpi.source == "case" else fact.case_id)
        customer = (case and case.customer) or (interaction and interaction.customer)
        rows.append(
            Row(
                at=fact.counted_at,
                what=_what(kpi, fact),
                url=_url(kpi, interaction, case),
                customer=str(customer.name) if customer else "",
                queue=queues.get(fact.queue_id, ""),
                agent=agents.get(fact.agent_id, ""),
                channel=channel_name(fact.channel),
                claimed=_claim(interaction) if interaction and not customer else "",
                numerator=_added(kpi.summed[0], fact.in_numerator),
                denominator=_added(kpi.summed[1], fact.in_denominator) if kpi.denominator else "",
            )
        )
    return rows


def time_texts(kpi: Kpi, rows: Sequence[actions.TimeRow]) -> list[Row]:
    names = dict(Presence.choices)
    return [
        Row(
            at=row.counted_at,
            what=str(names.get(row.stretch.state or "", row.stretch.state or "")),
            url="",
            customer="",
            queue="",
            agent=row.stretch.agent.name if row.stretch.agent else "",
            channel="",
            numerator=_added(kpi.summed[0], row.in_numerator),
            denominator=_added(kpi.summed[1], row.in_denominator) if kpi.denominator else "",
        )
        for row in rows
    ]


def _claim(interaction: Interaction) -> str:
    """What somebody calls themselves whom nobody knows: for the page alone, in a file a customer is a customer."""
    who = caller_of(interaction)
    return who.name if who.claimed else ""


def channel_name(channel: str | None) -> str:
    return str(ChannelKind(channel).label) if channel in ChannelKind.values else (channel or "")


def _added(unit: Unit, amount: int) -> str:
    return str(amount) if unit == Unit.COUNT else shown(amount / 1000, unit)


def _what(kpi: Kpi, fact: Any) -> str:
    match kpi.source:
        case "stay" | "handling" | "offer" | "callback" if fact.interaction_id:
            return _("Interaction %(number)s") % {"number": fact.interaction_id}
        case "contact":
            return _("Interaction %(number)s") % {"number": fact.pk}
        case "case":
            return _("Case %(number)s") % {"number": fact.pk}
        case "callback":
            return _("Callback %(number)s") % {"number": fact.pk}
        case "blocked":
            return _("Too many calls from this number") if fact.why == "too_often" else _("Too many calls at once")
        case "advice" | "flow" if fact.interaction_id:
            return _("Interaction %(number)s") % {"number": fact.interaction_id}
    return _("Case %(number)s") % {"number": fact.case_id}


def _url(kpi: Kpi, interaction: Interaction | None, case: Case | None) -> str:
    if interaction is not None and kpi.source not in ("case", "move", "clock"):
        return reverse("interaction", args=[interaction.pk])
    return f"/cases/{case.pk}/" if case is not None else ""


def address(name: str, question: Question, **more: Any) -> str:
    """The address of a page about the same question."""
    said = {
        "period": question.period.name,
        "by": question.by or "",
        "group": question.group,
        "compare": "1" if question.compare else "",
        **filters_of(question),
        **more,
    }
    return f"{reverse(name)}?{urlencode({k: v for k, v in said.items() if v}, doseq=True)}"

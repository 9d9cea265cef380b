"""The figures for programs: the same numbers, the same definitions and the same visibility as on the pages."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema

from fanal.agents.models import SUPERVISES, KeyRight
from fanal.api.callers import caller, needs
from fanal.api.problems import Problem
from fanal.kpis import actions
from fanal.kpis.actions.figures import Figure, labels
from fanal.kpis.asking import NotUnderstood, Question, kpi, question
from fanal.kpis.catalogue import KPIS, Kpi

router = Router(tags=["figures"], auth=needs(*SUPERVISES, right=KeyRight.FIGURES))
AT_MOST = 500
FARTHEST = 10**9


class Definition(Schema):
    """What a figure means."""

    id: str
    version: int
    name: str
    formula: str
    unit: str
    numerator: list[str]
    denominator: list[str]
    by: list[str]


class FigureRow(Schema):
    """One number. Times are seconds; a share is between 0 and 1; null when there is nothing to divide by.

    A percentile's value is the time that `numerator` of the `denominator` facts do not exceed.
    """

    figure: str
    version: int
    key: str | None
    label: str | None
    numerator: float
    denominator: float | None
    value: float | None


class Asked(Schema):
    """The same words as in the address of a report: a named period (today if nothing is said), or first and last day,
    in the company's time zone; or the start of one `quarter` of an hour or one `hour`, with its own time zone."""

    period: str = ""
    by: str = ""
    queue: str = ""
    agent: str = ""
    type: str = ""
    tier: str = ""
    escalation: str = ""
    rule: str = ""
    channel: str = ""
    first: str = ""
    last: str = ""
    quarter: str = ""
    hour: str = ""


class Answer(Schema):
    """`as_of`: everything that happened until then is in the figures; it is seconds ago, or more if nothing folds."""

    start: datetime
    end: datetime
    as_of: datetime
    rows: list[FigureRow]


class Fact(Schema):
    """A fact behind a figure, and what it adds to numerator and denominator; times here are milliseconds."""

    id: int
    counted_at: datetime
    interaction: int | None
    case: int | None
    queue: int | None
    agent: int | None
    channel: str | None
    in_numerator: int
    in_denominator: int


class Facts(Schema):
    as_of: datetime
    count: int
    rows: list[Fact]


@router.get("/", response=list[Definition], summary="All figures with their definitions")
def catalogue(request: HttpRequest) -> list[Definition]:
    return [_definition(one) for one in KPIS.values()]


@router.get(
    "/{figure}",
    response=Answer,
    summary="One figure, together or by queue, agent, type, tier, escalation, rule, channel, day, hour or interval",
)
def figure(request: HttpRequest, figure: str, asked: Query[Asked]) -> dict[str, Any]:
    about, wanted, now = _understand(figure, asked)
    try:
        with actions.at_one_moment(now=now) as until:
            found = actions.figures(
                kpi_ids=[about.id],
                period=wanted.period,
                by=wanted.by,
                filters=wanted.filters,
                viewer=caller(request).agent,
                now=until,
            )
    except ValueError as why:
        said = _("This figure can be told apart by %(names)s.") % {"names": ", ".join(about.by)}
        raise Problem(422, "not_told_apart", said) from why
    names = labels(wanted.by, [one.key for one in found]) if wanted.by else {}
    rows = [_row(one, names) for one in found]
    return {"start": wanted.period.start, "end": wanted.period.end, "as_of": until, "rows": rows}


@router.get("/{figure}/rows", response=Facts, summary="The facts behind a figure")
def rows(request: HttpRequest, figure: str, asked: Query[Asked], offset: int = 0, limit: int = 100) -> dict[str, Any]:
    about, wanted, now = _understand(figure, asked)
    ask: dict[str, Any] = {
        "kpi_id": about.id,
        "period": wanted.period,
        "filters": wanted.filters,
        "viewer": caller(request).agent,
    }
    begin = min(max(0, offset), FARTHEST)
    window = slice(begin, begin + min(max(1, limit), AT_MOST))
    with actions.at_one_moment(now=now) as until:
        if about.source == "time":
            stretches = list(actions.time_rows(now=until, **ask))
            return {"as_of": until, "count": len(stretches), "rows": [_stretch(row) for row in stretches[window]]}
        facts = actions.rows(**ask)
        return {"as_of": until, "count": facts.count(), "rows": [_fact(about, fact) for fact in facts[window]]}


def _understand(figure: str, asked: Asked) -> tuple[Kpi, Question, datetime]:
    now = timezone.now()
    words = asked.dict() | {"from": asked.first, "to": asked.last}
    try:
        about = kpi(figure)
    except NotUnderstood as why:
        raise Problem(404, "not_found", str(why)) from why
    try:
        return about, question(words, now), now
    except NotUnderstood as why:
        raise Problem(422, "not_understood", str(why)) from why


def _definition(one: Kpi) -> Definition:
    return Definition(
        id=one.id,
        version=one.version,
        name=str(one.name),
        formula=str(one.formula),
        unit=one.unit,
        numerator=list(one.numerator),
        denominator=list(one.denominator),
        by=list(one.by),
    )


def _row(one: Figure, names: dict[Any, str]) -> FigureRow:
    key = one.key.isoformat() if isinstance(one.key, datetime) else one.key
    return FigureRow(
        figure=one.kpi.id,
        version=one.kpi.version,
        key=None if key is None else str(key),
        label=names.get(one.key),
        numerator=one.numerator,
        denominator=one.denominator,
        value=one.value,
    )


def _fact(about: Kpi, fact: Any) -> Fact:
    return Fact(
        id=fact.pk,
        counted_at=fact.counted_at,
        interaction=fact.pk if about.source == "contact" else fact.interaction_id,
        case=fact.pk if about.source == "case" else fact.case_id,
        queue=fact.queue_id,
        agent=fact.agent_id,
        channel=fact.channel,
        in_numerator=fact.in_numerator,
        in_denominator=fact.in_denominator,
    )


def _stretch(row: actions.TimeRow) -> Fact:
    return Fact(
        id=row.stretch.pk,
        counted_at=row.counted_at,
        interaction=None,
        case=None,
        queue=None,
        agent=row.stretch.agent_id,
        channel=None,
        in_numerator=row.in_numerator,
        in_denominator=row.in_denominator,
    )

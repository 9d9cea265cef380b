"""Reports over a period, the rows behind each figure, both as files, and the definitions."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from fanal.agents.models import SUPERVISES, Agent, Permission
from fanal.cases.models import CaseType
from fanal.channels.models import ChannelKind
from fanal.deciding.models import AdviceRule
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.limits import exporting
from fanal.desk.reports import tables
from fanal.desk.supervision.shown import show
from fanal.kpis import actions
from fanal.kpis.actions.figures import sight
from fanal.kpis.asking import OWN, NotUnderstood, Question, kpi, question
from fanal.kpis.catalogue import GROUPS, KPIS, Kpi
from fanal.kpis.periods import HOUR, NAMES, zone
from fanal.kpis.words import as_of, moment
from fanal.routing.models import Queue

PAGE = 50
WRITTEN_AT_ONCE = 1000
P = ParamSpec("P")
View = Callable[Concatenate[SignedInRequest, P], HttpResponseBase]


def understood(view: View[P]) -> View[P]:
    """A question that makes no sense is answered with what is wrong with it."""

    @wraps(view)
    def guarded(request: SignedInRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except NotUnderstood as why:
            return render(request, "reports/not_understood.html", {"why": str(why)}, status=400)

    return guarded  # type: ignore[return-value]


@require_GET
@needs(*SUPERVISES)
@understood
def reports(request: SignedInRequest) -> HttpResponse:
    now = timezone.now()
    asked = question(request.GET, now)
    seen = sight(request.user)
    with actions.at_one_moment(now=now) as until:
        table = tables.table(asked, request.user, until)
    return render(
        request,
        "reports/reports.html",
        {
            "table": table,
            "as_of": as_of(until, now),
            "asked": asked,
            "by": asked.by or "queue",
            "group": tables.group_of(asked),
            "periods": [*NAMES.items(), (OWN, _("From … to …"))],
            "own": OWN,
            "days": _days(asked),
            "dimensions": _dimensions(),
            "groups": [
                (GROUPS[name][0], tables.group_address(name, asked), name == tables.group_of(asked))
                for name in tables.groups_by(asked.by or "queue")
            ],
            "choices": _choices(request.user, asked),
            "file_url": tables.address("report_file", asked) if request.user.may(Permission.EXPORT) else "",
            "own_queues_only": seen.queues is not None,
        },
    )


def _days(asked: Question) -> tuple[date, date]:
    """The first and the last day of the period, in the company's time zone."""
    last = asked.period.end - timedelta(microseconds=1)
    return asked.period.start.astimezone(zone()).date(), last.astimezone(zone()).date()


def _dimensions() -> list[tuple[str, str]]:
    names = {
        "queue": _("Queue"),
        "agent": _("Agent"),
        "type": _("Type of case"),
        "tier": _("Line"),
        "escalation": _("Escalation rule"),
        "rule": _("Rule of advice"),
        "channel": _("Channel"),
        "day": _("Day"),
        "hour": _("Hour"),
        "interval": _("Quarter of an hour"),
    }
    return [(by, names[by]) for by in tables.BY]


def _choices(viewer: Agent, asked: Question) -> list[dict[str, Any]]:
    """The filters of the form, with what is chosen."""
    seen = sight(viewer)
    agents = Agent.objects.filter(is_active=True, practising=False).order_by("name")
    agents = agents if seen.agents is None else agents.filter(pk__in=seen.agents)
    queues = Queue.objects.supervised_by(viewer).filter(practice=False).order_by("name")
    lists: list[tuple[str, str, list[tuple[Any, Any]], tuple[Any, ...]]] = [
        ("queue", _("Queue"), list(queues.values_list("pk", "name")), asked.filters.queues),
        ("agent", _("Agent"), list(agents.values_list("pk", "name")), asked.filters.agents),
        (
            "type",
            _("Type of case"),
            list(CaseType.objects.order_by("name").values_list("pk", "name")),
            asked.filters.types,
        ),
        ("rule", _("Rule of advice"), list(AdviceRule.objects.values_list("pk", "name")), asked.filters.rules),
        ("channel", _("Channel"), list(ChannelKind.choices), asked.filters.channels),
    ]
    return [{"name": name, "label": label, "all": found, "chosen": chosen} for name, label, found, chosen in lists]


@require_GET
@needs(Permission.EXPORT)
@exporting
@understood
def table_file(request: SignedInRequest) -> HttpResponseBase:
    """The report as a file, with numerators and denominators."""
    now = timezone.now()
    asked = question(request.GET, now)
    with actions.at_one_moment(now=now) as until:
        head, lines = tables.file_lines(asked, request.user, until)
    content = actions.export(
        what="report", details={"by": asked.by or "queue"}, head=head, lines=lines, by=request.user, now=now
    )
    return _file(content, f"report-{asked.by or 'queue'}", until)


@require_GET
@needs(*SUPERVISES)
@understood
def rows(request: SignedInRequest) -> HttpResponse:
    """What is behind a figure: every fact in its numerator or denominator, and what each adds."""
    now = timezone.now()
    asked, about = question(request.GET, now), kpi(request.GET.get("figure", ""))
    with actions.at_one_moment(now=now) as until:
        figure = actions.figures(
            kpi_ids=[about.id], period=asked.period, filters=asked.filters, viewer=request.user, now=until
        )[0]
        page = Paginator(_facts(about, asked, request, until), PAGE).get_page(request.GET.get("page"))
        texts = _texts(about, list(page.object_list), request.user)
    address = tables.address("report_rows", asked, figure=about.id)
    return render(
        request,
        "reports/rows.html",
        {
            "kpi": about,
            "figure": show(figure, period=asked.period.name, filters=tables.filters_of(asked)),
            "rows": texts,
            "page": page,
            "query": address.partition("?")[2] + "&",
            "number": page.paginator.count,
            "as_of": as_of(until, now),
            "period": NAMES.get(asked.period.name, ""),
            "days": _days(asked),
            "clock": moment(asked.period.start, "hour") if asked.period.end - asked.period.start <= HOUR else "",
            "asked": asked,
            "file_url": tables.address("report_rows_file", asked, figure=about.id)
            if request.user.may(Permission.EXPORT)
            else "",
        },
    )


@require_GET
@needs(Permission.EXPORT)
@exporting
@understood
def rows_file(request: SignedInRequest) -> HttpResponseBase:
    """The rows behind a figure as a file: all of one moment, however long it takes to write them."""
    now = timezone.now()
    asked, about = question(request.GET, now), kpi(request.GET.get("figure", ""))
    complete = actions.complete_until(now=now)  # the rows are read when they are written, and may hold more

    def lines() -> Iterator[list[Any]]:
        with actions.at_one_moment(now=now) as until:
            for chunk in Paginator(_facts(about, asked, request, until), WRITTEN_AT_ONCE):
                for row in _texts(about, list(chunk.object_list), request.user):
                    yield [
                        row.at,
                        row.what,
                        row.customer,
                        row.queue,
                        row.agent,
                        row.channel,
                        row.numerator,
                        row.denominator,
                    ]

    head = [_("Time"), _("What"), _("Customer"), _("Queue"), _("Agent"), _("Channel"), _("Numerator"), _("Denominator")]
    content = actions.export(
        what="rows", details={"figure": about.id}, head=head, lines=lines(), by=request.user, now=now
    )
    return _file(content, about.id, complete)


def _facts(about: Kpi, asked: Question, request: SignedInRequest, now: datetime) -> Any:
    ask: dict[str, Any] = {"kpi_id": about.id, "period": asked.period, "filters": asked.filters, "viewer": request.user}
    if about.source == "time":
        return list(actions.time_rows(now=now, **ask))
    part = request.GET.get("part", "")
    return actions.rows(part=part, **ask)


def _texts(about: Kpi, facts: list[Any], viewer: Agent) -> list[tables.Row]:
    return tables.time_texts(about, facts) if about.source == "time" else tables.row_texts(about, facts, viewer)


def _file(content: Iterator[str], name: str, until: datetime) -> StreamingHttpResponse:
    """Its name says up to when the figures hold everything."""
    response = StreamingHttpResponse(content, content_type="text/csv; charset=utf-8")
    local = until.astimezone(zone())
    response["Content-Disposition"] = f'attachment; filename="{name}-{local:%Y-%m-%d-%H%M%S}.csv"'
    response["Cache-Control"] = "no-store"
    return response


@require_GET
@needs(*SUPERVISES)
def definitions(request: SignedInRequest) -> HttpResponse:
    """Every figure with its formula."""
    return render(request, "reports/definitions.html", {"kpis": KPIS.values()})

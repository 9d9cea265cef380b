"""The report form: own days, the period before, and lines that open their rows."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client

from fanal.agents.models import Agent
from fanal.kpis.catalogue import Unit
from fanal.kpis.periods import Period, before, named
from fanal.kpis.words import change, moment
from tests import day
from tests.day import Contact, absorb_all, queue
from tests.people import an_agent

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.page_addresses")]
MIDNIGHT = datetime(2026, 3, 28, 23, 0, tzinfo=UTC)  # 29 March 2026 in Berlin, a day of 23 hours
HOUR = 3600


@pytest.fixture
def supervisor(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Agent:
    settings.TIME_ZONE = "Europe/Berlin"
    monkeypatch.setattr(day, "MORNING", MIDNIGHT)
    orders = queue('=cmd|"/c calc"', answer_within_seconds=20)
    Contact(orders, -30 * HOUR).abandoned(-30 * HOUR + 50)  # the 27th, 18:00
    Contact(orders, -2 * HOUR).abandoned(-2 * HOUR + 50)  # the 28th, 22:00
    Contact(orders, HOUR / 2).abandoned(HOUR)  # the 29th, 0:30
    Contact(orders, HOUR * 1.5).abandoned(HOUR * 2)  # 1:30
    Contact(orders, HOUR * 2.5).abandoned(HOUR * 3)  # 3:30: there is no 2:30
    Contact(orders, HOUR * 22.9).abandoned(HOUR * 23)  # 23:54
    Contact(orders, HOUR * 23).abandoned(HOUR * 24)  # the 30th, 0:00
    absorb_all()
    return an_agent("supervisor")


def browser(agent: Agent) -> Client:
    client = Client()
    client.force_login(agent, backend="fanal.desk.accounts.backend.AgentBackend")
    return client


def report(agent: Agent, **asked: str) -> str:
    answer = browser(agent).get("/reports/", asked)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


OWN = {"period": "own", "from": "2026-03-29", "to": "2026-03-29"}


def first_column(page: str, part: str) -> list[tuple[str, str, str]]:
    """Name, text and address of the first figure of each line of the table's part."""
    inside = re.search(rf"<{part}>(.*?)</{part}>", page, re.S)
    assert inside
    found = re.findall(
        r'<th scope="row"[^>]*>(.*?)</th><td class="number"><a href="([^"]+)"[^>]*><bdi class="num">(.*?)</bdi>',
        inside[1],
        re.S,
    )
    return [(unescape(name), text, unescape(url)) for name, url, text in found]


def test_own_days_are_those_of_the_company(supervisor: Agent) -> None:
    assert first_column(report(supervisor, **OWN), "tfoot")[0][1] == "4"
    assert first_column(report(supervisor, **OWN | {"from": "2026-03-27"}), "tfoot")[0][1] == "6"
    assert first_column(report(supervisor, **OWN | {"to": "2026-03-30"}), "tfoot")[0][1] == "5"


@pytest.mark.parametrize(
    "wrong",
    [
        {"from": "", "to": ""},
        {"from": "2026-03-29", "to": ""},
        {"from": "2026-03-30", "to": "2026-03-29"},
        {"from": "29.3.2026"},
        {"from": "2026-02-30"},
        {"from": "2020-01-01"},
        {"to": "9999-12-31"},
        {"period": "", "from": "", "to": "2026-03-29"},
    ],
)
def test_days_that_make_no_period_are_refused_with_what_to_give(supervisor: Agent, wrong: dict[str, str]) -> None:
    for address in ("/reports/", "/reports/table.csv", "/reports/rows"):
        answer = browser(supervisor).get(address, OWN | {"figure": "offered"} | wrong)
        assert answer.status_code == 400
        assert "Give the first and the last day" in answer.content.decode()


@pytest.mark.parametrize("by", ["day", "hour", "interval", "queue", "channel"])
def test_every_line_opens_the_rows_that_make_it(supervisor: Agent, by: str) -> None:
    page = report(supervisor, **OWN | {"from": "2026-03-28", "to": "2026-03-30", "by": by})
    lines = first_column(page, "tbody")
    assert sum(int(text) for _name, text, _url in lines) == 6
    for _name, text, url in lines:
        rows = browser(supervisor).get(url).content.decode()
        assert rows.count('class="main-cell"') == int(text), (by, url)
        assert f': <bdi class="num">{text}</bdi></h1>' in rows


def test_hours_and_quarters_are_named_by_the_clocks_of_the_company(supervisor: Agent) -> None:
    hours = [name for name, _text, _url in first_column(report(supervisor, **OWN, by="hour"), "tbody")]
    assert hours == ["00:00", "01:00", "03:00", "23:00"]
    quarters = [name for name, _text, _url in first_column(report(supervisor, **OWN, by="interval"), "tbody")]
    assert quarters == ["00:30", "01:30", "03:30", "23:45"]
    several = report(supervisor, **OWN | {"from": "2026-03-28"}, by="hour")
    assert [name for name, *_ in first_column(several, "tbody")][:2] == ["28 Mar 2026 22:00", "29 Mar 2026 00:00"]


def test_the_hour_that_comes_twice_is_told_apart(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    one, two = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert (moment(one, "interval"), moment(two, "interval")) == ("02:30 (CEST)", "02:30 (CET)")


def test_the_period_before_is_as_long_and_lies_right_before(supervisor: Agent) -> None:
    page = report(supervisor, **OWN, compare="1")
    (_all, this, _), (_before, that, url) = first_column(page, "tfoot")
    assert (this, that) == ("4", "1")
    assert "+300.0 %" in page
    assert browser(supervisor).get(url).content.decode().count('class="main-cell"') == 1
    assert "The period before" not in report(supervisor, **OWN)


def test_the_period_before_one_that_is_not_over_is_as_far_along(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    now = datetime(2026, 3, 30, 8, 20, tzinfo=UTC)  # 10:20, the day after the clocks changed
    midnight = datetime(2026, 3, 28, 23, 0, tzinfo=UTC)
    assert before(named("today", now), now) == Period(start=midnight, end=datetime(2026, 3, 29, 8, 30, tzinfo=UTC))
    assert before(named("yesterday", now), now) == Period(start=midnight - timedelta(days=1), end=midnight)
    assert before(named("7days", now), now).start == datetime(2026, 3, 16, 23, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "earlier", "unit", "said"),
    [
        (4, 1, Unit.COUNT, "+300.0 %"),
        (3, 4, Unit.COUNT, "−25.0 %"),
        (0.8, 0.75, Unit.PERCENT, "+5.0 points"),
        (0.5, 0.5, Unit.PERCENT, "±0.0 points"),
        (50, 70.4, Unit.SECONDS, "−0:20"),
        (3, 0, Unit.COUNT, "–"),
        (None, 0.5, Unit.PERCENT, "–"),
    ],
)
def test_a_difference_is_said_in_the_unit_of_the_figure(value: Any, earlier: Any, unit: Unit, said: str) -> None:
    assert change(value, earlier, unit) == said


def test_the_file_has_the_same_lines_and_no_formula(supervisor: Agent) -> None:
    answer = browser(supervisor).get("/reports/table.csv", OWN | {"by": "queue", "compare": "1"})
    content = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    lines = [line for line in csv.reader(io.StringIO(content)) if line[1] == "offered"]
    assert [(line[0], line[3]) for line in lines] == [
        ("'=Cmd|\"/C Calc\"", "4"), ("All", "4"), ("The period before", "1")
    ]  # fmt: skip
    by_hour = browser(supervisor).get("/reports/table.csv", OWN | {"by": "hour"})
    text = b"".join(by_hour.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert [line[0] for line in csv.reader(io.StringIO(text)) if line[1] == "offered"][:2] == ["00:00", "01:00"]


def test_the_api_counts_the_same_days_hours_and_quarters(supervisor: Agent) -> None:
    client = browser(supervisor)
    whole = client.get("/api/v1/figures/offered?first=2026-03-29&last=2026-03-29").json()
    assert (whole["start"], whole["end"]) == ("2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00")
    assert whole["rows"][0]["value"] == 4
    hour = client.get("/api/v1/figures/offered", {"hour": "2026-03-29T03:00:00+02:00"}).json()
    assert hour["rows"][0]["value"] == 1
    rows = client.get("/api/v1/figures/offered/rows", {"quarter": "2026-03-29T01:30:00+00:00"}).json()
    assert rows["count"] == 1
    for wrong in ("2026-03-29T03:10:00+02:00", "2026-03-29T03:00:00", "soon", "9999-12-31T23:59:59-23:00"):
        refused = client.get("/api/v1/figures/offered", {"hour": wrong})
        assert (refused.status_code, refused.json()["error"]) == (422, "not_understood"), wrong

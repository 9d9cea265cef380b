"""The worker folds, pages only read: figures say up to when they hold everything, and agree with their rows."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from fanal.agents.models import Agent
from fanal.desk.reports import views
from fanal.kpis import actions, keeping
from fanal.kpis.models import Cell
from fanal.kpis.periods import named, zone
from fanal.kpis.words import as_of
from fanal.routing.models import Queue
from fanal.running.doctor import State, database
from tests import day
from tests.day import Contact, fold_all
from tests.people import an_agent

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.page_addresses")]
BEHIND = "The figures are behind"


@pytest.fixture
def supervisor() -> Agent:
    return an_agent("supervisor")


@pytest.fixture
def orders(monkeypatch: pytest.MonkeyPatch) -> Queue:
    monkeypatch.setattr(day, "MORNING", timezone.now() - timedelta(minutes=10))
    queue = day.queue("orders")
    Contact(queue, 0).abandoned(30)
    fold_all()
    return queue


def browser(agent: Agent) -> Client:
    client = Client()
    client.force_login(agent, backend="fanal.desk.accounts.backend.AgentBackend")
    return client


def offered(agent: Agent) -> dict[str, Any]:
    found: dict[str, Any] = browser(agent).get("/api/v1/figures/offered?period=30days").json()
    return found


def elsewhere(do: Callable[[], object]) -> None:
    """In another thread, which has a connection of its own."""

    def done() -> None:
        do()
        connections.close_all()

    thread = threading.Thread(target=done)
    thread.start()
    thread.join(timeout=30)
    assert not thread.is_alive()


def test_what_is_not_folded_is_in_no_figure_and_the_figures_say_so(orders: Queue, supervisor: Agent) -> None:
    began = timezone.now()
    answer = offered(supervisor)
    assert answer["rows"][0]["value"] == 1
    assert answer["as_of"] >= began.isoformat()[:19]
    Contact(orders, 300).abandoned(330)
    answer = offered(supervisor)
    assert answer["rows"][0]["value"] == 1
    assert answer["as_of"][:19] == day.after(300).isoformat()[:19]
    until = as_of(day.after(300), timezone.now())
    for path in ("/queues/", "/agents/", "/reports/?period=30days", "/reports/rows?figure=offered&period=30days"):
        text = browser(supervisor).get(path).content.decode()
        assert BEHIND in text
        assert until.text in text
    fold_all()
    assert offered(supervisor)["rows"][0]["value"] == 2
    for path in ("/queues/", "/agents/", "/reports/?period=30days", "/reports/rows?figure=offered&period=30days"):
        text = browser(supervisor).get(path).content.decode()
        assert BEHIND not in text
        assert "Figures as of" in text


def test_figures_of_another_day_name_it() -> None:
    now = timezone.now()
    assert as_of(now, now).text.count(":") == 2
    assert not as_of(now - timedelta(seconds=59), now).behind
    long_ago = as_of(now - timedelta(days=2), now)
    assert long_ago.behind
    assert len(long_ago.text) > len(as_of(now, now).text)


def test_the_doctor_tells_that_figures_are_not_kept_up(orders: Queue) -> None:
    assert [finding.state for finding in database.figures()] == [State.OK]
    Contact(orders, 300).abandoned(330)
    (finding,) = database.figures()
    assert finding.state == State.WARN
    assert f"{day.after(300):%H:%M:%S}" in finding.what
    assert "fanal worker" in finding.todo


def test_a_figure_and_its_rows_agree_while_the_worker_folds(orders: Queue, supervisor: Agent) -> None:
    now = timezone.now()
    about: dict[str, Any] = {"period": named("30days", now), "viewer": supervisor}
    Contact(orders, 300).abandoned(330)
    with actions.at_one_moment(now=now) as until:
        before = actions.figures(kpi_ids=["offered"], now=until, **about)[0].value
        elsewhere(fold_all)
        assert Cell.objects.count() > 0
        assert actions.rows(kpi_id="offered", **about).count() == before == 1
        assert actions.figures(kpi_ids=["offered"], now=until, **about)[0].value == before
    with actions.at_one_moment(now=now) as until:
        assert until == now
        assert actions.figures(kpi_ids=["offered"], now=until, **about)[0].value == 2


def test_a_file_says_in_its_name_up_to_when_its_figures_are(orders: Queue, supervisor: Agent) -> None:
    Contact(orders, 300).abandoned(330)
    moment = f"{day.after(300).astimezone(zone()):%Y-%m-%d-%H%M%S}"
    for address, name in (("table.csv?period=30days", "report-queue"), ("rows.csv?figure=offered", "offered")):
        answer = browser(supervisor).get(f"/reports/{address}")
        assert answer["Content-Disposition"] == f'attachment; filename="{name}-{moment}.csv"'


def test_the_rows_of_a_file_are_of_one_moment_while_the_worker_folds(
    orders: Queue, supervisor: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "WRITTEN_AT_ONCE", 1)
    Contact(orders, 100).abandoned(130)
    fold_all()
    answer = browser(supervisor).get("/reports/rows.csv?figure=offered&period=30days")
    lines = iter(answer.streaming_content)  # type: ignore[attr-defined]
    head, first = next(lines), next(lines)
    elsewhere(lambda: (Contact(orders, -3000).abandoned(-2900), fold_all()))
    rest = list(lines)
    assert len({head, first, *rest}) == 3
    assert len(rest) == 1


def kept_up(until: Callable[[], bool]) -> bool:
    """Let the worker's thread fold until that is so, for half a minute at most."""
    stop, deadline = threading.Event(), time.monotonic() + 30
    thread = threading.Thread(target=keeping.keep, args=[stop], kwargs={"every": 0.05})
    thread.start()
    try:
        while not (found := until()) and time.monotonic() < deadline:
            time.sleep(0.05)
        return found
    finally:
        stop.set()
        thread.join(timeout=30)


def test_the_worker_folds_what_happens_a_few_at_a_time(
    orders: Queue, supervisor: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "AT_ONCE", 3)
    for number in range(4):
        Contact(orders, 300 + number).abandoned(330 + number)
    assert kept_up(lambda: offered(supervisor)["rows"][0]["value"] == 5)


def test_a_fold_that_fails_is_tried_again(orders: Queue, supervisor: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    fold, failures = actions.fold, iter([ValueError("spoilt"), OSError("gone")])

    def failing_at_first(**given: Any) -> int:
        if failure := next(failures, None):
            raise failure
        return fold(**given)

    monkeypatch.setattr(actions, "fold", failing_at_first)
    Contact(orders, 300).abandoned(330)
    assert kept_up(lambda: offered(supervisor)["rows"][0]["value"] == 2)

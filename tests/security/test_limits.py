"""How often somebody may ask: the same over all processes, told in the reader's language, and never in their way."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fanal.desk import limits as desk_limits
from fanal.running import limits
from fanal.running.limits import Buckets, Limit, take_of_all
from tests.people import an_agent

TEN = Limit(burst=10, per_minute=60)


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_limits, "buckets", Buckets())


def taken(buckets: Buckets, times: int, *, now: float, key: str = "visitor-1") -> int:
    return sum(not buckets.take(key, TEN, now=now) for _ in range(times))


def test_one_process_gives_the_burst_and_then_the_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SHARED_EVERY", 1e9)
    one = Buckets()
    assert taken(one, 30, now=0.0) == 10
    assert one.take("visitor-1", TEN, now=0.0) == pytest.approx(1.0)
    assert taken(one, 30, now=3.0) == 3
    assert taken(one, 30, now=600.0) == 10
    assert taken(one, 1, now=600.0, key="visitor-2") == 1


def test_what_was_spent_in_one_process_counts_in_the_other(db: None) -> None:
    one, other = Buckets(), Buckets()
    assert taken(one, 1, now=0.0, key="begin") + taken(other, 1, now=0.0, key="begin") == 2
    assert taken(one, 10, now=0.5) + taken(other, 10, now=0.5) == 20, "together at most a burst each"
    taken(one, 1, now=1.5, key="shares")
    taken(other, 1, now=1.5, key="shares")
    assert taken(other, 20, now=1.6) == 0, "and then both have to wait for what both have spent"
    assert other.take("visitor-1", TEN, now=1.6) > 10


def test_any_number_of_processes_give_no_more_than_the_rate_in_the_long_run(db: None) -> None:
    processes = [Buckets() for _ in range(4)]
    start = time.monotonic()
    allowed, rate = 0, Limit(burst=10, per_minute=600)
    while (passed := time.monotonic() - start) < 3.0:
        for one in processes:
            allowed += not one.take("visitor-1", rate, now=time.monotonic())
        time.sleep(0.001)
    assert allowed <= 4 * 10 + 10 * passed + 40, "each alone would have given 4 × (10 + 10 a second)"
    assert allowed < 4 * 10 * passed


def test_deciding_costs_no_query_and_sharing_one_a_second(db: None) -> None:
    one = Buckets()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        for n in range(1000):
            one.take(f"visitor-{n % 300}", TEN, now=n / 100)
    assert len(asked) <= 10


def test_without_a_database_each_process_goes_on_alone(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_given: Any) -> None:
        raise DatabaseError("away")

    one = Buckets()
    taken(one, 5, now=0.0)
    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", away)
        assert taken(one, 20, now=2.0) == 7


def test_the_table_of_limits_holds_no_address_and_is_swept(db: None) -> None:
    one = Buckets()
    one.take("uploads:203.0.113.9", TEN, now=0.0)
    one.take("uploads:203.0.113.9", TEN, now=2.0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT encode(key, 'escape') FROM rate_limit")
        rows = cursor.fetchall()
        assert len(rows) == 1
        assert "203.0" not in str(rows)
        cursor.execute("UPDATE rate_limit SET at = now() - interval '2 hours'")
        limits._sweep()
        cursor.execute("SELECT count(*) FROM rate_limit")
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db(transaction=True)
def test_what_is_counted_exactly_is_given_exactly_that_often_however_many_ask_at_once() -> None:
    few = Limit(burst=6, per_minute=0.01)

    def ask(_n: int) -> float:
        try:
            return take_of_all("export:1", few)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=8) as pool:
        waits = list(pool.map(ask, range(40)))
    assert waits.count(0.0) == 6
    assert min(wait for wait in waits if wait) > 60


@pytest.fixture
def browser(db: None) -> Client:
    client = Client()
    client.force_login(an_agent("supervisor", language="fr"))
    client.cookies["language"] = "fr"
    return client


def test_files_are_given_out_a_few_times_a_minute(browser: Client) -> None:
    answers = [browser.get("/reports/table.csv?period=today") for _ in range(8)]
    assert [answer.status_code for answer in answers] == [200] * 6 + [429] * 2
    refused = answers[-1]
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert "Réessayez" in refused.content.decode()


def test_searching_too_much_is_refused_as_the_asker_understands_it(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_limits, "SEARCHES", Limit(burst=1, per_minute=1))
    assert browser.get("/search/?q=okafor").status_code == 200
    page = browser.get("/search/?q=okafor")
    fragment = browser.get("/search/?q=okafor", headers={"HX-Request": "true"})
    program = browser.get("/search/?q=okafor", headers={"Accept": "application/json"})
    assert [one.status_code for one in (page, fragment, program)] == [429] * 3
    assert fragment.headers["Content-Type"].startswith("text/plain")
    assert program.json()["detail"] == fragment.content.decode()
    assert "seconde" in program.json()["detail"]
    other = Client()
    other.force_login(an_agent())
    assert other.get("/search/?q=okafor").status_code == 200

"""A change of the tables never holds up those who work: it waits briefly, steps back, and comes again."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import OperationalError, connection
from psycopg.errors import LockNotAvailable

from fanal.running.connections import changing
from fanal.running.connections.changing import patiently
from tests.servers import address_of

pytestmark = pytest.mark.django_db(transaction=True)
TABLE = "norms_of_a_test"


@pytest.fixture(autouse=True)
def a_table(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    monkeypatch.setattr(changing, "WAITS", 0.5)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {TABLE} (one int)")
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {TABLE}")


def change() -> None:
    with connection.schema_editor(atomic=True) as editor:
        editor.execute(f"ALTER TABLE {TABLE} ADD COLUMN two int")


def columns() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0", [TABLE])
        return [name for (name,) in cursor.fetchall()]


def test_a_change_waits_briefly_for_a_table_and_leaves_nothing_behind() -> None:
    with psycopg.connect(address_of()) as busy:
        busy.execute(f"SELECT FROM {TABLE}")  # and its transaction stays open
        began = time.monotonic()
        with pytest.raises(OperationalError) as refused:
            change()
        assert isinstance(refused.value.__cause__, LockNotAvailable)
        assert time.monotonic() - began < 10
    assert columns() == ["one"]


def test_whoever_works_goes_on_while_a_change_keeps_trying_and_it_comes_through_in_the_end() -> None:
    told: list[str] = []
    finished = threading.Event()

    def work() -> float:
        """Reads the table again and again; returns the longest that one reading took."""
        longest = 0.0
        with psycopg.connect(address_of(), autocommit=True) as another:
            while not finished.is_set():
                began = time.monotonic()
                another.execute(f"SELECT FROM {TABLE}")
                longest = max(longest, time.monotonic() - began)
                time.sleep(0.02)
        return longest

    with ThreadPoolExecutor(1) as apart, psycopg.connect(address_of()) as busy:
        busy.execute(f"SELECT FROM {TABLE}")
        working = apart.submit(work)
        letting_go = threading.Timer(2.5, busy.rollback)
        letting_go.start()
        try:
            patiently(change, tell=told.append)
        finally:
            finished.set()
            letting_go.join()
        assert working.result() < 2.0  # half a second of it for the lock; without a limit it is all the 2.5
    assert columns() == ["one", "two"]
    assert told
    assert "trying again" in told[0]


def test_another_fault_of_the_database_is_not_tried_again() -> None:
    tries = []

    def gone() -> None:
        tries.append(1)
        raise OperationalError("the server is gone")

    with pytest.raises(OperationalError):
        patiently(gone, tell=print)
    assert len(tries) == 1


def test_what_is_made_beside_the_work_may_wait_and_what_is_only_shown_says_nothing_of_it() -> None:
    with connection.schema_editor(atomic=False) as editor, connection.cursor() as cursor:
        assert editor
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)
    with connection.schema_editor(collect_sql=True) as editor:
        pass
    assert not any("lock_timeout" in str(line) for line in editor.collected_sql)

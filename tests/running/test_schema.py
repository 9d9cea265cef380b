"""The tables laid down at once are those of the migrations, in an empty database only, and whole or not at all."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from pytest_django import DjangoDbBlocker

from fanal.environment import environment
from fanal.running import postgres, schema
from fanal.running.backup.places import scratch
from fanal.running.schema.stepwise import made_step_by_step

# PostgreSQL says a list of texts in another way once it has read what it said before.
CASTS = re.compile(r"::(text|character varying)(\[\])?|[()]")
NAME = "fanal_schema_test"


@pytest.fixture
def server() -> str:
    postgres.ensure_running(environment)
    return postgres.address(environment)


@pytest.fixture
def empty(server: str) -> Iterator[psycopg.Connection]:
    with scratch(server, NAME) as address, psycopg.connect(address, autocommit=True) as connection:
        yield connection


def kept() -> str:
    return gzip.decompress(schema.FILE.read_bytes()).decode()


def tables(connection: psycopg.Connection) -> int:
    row = connection.execute("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace").fetchone()
    assert row
    return int(row[0])


@pytest.mark.timeout(600)
def test_the_file_is_what_the_migrations_make(server: str, django_db_blocker: DjangoDbBlocker) -> None:
    with django_db_blocker.unblock(), made_step_by_step(server) as address:
        made = schema.written(address)
    assert made == kept(), "run `python bin/schema` and commit what it writes"


def test_an_empty_database_has_them_at_once(empty: psycopg.Connection, server: str) -> None:
    assert schema.lay_down(empty)
    made = schema.written(postgres.beside(server, NAME))
    assert CASTS.sub("", made) == CASTS.sub("", kept())
    path = empty.execute("SHOW search_path").fetchone()
    assert path == ('"$user", public',)
    assert not schema.lay_down(empty)


def test_a_database_that_has_anything_is_left_alone(empty: psycopg.Connection) -> None:
    empty.execute("CREATE TABLE theirs (id int)")
    before = tables(empty)
    assert not schema.lay_down(empty)
    assert tables(empty) == before


def test_what_a_server_does_not_understand_leaves_nothing_behind(
    empty: psycopg.Connection, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    strange = tmp_path / "strange.sql.gz"
    strange.write_bytes(gzip.compress(b"CREATE TABLE public.half (id int); CREATE WONDER public.other;"))
    monkeypatch.setattr(schema, "FILE", strange)
    assert not schema.lay_down(empty)
    assert tables(empty) == 0

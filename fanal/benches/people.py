"""A database of a million customers, 2.5 million contact points and two million orders, made once and kept.

The same seed gives the same people. Benches that only read use it as it is; those that write copy it
(`CREATE DATABASE … TEMPLATE fanal_bench_people`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

import psycopg
from django.core.management import call_command
from django.db import connection
from psycopg import sql

from fanal.benches.frame import Progress, address_of
from fanal.benches.names_of_people import Names, Person
from fanal.customers import index
from fanal.environment import environment
from fanal.norms import spelling
from fanal.running import postgres

NAME = "fanal_bench_people"
VERSION = 4
CUSTOMERS = 1_000_000
SEED = 20_261_121
FILLED = f"fanal people, version {VERSION}, seed {SEED}"
BATCH = 10_000

# Phones: every customer has one, six in ten a second; one customer in twelve shares the first with the one before.
# E-mail: nine in ten. Numbers walk through the range by a multiplier prime to it, so they look drawn and are not.
_FILL = (
    """
    INSERT INTO customers_contactpoint (customer_id, kind, value, given, state, preferred, shared)
    SELECT c.id, 'phone', phone, phone, 'valid', true, false
    FROM customers_customer c, LATERAL (SELECT c.id - (c.id %% 12 = 1)::int AS id) household, LATERAL (SELECT
        (ARRAY['+336', '+447', '+4915', '+79', '+2010'])[household.id %% 5 + 1]
        || lpad(((household.id * 48271::bigint + 12345) %% 100000000)::text, 8, '0')
        || CASE WHEN household.id %% 5 IN (1, 2, 3) THEN (household.id %% 9)::text ELSE '' END AS phone) p
    """,
    """
    INSERT INTO customers_contactpoint (customer_id, kind, value, given, state, preferred, shared)
    SELECT c.id, 'phone', '+331' || lpad(((c.id * 69621::bigint + 777) %% 100000000)::text, 8, '0'),
        '', 'valid', false, false
    FROM customers_customer c WHERE c.id %% 10 < 6
    """,
    """
    INSERT INTO customers_contactpoint (customer_id, kind, value, given, state, preferred, shared)
    SELECT c.id, 'email',
        'person' || (c.id * 7919 %% 1000003) || '.' || c.id || '@example.'
            || (ARRAY['org', 'com', 'net'])[c.id %% 3 + 1],
        '', 'valid', true, false
    FROM customers_customer c WHERE c.id %% 10 < 9
    """,
    """
    INSERT INTO holdings_order
        (customer_id, number, state, placed_at, total, currency, carrier, tracking_number, deliver_to)
    SELECT (n * 48271::bigint) %% %(customers)s + 1, 'FN-' || lpad((n * 7368787::bigint %% 10000000)::text, 7, '0'),
        (ARRAY['delivered', 'delivered', 'delivered', 'shipped', 'placed', 'returned'])[n %% 6 + 1],
        timestamptz '2026-06-01' - make_interval(hours => (n %% 17520)::int), (n %% 30000) / 100.0 + 5, 'EUR', 'Parcel',
        CASE WHEN n %% 2 = 0 THEN 'FR' || lpad(n::text, 11, '0') ELSE '' END, ''
    FROM generate_series(1::bigint, %(customers)s * 2) n
    """,
    """
    INSERT INTO identity_sighting (customer_id, kind, value, first_at, last_at, contact, times)
    SELECT customer_id, kind, value, timestamptz '2026-01-01',
        timestamptz '2026-06-01' - make_interval(hours => (customer_id %% 9000)::int), customer_id, 2
    FROM customers_contactpoint WHERE customer_id %% 5 = 0 AND preferred
    """,
)
_TABLES = (
    "customers_customer",
    "customers_contactpoint",
    "customers_nametoken",
    "customers_namekey",
    "customers_customertoken",
    "holdings_order",
    "identity_sighting",
)
_KEYS_BUILT_LATE = ("customers_namekey", "customers_customertoken")
_COUNTRIES = {"fr": "FR", "en": "GB", "de": "DE", "ru": "RU", "ar": "EG"}


def database(scale: float = 1.0) -> str:
    """The name of the database of this size."""
    return NAME if scale == 1 else f"{NAME}_{int(CUSTOMERS * scale)}"


def ready(*, progress: Progress, scale: float = 1.0) -> str:
    """See to it that the database exists and is filled, and make it the one this process works on; returns its name."""
    postgres.ensure_running(environment, progress=progress)
    name = database(scale)
    if mark_of(name) != FILLED:
        progress("making the people: this is done once")
        _create(name)
        use(name)
        call_command("migrate", verbosity=0)
        fill(customers=int(CUSTOMERS * scale), progress=progress)
        mark(name, FILLED)
    use(name)
    call_command("migrate", verbosity=0)
    return name


def use(name: str) -> None:
    """Let Django's default connection work on another database of the same server."""
    connection.close()
    connection.settings_dict["NAME"] = name


def copy(source: str, target: str) -> None:
    """Another database with the same in it, thrown away first if it is there. Files are copied, which takes seconds."""
    connection.close()
    drop(target)
    with _server() as server:
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(target), sql.Identifier(source)
            )
        )


@contextmanager
def copied(source: str, target: str) -> Iterator[str]:
    """A copy with the newest tables, on which this process works until it is thrown away; its address."""
    before = connection.settings_dict["NAME"]
    try:
        copy(source, target)
        use(target)
        call_command("migrate", verbosity=0)
        yield address_of(target)
    finally:
        use(before)
        drop(target)


def drop(name: str) -> None:
    """Throw a database away, whoever is on it."""
    with _server() as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def mark_of(name: str) -> str:
    """What is noted on a database; nothing where there is none."""
    with _server() as server:
        row = server.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name]
        ).fetchone()
    return (row and row[0]) or ""


def mark(name: str, text: str) -> None:
    with _server() as server:
        server.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(text)))


def people(count: int) -> Iterator[tuple[int, Person]]:
    """The same people again, with their ids: what a bench asks for and expects to find."""
    names = Names(SEED)
    for customer_id in range(1, count + 1):
        yield customer_id, names.person()


def fill(*, customers: int, progress: Progress) -> None:
    """Copy everything in, without triggers and with the indexes built at the end."""
    with connection.cursor() as cursor:
        for setting, value in (
            ("session_replication_role", "replica"),
            ("synchronous_commit", "off"),
            ("maintenance_work_mem", "512MB"),
        ):
            cursor.execute(f"SET {setting} = '{value}'")
        with _indexes_built_late(cursor, progress):
            words = _copy_customers(cursor, customers, progress)
            _copy_dictionary(cursor, words, progress)
            for statement in _FILL:
                cursor.execute(statement, {"customers": customers})
            progress("contact points and orders are in")
        cursor.execute("SELECT setval(pg_get_serial_sequence('customers_customer', 'id'), %s)", [customers])
        cursor.execute("SELECT setval(pg_get_serial_sequence('customers_nametoken', 'id'), %s)", [max(len(words), 1)])
        for table in _TABLES:
            cursor.execute(f"VACUUM ANALYZE {table}")
    connection.close()


def _copy_customers(cursor: Any, customers: int, progress: Progress) -> dict[str, int]:
    """The customers with the ids of their words; returns the words in the order they were first met."""
    words: dict[str, int] = {}
    rows = people(customers)
    pairs: list[str] = []
    with cursor.copy(
        "COPY customers_customer (id, kind, name, given_name, family_name, language, born_on, address, postcode, city,"
        " country, value_band, external_id, practice, tokens, created_at) FROM STDIN"
    ) as copy:
        done = 0
        while batch := list(islice(rows, BATCH)):
            lines = []
            for customer_id, person in batch:
                ids = sorted(words.setdefault(word, len(words) + 1) for word in index.words_of(person.name))
                pairs += [f"{token}\t{customer_id}\n" for token in ids]
                lines.append(_customer_line(customer_id, person, ids))
            copy.write("".join(lines))
            done += len(batch)
            if done % (BATCH * 20) == 0:
                progress(f"{done:,} customers")
    with cursor.copy("COPY customers_customertoken (token_id, customer_id) FROM STDIN") as copy:
        for start in range(0, len(pairs), BATCH):
            copy.write("".join(pairs[start : start + BATCH]))
    return words


def _customer_line(customer_id: int, person: Person, tokens: list[int]) -> str:
    born = f"{1935 + customer_id % 70}-{1 + customer_id % 12:02}-{1 + customer_id % 28:02}"
    ids = ",".join(map(str, tokens))
    return (
        f"{customer_id}\tperson\t{person.name}\t{person.given}\t{person.family}\t"
        f"{person.language}\t{born}\t\t{10000 + customer_id % 80000}\tTown {customer_id % 500}\t"
        f"{_COUNTRIES[person.language]}\t0\tX{customer_id}\tf\t"
        f"{{{ids}}}\t2026-01-01\n"
    )


def _copy_dictionary(cursor: Any, words: dict[str, int], progress: Progress) -> None:
    with cursor.copy("COPY customers_nametoken (id, text) FROM STDIN") as copy:
        for word, token in words.items():
            copy.write_row((token, word))
    with cursor.copy("COPY customers_namekey (key, token_id) FROM STDIN") as copy:
        for word, token in words.items():
            copy.write("".join(f"{key[:90]}\t{token}\n" for key in spelling.keys(word)))
    progress(f"{len(words):,} words with their keys")


@contextmanager
def _indexes_built_late(cursor: Any, progress: Progress) -> Iterator[None]:
    cursor.execute(
        """
        SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
        LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype IN ('p', 'u')
        WHERE i.indrelid = ANY(%s::regclass[]) AND c.oid IS NULL
        """,
        [list(_TABLES)],
    )
    indexes = cursor.fetchall()
    cursor.execute(
        """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE conrelid = ANY(%s::regclass[]) AND contype = 'p'
        """,
        [list(_KEYS_BUILT_LATE)],
    )
    keys = cursor.fetchall()
    for name, _ in indexes:
        cursor.execute(f"DROP INDEX {name}")
    for table, name, _ in keys:
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    yield
    for table, name, definition in keys:
        cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
    for _, definition in indexes:
        cursor.execute(definition)
    progress("indexes are built")


def _create(name: str) -> None:
    with _server() as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    use(name)
    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS vector")


def _server() -> psycopg.Connection[Any]:
    """A connection for making databases, which cannot be done on the one that is made."""
    keys = connection.get_connection_params()
    keys = {key: value for key, value in keys.items() if key in ("host", "port", "user", "password", "sslmode")}
    return psycopg.connect(**keys, dbname="postgres", autocommit=True)

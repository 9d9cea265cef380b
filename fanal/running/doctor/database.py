"""The database: that it answers, is new and set up well enough, and holds what this version expects."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from fanal.environment import environment
from fanal.running.doctor.finding import Finding, fail, ok, warn

OLDEST = 150000
LARGEST_SKEW = 1.0


def server() -> Iterator[Finding]:
    where = "DATABASE_URL" if environment.database_url else "embedded"
    try:
        number, name, encoding = row(
            "SELECT current_setting('server_version_num')::int, current_setting('server_version'),"
            " current_setting('server_encoding')"
        )
    except Exception as reason:
        todo = (
            "Check DATABASE_URL and that the server runs."
            if environment.database_url
            else "Read pg/log in the home folder."
        )
        yield fail(f"PostgreSQL ({where})", str(reason).strip().split("\n", 1)[0], todo)
        return
    if number < OLDEST:
        yield fail(f"PostgreSQL ({where})", name, "fanal needs PostgreSQL 15 or newer.")
    elif encoding != "UTF8":
        yield fail(f"PostgreSQL ({where})", f"{name}, encoding {encoding}", "Create the database with ENCODING 'UTF8'.")
    else:
        yield ok(f"PostgreSQL ({where})", name)
    installed, available = row(
        "SELECT (SELECT extversion FROM pg_extension WHERE extname = 'vector'),"
        " (SELECT default_version FROM pg_available_extensions WHERE name = 'vector')"
    )
    if installed:
        yield ok("pgvector", installed)
    elif available:
        yield warn(
            "pgvector", "available, not created", "As the database's owner or a superuser: CREATE EXTENSION vector;"
        )
    else:
        yield warn("pgvector", "not on this server", "Nothing needs it yet; search by meaning will.")


def settings() -> Iterator[Finding]:
    wanted = {"fsync": "on", "full_page_writes": "on", "autovacuum": "on", "jit": "off"}
    why = {
        "fsync": "without it a power cut can destroy the database",
        "full_page_writes": "without it a power cut can destroy the database",
        "autovacuum": "without it the queues grow slow",
        "jit": "it makes short queries slower",
    }
    for name, value in wanted.items():
        (found,) = row("SELECT current_setting(%s)", name)
        if found != value:
            make = fail if name != "jit" else warn
            yield make(f"Setting {name}", f"{found}: {why[name]}", f"ALTER SYSTEM SET {name} = {value}; then reload.")
    used, limit = row(
        "SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),"
        " current_setting('max_connections')::int"
    )
    if used > limit * 0.8:
        yield warn("Connections", f"{used} of {limit}", "Raise max_connections, or end what holds them.")
    else:
        yield ok("Connections", f"{used} of {limit}")
    age = row("SELECT extract(epoch FROM max(now() - xact_start)) FROM pg_stat_activity WHERE state <> 'active'")[0]
    if age and age > 60:
        todo = "It holds back the event stream: find it in pg_stat_activity and end it."
        yield warn("Idle transaction", f"open for {age:.0f} s", todo)


def clock() -> Iterator[Finding]:
    before = dt.datetime.now(dt.UTC)
    (theirs,) = row("SELECT clock_timestamp()")
    after = dt.datetime.now(dt.UTC)
    skew = max((before - theirs).total_seconds(), (theirs - after).total_seconds(), 0.0)
    if skew > LARGEST_SKEW:
        todo = "Let NTP set the clocks of this machine and the database's: timers and figures come from both."
        yield fail("Clock", f"{skew:.1f} s between here and the database", todo)
    else:
        yield ok("Clock", "agrees with the database's")


def migrations() -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    unknown = set(executor.loader.applied_migrations) - set(executor.loader.disk_migrations)
    if missing:
        yield fail(
            "Migrations", f"{len(missing)} not applied", "Run `fanal django migrate` (`fanal up` does it by itself)."
        )
    elif unknown:
        todo = "This database was used by a newer fanal: install that version again."
        yield fail("Migrations", f"{len(unknown)} that this version does not know", todo)
    else:
        yield ok("Migrations", "all applied")


def processes() -> Iterator[Finding]:
    if not row("SELECT to_regclass('procrastinate_jobs')")[0]:
        return  # not migrated yet, which has been said
    late = row(
        "SELECT count(*) FROM procrastinate_jobs"
        " WHERE status = 'todo' AND coalesce(scheduled_at, now()) < now() - interval '10 minutes'"
    )[0]
    if late:
        yield warn("Deferred tasks", f"{late} are more than ten minutes late", "Is `fanal worker` running?")
    else:
        yield ok("Deferred tasks", "none is late")


def figures() -> Iterator[Finding]:
    yield from _followed("Figures", "kpis_cursor", "figures", "is not counted yet")


def clocks() -> Iterator[Finding]:
    yield from _followed("Clocks of cases", "clocks_cursor", "clocks", "has not moved them yet")


def hearing() -> Iterator[Finding]:
    yield from _followed("What customers write", "clocks_cursor", "hearing", "is not told to followers yet")


def escalation() -> Iterator[Finding]:
    yield from _followed("Escalation", "escalation_cursor", "escalation", "is not looked at yet")


def _followed(name: str, cursors: str, cursor: str, but: str) -> Iterator[Finding]:
    """Whether the worker keeps up with the events."""
    if not row("SELECT to_regclass(%s)", cursors)[0]:
        return
    waiting, late = row(
        "SELECT min(at), min(at) < now() - interval '1 minute' FROM ("
        " SELECT e.at FROM events_event e WHERE (e.xid, e.id) > ("
        f"  COALESCE((SELECT xid FROM {cursors} WHERE name = %s), '0'::xid8),"
        f"  COALESCE((SELECT event FROM {cursors} WHERE name = %s), 0))"
        " ORDER BY e.xid, e.id LIMIT 100) following",
        cursor,
        cursor,
    )
    if late:
        what = f"what happened after {waiting:%Y-%m-%d %H:%M:%S} UTC {but}"
        yield warn(name, what, "Is `fanal worker` running? Its log says what keeps it.")
    else:
        yield ok(name, "up to date")


def row(sql: str, *parameters: str) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)
        row = cursor.fetchone()
    assert row is not None
    return tuple(row)

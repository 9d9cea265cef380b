"""Fold what happened into facts and cells: idempotent, in commit order, by one process at a time."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from fanal.kpis import derivations, scopes
from fanal.kpis.actions.cells import every_day_again, rebuild, rebuild_times
from fanal.kpis.actions.returning import restate, same_matters
from fanal.kpis.actions.sharing import share
from fanal.kpis.counters import FACTS, SOURCES
from fanal.kpis.models import Fact
from fanal.kpis.periods import zone
from fanal.kpis.rules import LONGEST, Happening, intervals, merged, statements

CURSOR = "figures"
LOCK = 0x6B706973
_TYPES = {
    "ForeignKey": "bigint",
    "BigIntegerField": "bigint",
    "DateTimeField": "timestamptz",
    "BooleanField": "boolean",
}
BATCH = 25_000

Ids = dict[str, list[int]]
Literals = dict[str, str]
NONE = "{}"
Moments = set[datetime]
Times = dict[int, Moments]
Stretch = tuple[int, datetime, datetime | None]
"""Of which agent, from when until when; None: not over yet."""


def fold(*, limit: int = 200_000) -> int:
    """Fold up to `limit` events that have committed since the last time; how many: 0 while another process folds."""
    folded = 0
    while folded < limit:
        number = _fold_batch(min(BATCH, limit - folded))
        if number is None:
            break
        folded += number
        if number < BATCH:
            break
    return folded


@transaction.atomic
def _fold_batch(size: int) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return None
        # Below the oldest running transaction everything has committed: nothing can appear behind the cursor later.
        cursor.execute(
            """
            SELECT e.xid::text, e.id, e.kind, e.at, e.by, e.data::text FROM events_event e
            WHERE (e.xid, e.id) > (
                    COALESCE((SELECT xid FROM kpis_cursor WHERE name = %(name)s), '0'::xid8),
                    COALESCE((SELECT event FROM kpis_cursor WHERE name = %(name)s), 0))
                AND e.xid < pg_snapshot_xmin(pg_current_snapshot())
            ORDER BY e.xid, e.id LIMIT %(size)s
            """,
            {"name": CURSOR, "size": size},
        )
        found = cursor.fetchall()
        _follow_zone(cursor)
        if not found:
            return 0
        absorb(happenings=[happening(*row[1:]) for row in found])
        cursor.execute(
            """
            INSERT INTO kpis_cursor (name, xid, event, zone) VALUES (%s, %s::xid8, %s, %s)
            ON CONFLICT (name) DO UPDATE SET xid = EXCLUDED.xid, event = EXCLUDED.event
            """,
            [CURSOR, *found[-1][:2], zone().key],
        )
    return len(found)


def _follow_zone(cursor: Any) -> None:
    """Where the company's days begin elsewhere by now, all of them are summed again from their quarters of an hour."""
    now_in = zone().key
    cursor.execute("UPDATE kpis_cursor SET zone = %s WHERE name = %s AND zone <> %s", [now_in, CURSOR, now_in])
    if cursor.rowcount:
        every_day_again()


def happening(id: int, kind: str, at: datetime, by: int | None, data: str) -> Happening:
    return Happening(id=id, kind=kind, at=at, by=by, data=json.loads(data))


@transaction.atomic
def absorb(*, happenings: Iterable[Happening]) -> None:
    """Merge what the events say into the facts, complete these, and sum the cells they touch again."""
    said = merged(statement for event in happenings for statement in statements(event))
    if not said:
        return
    touched: Ids = {fact: list(said.get(fact, ())) for fact in FACTS}
    before = _worked(touched["handling"])
    for fact, rows in said.items():
        _merge_in(FACTS[fact], rows)
    dirty, changed = _complete(touched)
    times = _times([*changed, *before, *_worked(touched["handling"])])
    for source, moments in dirty.items():
        rebuild(source=source, moments=moments)
    rebuild_times(times=times)


def literal(ids: Iterable[int]) -> str:
    """As PostgreSQL writes an array: to write a list of thousands number by number takes longer than to use it."""
    return "{" + ",".join(map(str, ids)) + "}"


def _merge_in(model: type[Fact], rows: Mapping[int, Mapping[str, Any]]) -> None:
    names = sorted({name for row in rows.values() for name in row})
    columns: list[Any] = [model._meta.get_field(name) for name in names]
    said = [f'"{column.column}"' for column in columns]
    best = {'"practice"': "GREATEST"}
    better = [f"{name} = {best.get(name, 'LEAST')}(f.{name}, EXCLUDED.{name})" for name in said]
    values: list[Any] = [literal(rows)] + [[row.get(name) for row in rows.values()] for name in names]
    arrays = ", ".join(["%s::bigint[]"] + [f"%s::{_type_of(column)}[]" for column in columns])
    defaults = {
        str(field.column): "false" if field.get_internal_type() == "BooleanField" else "0"
        for field in model._meta.concrete_fields
        if field.has_default() and field.name not in names
    }
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO {model._meta.db_table} AS f ({", ".join(["id", *said, *defaults])})
            SELECT u.*{"".join(f", {value}" for value in defaults.values())} FROM unnest({arrays}) u
            ON CONFLICT (id) DO UPDATE SET {", ".join(better)}
            """,
            values,
        )


def _type_of(column: Any) -> str:
    kind = column.get_internal_type()
    return _TYPES.get(kind, "text")


def _complete(touched: Ids) -> tuple[dict[str, Moments], list[Stretch]]:
    """Derive again whatever depends on the touched facts; the intervals, and the presence, that changed by it."""
    given = {fact: literal(ids) for fact, ids in touched.items()}
    scope: Literals = dict(given)
    with connection.cursor() as cursor:
        for fact in ("handling", "contact", "case", "issue", "advice", "flow"):
            scope[fact] = _found(cursor, scopes.SCOPE[fact], given)
        for fact in ("move", "clock", "passage"):
            scope[fact] = _found(cursor, scopes.SCOPE[fact], given | {"case": scope["case"]})
        cursor.execute(scopes.BESIDE, {"ids": given["handling"]})
        beside = [row[0] for row in cursor.fetchall()]
        changing = {source: [scope[source]] for source in SOURCES}
        changing["handling"].append(literal(beside))
        dirty = {source: _moments(cursor, source, changing[source]) for source in SOURCES}
        matters = same_matters(ids=scope["issue"])
        for fact, statement in derivations.OF.items():
            if scope[fact] != NONE:
                cursor.execute(statement, {"ids": scope[fact]})
        changed: list[Stretch] = []
        if touched["stretch"]:
            cursor.execute(derivations.STRETCHES, {"ids": given["stretch"]})
            changed = cursor.fetchall()
        share(ids=beside)
        dirty["issue"] |= restate(matters=matters | same_matters(ids=scope["issue"]))
        for source in SOURCES:
            dirty[source] |= _moments(cursor, source, changing[source])
    return dirty, changed


def _found(cursor: Any, statement: str, given: Literals) -> str:
    cursor.execute(statement, given)
    return literal(row[0] for row in cursor.fetchall())


def _moments(cursor: Any, source: str, ids: Iterable[str]) -> Moments:
    """The intervals that these facts count in now."""
    found: Moments = set()
    for some in ids:
        if some != NONE:
            cursor.execute(
                f"SELECT DISTINCT interval_at FROM {SOURCES[source].model._meta.db_table} "
                "WHERE id = ANY(%s) AND interval_at IS NOT NULL",
                [some],
            )
            found |= {at for (at,) in cursor.fetchall()}
    return found


def _worked(handlings: Sequence[int]) -> list[Stretch]:
    """Whose hands these segments fill, as is known now, and from when until when; an open one as long as one counts."""
    if not handlings:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT agent_id, started_at, COALESCE(wrapped_up_at, ended_at) FROM kpis_handling "
            "WHERE id = ANY(%s) AND agent_id IS NOT NULL AND started_at IS NOT NULL",
            [literal(handlings)],
        )
        return [(agent, at, min(over or at + LONGEST, at + LONGEST)) for agent, at, over in cursor.fetchall()]


def _times(stretches: Iterable[Stretch]) -> Times:
    """The agents and intervals in which presence or work changed; an open stretch is added when it is read."""
    times: Times = {}
    for agent, start, end in stretches:
        if end is not None:
            times.setdefault(agent, set()).update(intervals(start, end))
    return times

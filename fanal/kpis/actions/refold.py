"""Fold all events once more beside the stored figures, in tables that vanish, and say where the two differ."""

from collections.abc import Iterator

from django.db import connection

from fanal.kpis.actions.fold import BATCH, CURSOR, absorb, happening
from fanal.kpis.counters import FACTS
from fanal.kpis.models import Cell, QueueStay
from fanal.kpis.rules import Happening
from fanal.running.verify import Invariant

TABLES = [*(model._meta.db_table for model in FACTS.values()), Cell._meta.db_table]
SHOWN = "source, grain, at, queue_id, channel, agent_id, type_id, tier_id, escalation_id, rule_id"


def refold() -> str:
    """Fold again, and return the query that finds the cells that differ.

    Temporary tables of the same names stand before the stored ones for the rest of the transaction, so that the
    very same program fills them. Only the target time T of each stay is taken over: it is that of its day.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT relnamespace::regnamespace FROM pg_class WHERE oid = 'kpis_cell'::regclass")
        schema = cursor.fetchone()[0]
        for table in TABLES:
            cursor.execute(f"CREATE TEMP TABLE {table} (LIKE {schema}.{table} INCLUDING ALL) ON COMMIT DROP")
        stays = QueueStay._meta.db_table
        cursor.execute(
            f"INSERT INTO {stays} (id, within_ms, practice) SELECT id, within_ms, false FROM {schema}.{stays}"
        )
    for number, happenings in enumerate(_folded(), 1):
        absorb(happenings=happenings)
        if number & (number - 1) == 0:
            with connection.cursor() as cursor:
                cursor.execute(f"ANALYZE {', '.join(TABLES)}")
    return _differences(schema)


def _folded() -> Iterator[list[Happening]]:
    """The events that the stored figures are made of, in the same order, so many at a time."""
    xid, event = "0", 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT e.xid::text, e.id, e.kind, e.at, e.by, e.data::text FROM events_event e
                JOIN kpis_cursor c ON c.name = %s AND (e.xid, e.id) <= (c.xid, c.event)
                WHERE (e.xid, e.id) > (%s::xid8, %s) ORDER BY e.xid, e.id LIMIT %s
                """,
                [CURSOR, xid, event, BATCH],
            )
            found = cursor.fetchall()
        if not found:
            return
        xid, event = found[-1][:2]
        yield [happening(*row[1:]) for row in found]


def _differences(schema: str) -> str:
    columns = ", ".join(str(field.column) for field in Cell._meta.concrete_fields if field.name != "id")
    stored, again = f"SELECT {columns} FROM {schema}.kpis_cell", f"SELECT {columns} FROM pg_temp.kpis_cell"
    return f"""
        SELECT 'stored' AS found, {SHOWN} FROM ({stored} EXCEPT ALL {again}) AS gone
        UNION ALL SELECT 'folded again' AS found, {SHOWN} FROM ({again} EXCEPT ALL {stored}) AS new
    """


FOLLOWS = Invariant(
    name="figures_follow_from_events",
    sentence="Folding all events again gives the stored figures, cell by cell.",
    prepare=refold,
)

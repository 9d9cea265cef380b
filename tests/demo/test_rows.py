"""Rows that are copied in by thousands are checked and remembered like any others."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from fanal.demo.generating.rows import Table, unwatched
from fanal.events.models import Event
from fanal.interactions.models import Interaction, Note

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 18, 15, 30, tzinfo=UTC)


def promises() -> list[tuple[str, str, str]]:
    """Every constraint of the database, and every trigger with whether it is at work."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, conname::text, pg_get_constraintdef(oid) FROM pg_constraint "
            "UNION ALL SELECT tgrelid::regclass::text, tgname::text, tgenabled::text FROM pg_trigger "
            "WHERE NOT tgisinternal ORDER BY 1, 2"
        )
        return list(cursor.fetchall())


def test_what_rests_while_rows_are_copied_in_is_at_work_again() -> None:
    before = promises()
    with unwatched([Table(Interaction, "channel"), Table(Note, "interaction"), Table(Event, "kind")]):
        assert promises() != before
    assert promises() == before


def test_a_copied_row_that_refers_to_nobody_is_refused() -> None:
    notes = Table(Note, "interaction", "text", "by", "at")
    notes.lock()
    notes.add(4711, "Rang twice.", 12, NOW)
    with pytest.raises(IntegrityError, match="not present in table"), transaction.atomic(), unwatched([notes]):
        assert notes.write() == 1

"""Reading through merges: the rows of merged customers stay where they are, and belong to the survivor."""

from collections.abc import Iterable

from django.db import connection

from fanal.running.connections import prepared_cursor


def survivors_of(ids: Iterable[int]) -> dict[int, int]:
    """Each id with the customer who stands for it now: itself unless it was merged, over any number of merges."""
    wanted = list(set(ids))
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE way AS (
                SELECT id AS start, id, survivor_id FROM customers_customer WHERE id = ANY(%s::bigint[])
                UNION ALL
                SELECT way.start, c.id, c.survivor_id FROM way JOIN customers_customer c ON c.id = way.survivor_id
            )
            SELECT start, id FROM way WHERE survivor_id IS NULL
            """,
            [wanted],
        )
        return dict(cursor.fetchall())


def family_of(customer_id: int) -> list[int]:
    """The survivor's id and the ids of everybody merged into them: whose rows are theirs."""
    with prepared_cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE way AS (
                SELECT id, survivor_id FROM customers_customer WHERE id = %(id)s
                UNION ALL
                SELECT c.id, c.survivor_id FROM way JOIN customers_customer c ON c.id = way.survivor_id
            ), family AS (
                SELECT COALESCE((SELECT id FROM way WHERE survivor_id IS NULL), %(id)s::bigint) AS id
                UNION ALL
                SELECT c.id FROM family JOIN customers_customer c ON c.survivor_id = family.id
            )
            SELECT id FROM family
            """,
            {"id": customer_id},
        )
        return [row[0] for row in cursor.fetchall()]

"""Say of each matter whether the same person came back about it: earlier days are restated by later contacts."""

from datetime import datetime

from django.db import connection

from fanal.kpis import derivations

Matters = set[tuple[int, str]]


def same_matters(*, ids: str) -> Matters:
    """The persons and subjects of these matters, whose ids come as PostgreSQL writes an array."""
    with connection.cursor() as cursor:
        cursor.execute(derivations.SAME, {"ids": ids})
        return set(cursor.fetchall())


def restate(*, matters: Matters) -> set[datetime]:
    """Look again for further contacts about each of these; the intervals whose figures changed by it."""
    if not matters:
        return set()
    ordered = sorted(matters)
    with connection.cursor() as cursor:
        cursor.execute(
            derivations.AGAIN,
            {"people": [person for person, _ in ordered], "subjects": [subject for _, subject in ordered]},
        )
        return {at for (at,) in cursor.fetchall() if at}

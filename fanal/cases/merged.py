"""Cases that became one: which case a merged one is read on in, and what was merged into a case."""

from collections.abc import Iterable

from django.db import connection

from fanal.cases.models import Case

_BELOW = """
    WITH RECURSIVE part AS (
        SELECT id FROM cases_case WHERE merged_into_id = %s
        UNION SELECT c.id FROM cases_case c JOIN part ON c.merged_into_id = part.id
    ) SELECT id FROM part ORDER BY id
"""
_ABOVE = """
    WITH RECURSIVE way (start, id, next) AS (
        SELECT id, id, merged_into_id FROM cases_case WHERE id = ANY(%s) AND merged_into_id IS NOT NULL
        UNION SELECT way.start, c.id, c.merged_into_id FROM cases_case c JOIN way ON c.id = way.next
    ) SELECT start, id FROM way WHERE next IS NULL
"""


_CHAIN = """
    WITH RECURSIVE way (id, next, place) AS (
        SELECT id, merged_into_id, 0 FROM cases_case WHERE id = %s
        UNION SELECT c.id, c.merged_into_id, way.place + 1 FROM cases_case c JOIN way ON c.id = way.next
    ) SELECT id FROM way ORDER BY place
"""


def parts_of(case: Case) -> list[int]:
    """The cases that were merged into it, and into those."""
    with connection.cursor() as cursor:
        cursor.execute(_BELOW, [case.pk])
        return [pk for (pk,) in cursor.fetchall()]


def ends_of(cases: Iterable[int]) -> dict[int, int]:
    """For those that were merged: the case in which each is read on, however long the chain."""
    with connection.cursor() as cursor:
        cursor.execute(_ABOVE, [list(cases)])
        return dict(cursor.fetchall())


def end_of(case: Case) -> Case:
    """The case itself, or the one in which it is read on."""
    if case.merged_into_id is None:
        return case
    return Case.objects.get(pk=ends_of([case.pk])[case.pk])


def chain_of(case: int) -> list[int]:
    """The case itself, what it was merged into, what that was, and so on to the one in which all are read on."""
    with connection.cursor() as cursor:
        cursor.execute(_CHAIN, [case])
        return [pk for (pk,) in cursor.fetchall()]

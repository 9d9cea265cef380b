"""The categories as a tree: what is part of one, and the way to each, as people read it."""

from collections.abc import Mapping

from django.db import connection

from fanal.cases.models import Category

_BELOW = """
    WITH RECURSIVE part AS (
        SELECT id FROM cases_category WHERE id = %s
        UNION SELECT c.id FROM cases_category c JOIN part ON c.parent_id = part.id
    ) SELECT id FROM part ORDER BY id
"""


def with_parts(category: int) -> list[int]:
    """The category and all that is part of it, however deep."""
    with connection.cursor() as cursor:
        cursor.execute(_BELOW, [category])
        return [pk for (pk,) in cursor.fetchall()]


def ways() -> dict[int, str]:
    """Each category with what it is part of before it, in the order of the tree."""
    rows = {pk: (name, parent) for pk, name, parent in Category.objects.values_list("pk", "name", "parent")}
    found = {pk: _way(pk, rows) for pk in rows}
    return dict(sorted(found.items(), key=lambda pair: pair[1].casefold()))


def _way(pk: int, rows: Mapping[int, tuple[str, int | None]]) -> str:
    names: list[str] = []
    above: int | None = pk
    while above is not None and above in rows and len(names) < len(rows):
        name, above = rows[above]
        names.insert(0, name)
    return " › ".join(names)

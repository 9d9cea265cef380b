"""Under which words and products a case is found when others are like it."""

from django.db import connection, transaction

from fanal.cases.alike import matter_of, traits_of
from fanal.cases.models import Case, CaseState
from fanal.running.connections import prepared_cursor

_FILE = """
    INSERT INTO cases_casetrait (case_id, trait, opened_at)
    SELECT %s, trait, %s FROM unnest(%s::text[]) trait ON CONFLICT DO NOTHING
"""


def file(case: Case, *, anew: bool = False) -> None:
    """Within the caller's transaction; `anew` when the subject has changed."""
    if anew:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM cases_casetrait WHERE case_id = %s", [case.pk])
    with prepared_cursor() as cursor:
        cursor.execute(_FILE, [case.pk, case.opened_at, traits_of(matter_of(case))])


@transaction.atomic
def file_open() -> int:
    """File what was loaded past `open_case` and is open; how many. Returns at once where all of it is filed."""
    rows = Case.objects.exclude(state=CaseState.SETTLED).filter(traits=None).select_related("holding").order_by("pk")
    found = list(rows)
    for case in found:
        file(case)
    return len(found)

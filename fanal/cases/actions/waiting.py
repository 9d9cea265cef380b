"""A case waits for another one, and hears when that is settled."""

from datetime import datetime

from django.db import connection, transaction

from fanal.agents.models import Agent
from fanal.cases import rules
from fanal.cases.actions.following import tell_followers
from fanal.cases.actions.telling import all_locked, audience_of, tell
from fanal.cases.merged import parts_of
from fanal.cases.models import Case, CaseDependency, CaseState
from fanal.cases.rules.waiting import Side, may_wait

LOCK = 0x77616974
"""Two who tie cases crosswise at once could close a circle that neither sees, so one ties after the other."""
_FURTHER = """
    WITH RECURSIVE further AS (
        SELECT on_id FROM cases_casedependency WHERE case_id = %s AND ended_at IS NULL
        UNION SELECT d.on_id FROM cases_casedependency d JOIN further ON d.case_id = further.on_id
        WHERE d.ended_at IS NULL
    ) SELECT on_id FROM further
"""
_BEHIND = """
    WITH RECURSIVE behind AS (
        SELECT case_id FROM cases_casedependency WHERE on_id = %s AND ended_at IS NULL
        UNION SELECT d.case_id FROM cases_casedependency d JOIN behind ON d.on_id = behind.case_id
        WHERE d.ended_at IS NULL
    ) SELECT case_id FROM behind
"""


@transaction.atomic
def wait_for(*, case: Case, on: Case, now: datetime, by: Agent) -> bool:
    """The case waits until the other is settled; False when it does already. Raises NotPossible."""
    one_after_the_other()
    held = all_locked(case, on)
    case, on = held[case.pk], held[on.pk]
    for one in (case, on):
        rules.check_stands(one)
    known = CaseDependency.objects.filter(case=case, on=on, ended_at=None).exists()
    if not may_wait(_side(case), _side(on), waits_already=known, on_waits_for=further(on.pk)):
        return False
    CaseDependency.objects.create(case=case, on=on, by=by, at=now)
    Case.objects.filter(pk=case.pk).update(updated_at=now)
    tell(case, "case.waits", by=by, now=now, data={"on": on.pk}, also=audience_of(on))
    tell(on, "case.changed", by=by, now=now, data={"awaited_by": case.pk})
    return True


@transaction.atomic
def wait_no_longer(*, case: Case, on: Case, now: datetime, by: Agent) -> bool:
    """It does not wait for the other after all."""
    held = all_locked(case, on)
    case, on = held[case.pk], held[on.pk]
    if not CaseDependency.objects.filter(case=case, on=on, ended_at=None).update(ended_at=now, ended_by=by):
        return False
    Case.objects.filter(pk=case.pk).update(updated_at=now)
    tell(case, "case.waits_no_longer", by=by, now=now, data={"on": on.pk}, also=audience_of(on))
    return True


def settled_for_others(on: Case, *, now: datetime, by: Agent | None) -> None:
    """Within the transaction that settles a case: whoever waited for it hears of it, and waits no longer.

    Whoever waited for a case that became part of it waited for it.
    """
    waiting = (
        CaseDependency.objects.filter(on__in=[on.pk, *parts_of(on)], ended_at=None)
        .select_related("case")
        .order_by("case")
    )
    for one in waiting:
        tell(one.case, "case.waits_no_longer", by=by, now=now, data={"on": on.pk, "settled": True})
        tell_followers(one.case, "waits_no_longer", by=by, now=now)
    waiting.update(ended_at=now, ended_by=by)


def one_after_the_other() -> None:
    """Until the transaction ends nobody else ties cases together; before any case is locked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def further(case: int) -> set[int]:
    """Everything that the case waits for, and what that waits for, and so on."""
    return _reached(_FURTHER, case)


def behind(case: int) -> set[int]:
    """Everything that waits for the case, and what waits for that, and so on."""
    return _reached(_BEHIND, case)


def _reached(statement: str, case: int) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [case])
        return {pk for (pk,) in cursor.fetchall()}


def _side(case: Case) -> Side:
    return Side(id=case.pk, practice=case.practice, settled=case.state == CaseState.SETTLED)

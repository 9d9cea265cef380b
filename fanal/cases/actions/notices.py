"""What is told to one person: it stands in their list on the desk until they open it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import connection, transaction

from fanal.agents.models import Agent
from fanal.cases.models import Case, Notice
from fanal.events.actions import publish

_TELL = """
    INSERT INTO cases_notice (agent_id, kind, case_id, by_id, at)
    SELECT agent, %s, %s, %s, %s FROM unnest(%s::bigint[]) agent
    ON CONFLICT (agent_id, case_id, kind) WHERE read_at IS NULL DO UPDATE SET at = EXCLUDED.at, by_id = EXCLUDED.by_id
"""
_AGAIN = """
    WITH last AS (
        SELECT DISTINCT ON (agent_id) id, read_at, at FROM cases_notice
        WHERE case_id = %s AND kind = %s AND agent_id = ANY(%s) ORDER BY agent_id, at DESC, id DESC
    )
    UPDATE cases_notice n SET at = GREATEST(n.at, %s), read_at = NULL FROM last
    WHERE n.id = last.id AND (last.read_at IS NULL OR last.at >= %s)
    RETURNING n.agent_id, last.read_at IS NULL
"""


@transaction.atomic
def tell(
    *,
    agents: Iterable[Agent | int],
    kind: str,
    case: Case,
    by: Agent | None,
    now: datetime,
    burst: timedelta | None = None,
) -> list[int]:
    """Put a notice into the lists of these people; the ids of those who were told.

    Whoever did it is not told of it, nor is anybody who may not see the case. `kind` is a code whose sentence stands in
    `desk/notices/words.py`; the same kind about the same case is told once until it is read.
    `burst`: what follows within so long is the same notice, unread again where it had been read; what is unread anyway
    is no news.
    """
    asked = {one if isinstance(one, int) else one.pk for one in agents} - {by.pk if by else None}
    told = sorted(agent.pk for agent in who_see(case, asked))
    if told and burst is not None:
        again = _again(case, kind, told, at=now, since=now - burst)
        told = [pk for pk in told if not again.get(pk)]
        fresh = [pk for pk in told if pk not in again]
    else:
        fresh = told
    if fresh:
        with connection.cursor() as cursor:
            cursor.execute(_TELL, [kind, case.pk, by.pk if by else None, now, fresh])
    if told:
        data = {"what": kind, "about": case.pk} | ({"practice": True} if case.practice else {})
        publish(kind="notice.made", data=data, audience=[f"agent:{pk}" for pk in told], now=now)
    return told


def _again(case: Case, kind: str, agents: list[int], *, at: datetime, since: datetime) -> dict[int, bool]:
    """Those whose last notice of the kind it is once more, and whether that was unread still."""
    with connection.cursor() as cursor:
        cursor.execute(_AGAIN, [case.pk, kind, agents, at, since])
        return dict(cursor.fetchall())


@transaction.atomic
def read(*, agent: Agent, case: Case | None = None, now: datetime) -> int:
    """Somebody has opened the case (or put all of their list away): what they were told of it is read."""
    rows = Notice.objects.filter(agent=agent, read_at=None)
    if case is not None:
        rows = rows.filter(case=case)
    number = rows.update(read_at=now)
    if number:
        publish(kind="notice.read", data={}, audience=[f"agent:{agent.pk}"], now=now, by=agent.pk)
    return number


def who_see(case: Case, agents: Iterable[int]) -> list[Agent]:
    """Those of them who work here and may see the case."""
    asked = list(agents)
    if not asked:
        return []
    people = Agent.objects.filter(pk__in=asked, is_active=True).select_related("role").order_by("pk")
    return [agent for agent in people if Case.objects.visible_to(agent).filter(pk=case.pk).exists()]

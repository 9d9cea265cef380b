"""An agent's load: the matcher's cache, changed in the transaction of whatever changes it."""

from collections.abc import Collection
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Case, F, Q, When

from fanal.routing.actions.telling import wake
from fanal.routing.models import AgentLoad
from fanal.routing.statements import CHANGE_LOAD


@transaction.atomic
def note_phones(*, agents: Collection[int], now: datetime) -> int:
    """The exchange can ring these people and no others; calls are offered accordingly. For how many it is new."""
    has_phone = Q(agent__in=agents)
    rows = AgentLoad.objects.filter(Q(no_phone=True) & has_phone | Q(no_phone=False) & ~has_phone)
    keys = list(rows.order_by("agent").select_for_update(of=("self",)).values_list("agent", flat=True))
    changed = AgentLoad.objects.filter(agent__in=keys).update(
        no_phone=Case(When(agent__in=agents, then=False), default=True),
        look_at=Case(When(available=True, then=now), default=None),
        version=F("version") + 1,
    )
    if changed:
        wake()
    return changed


def change(agent: int, *, channel: str = "", by: int = 0, ringing: int = 0, idle: bool = False, now: datetime) -> None:
    """Add to (or take from) the open work of a channel and the ringing offers; a matcher looks at the agent again.

    `idle` starts the time since which the agent is available anew.
    """
    values: dict[str, str | int | bool | datetime] = {
        "agent": agent,
        "channel": channel,
        "by": by,
        "ringing": ringing,
        "idle": idle,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(CHANGE_LOAD, values)
        if not cursor.rowcount:
            AgentLoad.objects.get_or_create(agent_id=agent)
            cursor.execute(CHANGE_LOAD, values)
    wake()

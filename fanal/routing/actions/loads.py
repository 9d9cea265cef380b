"""An agent's load: the matcher's cache, changed in the transaction of whatever changes it."""

from datetime import datetime

from django.db import connection

from fanal.routing.actions.telling import wake
from fanal.routing.models import AgentLoad
from fanal.routing.statements import CHANGE_LOAD


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

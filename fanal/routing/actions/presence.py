"""Who is there: presence as the agent, the clock or a supervisor sets it."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from fanal.agents.models import Agent, AgentState, BreakReason, Presence
from fanal.events.actions import publish
from fanal.routing.actions.handing_on import hand_back
from fanal.routing.actions.telling import wake
from fanal.routing.models import AgentLoad, EntryState, QueueEntry

# A browser that is there is heard of several times in this time.
UNREACHABLE_AFTER = timedelta(seconds=45)


@transaction.atomic
def set_presence(
    *, agent: Agent, state: str, reason: BreakReason | None = None, by: Agent | None, now: datetime
) -> AgentState:
    """The agent is now available, on a break, away …; the same state again changes nothing.

    What they are doing stays with them; nothing new is offered unless they are available.
    """
    load, _ = AgentLoad.objects.select_for_update(of=("self",)).get_or_create(agent=agent)
    present = AgentState.objects.select_for_update(of=("self",)).filter(agent=agent, ended_at=None).first()
    if present and present.state == state and present.reason_id == (reason.pk if reason else None):
        return present
    if present:
        now = max(now, present.started_at)
        present.ended_at = now
        present.save(update_fields=["ended_at"])
    fresh = AgentState.objects.create(agent=agent, state=state, reason=reason, started_at=now, by=by)
    load.available = state == Presence.AVAILABLE
    load.idle_since = now if load.available else None
    load.look_at = now if load.available else None
    load.version += 1
    load.save(update_fields=["available", "idle_since", "look_at", "version"])
    if not load.available:
        _keep_nothing_for(agent, now)
    publish(
        kind="agent.state_changed",
        data={"agent": agent.pk, "state": str(state), "reason": reason.code if reason else ""}
        | ({"practice": True} if agent.practising else {}),
        audience=[f"agent:{agent.pk}", "supervision", *queues_of(agent)],
        now=now,
        by=by.pk if by else None,
    )
    wake()
    return fresh


def sign_out(*, agent: Agent, by: Agent | None, now: datetime) -> None:
    """The agent goes: ringing offers and talks go back to the front of their queues, wrap-ups end. Nothing is lost."""
    with transaction.atomic():
        set_presence(agent=agent, state=Presence.OFFLINE, by=by, now=now)
        hand_back(agent=agent, reason="signed_out", by=by, now=now)
        AgentLoad.objects.filter(agent=agent).update(seen_at=None)


def queues_of(agent: Agent) -> list[str]:
    """The audience keys of the queues whose managers care about this agent: those where they have open work."""
    open_entries = QueueEntry.objects.filter(offers__agent=agent, offers__state="open")
    return [f"queue:{queue}" for queue in open_entries.values_list("queue_id", flat=True).distinct()]


def _keep_nothing_for(agent: Agent, now: datetime) -> None:
    """Entries that were kept for an agent who is not there any more are everybody's."""
    QueueEntry.objects.filter(state=EntryState.WAITING, preferred_agent=agent, preferred_until__gt=now).update(
        preferred_until=now, look_at=now, version=F("version") + 1
    )

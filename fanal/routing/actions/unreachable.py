"""An agent's browser falls silent: they are unreachable; after the queue's grace their talks go back to the front."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils.translation import gettext as _

from fanal.agents.models import Agent, AgentState, Presence
from fanal.interactions.models import Interaction, Leg, Segment, SegmentKind
from fanal.routing.actions.finishing import complete_wrap_up, queue_of
from fanal.routing.actions.handing_on import give_back
from fanal.routing.actions.presence import UNREACHABLE_AFTER, set_presence
from fanal.routing.actions.telling import say
from fanal.routing.models import AgentLoad, EntryState, QueueEntry
from fanal.routing.rules import CAME_BACK

HEARD_OF_EVERY = timedelta(seconds=10)
RETURN_AFTER_SECONDS = 60
KEPT_AFTER_RETURN = timedelta(seconds=60)
AT_ONCE = 200


def heartbeat(*, agent: Agent, now: datetime) -> None:
    """The agent's browser is there. Whoever was only unreachable is available again."""
    load = AgentLoad.objects.filter(agent=agent).first()
    if load and load.seen_at and now - load.seen_at < HEARD_OF_EVERY:
        return
    AgentLoad.objects.update_or_create(agent=agent, defaults={"seen_at": now})
    _welcome_back(agent, now)


def lose_unreachable(*, now: datetime) -> int:
    """Whoever is available but whose browser has been silent for too long is unreachable. Returns how many."""
    due = AgentLoad.objects.filter(available=True, seen_at__lte=now - UNREACHABLE_AFTER)
    silent = list(due.select_related("agent")[:AT_ONCE])
    for load in silent:
        set_presence(agent=load.agent, state=Presence.UNREACHABLE, by=None, now=now)
    return len(silent)


def return_talks(*, listening_since: datetime | None = None, now: datetime) -> int:
    """Running talks of agents who are gone for longer than the queue's grace go back to its front. Returns how many.

    Nobody is gone for longer than we have been listening: after a restart of ours every browser gets its grace anew.
    """
    silent = AgentLoad.objects.filter(seen_at__lte=now - UNREACHABLE_AFTER)
    rows = Segment.objects.filter(kind=SegmentKind.AGENT, ended_at=None, agent__in=silent.values("agent"))
    on_the_phone = Leg.objects.filter(
        interaction=OuterRef("interaction"), agent=OuterRef("agent"), answered_at__isnull=False, ended_at=None
    )
    rows = rows.exclude(Exists(on_the_phone))  # they talk: whatever became of their browser
    talks = list(rows.select_related("interaction")[:AT_ONCE])
    return sum(
        _return(segment.pk, listening_since, now) for segment in talks if _is_gone(segment, listening_since, now)
    )


def _welcome_back(agent: Agent, now: datetime) -> None:
    """As they were before, a break included; their own talks that still wait are theirs first."""
    if not AgentState.objects.filter(agent=agent, ended_at=None, state=Presence.UNREACHABLE).exists():
        return
    with transaction.atomic():
        before = AgentState.objects.filter(agent=agent, ended_at__isnull=False).order_by("-started_at", "-id").first()
        if before and before.state == Presence.BREAK:
            set_presence(agent=agent, state=Presence.BREAK, reason=before.reason, by=None, now=now)
            return
        set_presence(agent=agent, state=Presence.AVAILABLE, by=None, now=now)
        mine = QueueEntry.objects.filter(state=EntryState.WAITING, preferred_agent=agent, preferred_why=CAME_BACK)
        mine.update(preferred_until=now + KEPT_AFTER_RETURN, look_at=now, version=F("version") + 1)


def _is_gone(segment: Segment, listening_since: datetime | None, now: datetime) -> bool:
    queue = queue_of(segment)
    grace = queue.return_after_seconds if queue else RETURN_AFTER_SECONDS
    load = AgentLoad.objects.filter(agent=segment.agent_id).first()
    if not grace or load is None or load.seen_at is None:
        return False
    heard = max(load.seen_at, listening_since) if listening_since else load.seen_at
    return now - heard >= timedelta(seconds=grace)


@transaction.atomic
def _return(segment_id: int, listening_since: datetime | None, now: datetime) -> bool:
    found = Segment.objects.only("interaction_id").get(pk=segment_id)
    interaction = Interaction.objects.select_for_update(of=("self",)).get(pk=found.interaction_id)
    segment = Segment.objects.select_related("interaction", "agent").get(pk=segment_id)
    agent = segment.agent
    if agent is None or segment.ended_at or not _is_gone(segment, listening_since, now):
        return False
    give_back(segment, reason="unreachable", prefer=agent, by=None, now=now)
    complete_wrap_up(segment_id=segment.pk, by=None, now=now)
    if not AgentState.objects.filter(agent=agent, ended_at=None, state=Presence.OFFLINE).exists():
        set_presence(agent=agent, state=Presence.UNREACHABLE, by=None, now=now)
    say(interaction, _cut_off, f"cut-{segment.pk}", now=now)
    return True


def _cut_off() -> str:
    return _("The connection to your agent was cut. You are first in the queue, and what you wrote is kept.")

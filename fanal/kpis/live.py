"""How it stands at this moment: read from the tables themselves, in a few indexed queries."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Min

from fanal.agents.models import Agent, AgentSkill, AgentState, Presence
from fanal.interactions.models import Segment, SegmentKind
from fanal.kpis.actions.figures import Sight
from fanal.routing.models import EntryState, Offer, OfferState, Queue, QueueEntry, QueueSkill

BUSY = "busy"
IN_A_STATE = (Presence.AVAILABLE, BUSY, Presence.BREAK, Presence.NOT_ANSWERING, Presence.UNREACHABLE)


@dataclass(frozen=True, kw_only=True)
class Work:
    """One thing an agent has in hand."""

    interaction: int
    since: datetime
    wrapping_up: bool
    channel: str


@dataclass(frozen=True, kw_only=True)
class AgentNow:
    """An agent who is signed in: state, since when, and what they are doing."""

    agent: Agent
    state: str
    reason: str
    since: datetime
    work: tuple[Work, ...]
    ringing: int

    @property
    def busy(self) -> bool:
        return bool(self.work or self.ringing)

    @property
    def shown(self) -> str:
        """Available with something in hand is busy."""
        return BUSY if self.busy and self.state == Presence.AVAILABLE else self.state


@dataclass(frozen=True, kw_only=True)
class QueueNow:
    """A queue: who waits, since when the longest, and the agents who could answer, by state."""

    queue: Queue
    waiting: int
    longest_since: datetime | None
    agents: Counter[str] = field(default_factory=Counter)

    def late(self, now: datetime) -> bool:
        """The longest wait is over the queue's target time."""
        since = self.longest_since
        return bool(since) and (now - since).total_seconds() > self.queue.answer_within_seconds  # type: ignore[operator]


def queues(*, seen: Sight, agents: Iterable[AgentNow]) -> list[QueueNow]:
    """The active queues in sight, by name."""
    rows = Queue.objects.filter(active=True, practice=False).order_by("name")
    if seen.queues is not None:
        rows = rows.filter(pk__in=seen.queues)
    found = list(rows)
    waiting = _waiting([queue.pk for queue in found])
    states = _states_by_queue([queue.pk for queue in found], list(agents))
    return [
        QueueNow(
            queue=queue,
            waiting=waiting.get(queue.pk, (0, None))[0],
            longest_since=waiting.get(queue.pk, (0, None))[1],
            agents=states[queue.pk],
        )
        for queue in found
    ]


def _waiting(queues: list[int]) -> dict[int, tuple[int, datetime | None]]:
    """Number and oldest of what waits or rings; two partial indexes rather than one scan."""
    still = QueueEntry.objects.filter(queue__in=queues, state=EntryState.WAITING)
    ringing = QueueEntry.objects.filter(queue__in=queues, state=EntryState.OFFERED, offers__state=OfferState.OPEN)
    found: dict[int, tuple[int, datetime | None]] = {}
    for rows in (still, ringing):
        for queue, number, oldest in rows.order_by().values_list("queue").annotate(Count("pk"), Min("entered_at")):
            before, since = found.get(queue, (0, None))
            found[queue] = (before + number, min(since, oldest) if since else oldest)
    return found


def _states_by_queue(queues: list[int], agents: list[AgentNow]) -> dict[int, Counter[str]]:
    """An agent counts for every queue whose skills they all have."""
    wanted: dict[int, set[int]] = {queue: set() for queue in queues}
    for queue, skill in QueueSkill.objects.filter(queue__in=queues).values_list("queue", "skill"):
        wanted[queue].add(skill)
    skills: dict[int, set[int]] = defaultdict(set)
    people = AgentSkill.objects.filter(agent__in=[one.agent.pk for one in agents])
    for agent, skill in people.values_list("agent", "skill"):
        skills[agent].add(skill)
    return {
        queue: Counter(one.shown for one in agents if needed <= skills[one.agent.pk])
        for queue, needed in wanted.items()
    }


def agents(*, seen: Sight) -> list[AgentNow]:
    """Who is signed in, by name, as far as in sight; people who practise are left out."""
    rows = AgentState.objects.filter(ended_at=None, agent__is_active=True, agent__practising=False)
    rows = rows.exclude(state=Presence.OFFLINE).select_related("agent", "agent__team", "reason").order_by("agent__name")
    if seen.agents is not None:
        rows = rows.filter(agent__in=seen.agents)
    found = list(rows)
    ids = [row.agent_id for row in found]
    work = _work(ids)
    open_offers = Offer.objects.filter(agent__in=ids, state=OfferState.OPEN)
    ringing = dict(open_offers.order_by().values_list("agent").annotate(Count("pk")))
    return [
        AgentNow(
            agent=row.agent,
            state=row.state,
            reason=row.reason.name if row.reason else "",
            since=row.started_at,
            work=tuple(work[row.agent_id]),
            ringing=ringing.get(row.agent_id, 0),
        )
        for row in found
    ]


def _work(agents: list[int]) -> dict[int, list[Work]]:
    rows = Segment.objects.filter(kind=SegmentKind.AGENT, agent__in=agents, wrapped_up_at=None)
    found: dict[int, list[Work]] = defaultdict(list)
    columns = ("agent", "interaction", "started_at", "ended_at", "interaction__channel")
    for agent, interaction, started, ended, channel in rows.order_by("started_at").values_list(*columns):
        work = Work(interaction=interaction, since=ended or started, wrapping_up=bool(ended), channel=channel)
        found[agent].append(work)
    return found

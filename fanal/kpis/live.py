"""How it stands at this moment: read from the tables themselves, in a few indexed queries."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection
from django.db.models import Count

from fanal.agents.models import Agent, AgentState, Presence
from fanal.interactions.models import SUPERVISES, Participation, Segment, SegmentKind
from fanal.kpis.actions.figures import Sight
from fanal.routing.models import Offer, OfferState

BUSY = "busy"


@dataclass(frozen=True, kw_only=True)
class Work:
    """One thing an agent has in hand."""

    interaction: int
    since: datetime
    wrapping_up: bool
    channel: str
    watched: tuple[str, ...] = ()
    """Who supervises in it, by name."""


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
        return shown(self.state, self.busy)


@dataclass(frozen=True, kw_only=True)
class QueueNow:
    """A queue: who waits, since when the longest, and the agents who could answer, by state."""

    pk: int
    name: str
    answer_within_seconds: int
    waiting: int
    longest_since: datetime | None
    active: bool = True
    agents: Counter[str] = field(default_factory=Counter)

    def late(self, now: datetime) -> bool:
        """The longest wait is over the queue's target time."""
        since = self.longest_since
        return since is not None and (now - since).total_seconds() > self.answer_within_seconds


@dataclass(frozen=True, kw_only=True)
class Standing:
    """All queues in sight as they stand, and the agents in sight who are signed in, by state."""

    queues: list[QueueNow]
    agents: Counter[str]


# Who is signed in, whether something is in hand, and their skills.
_PEOPLE = """
SELECT s.state,
    EXISTS (SELECT 1 FROM routing_offer o WHERE o.agent_id = s.agent_id AND o.state = 'open')
    OR EXISTS (SELECT 1 FROM interactions_segment t
        WHERE t.agent_id = s.agent_id AND t.kind = 'agent' AND t.wrapped_up_at IS NULL),
    ARRAY(SELECT k.skill_id FROM agents_agentskill k WHERE k.agent_id = s.agent_id)
FROM agents_agentstate s JOIN agents_agent a ON a.id = s.agent_id
WHERE s.ended_at IS NULL AND s.state <> 'offline' AND a.is_active AND NOT a.practising
    AND (%(agents)s::bigint[] IS NULL OR s.agent_id = ANY(%(agents)s))
"""
# What waits or rings, by two partial indexes rather than one scan.
_QUEUES = """
SELECT q.id, q.name, q.answer_within_seconds,
    ARRAY(SELECT k.skill_id FROM routing_queueskill k WHERE k.queue_id = q.id), COALESCE(w.number, 0), w.oldest,
    q.active
FROM routing_queue q LEFT JOIN (
    SELECT queue_id, count(*) AS number, min(entered_at) AS oldest FROM (
        SELECT queue_id, entered_at FROM routing_queueentry WHERE state = 'waiting'
        UNION ALL SELECT e.queue_id, e.entered_at FROM routing_offer o JOIN routing_queueentry e ON e.id = o.entry_id
        WHERE o.state = 'open' AND e.state = 'offered'
    ) entry GROUP BY queue_id
) w ON w.queue_id = q.id
WHERE (q.active OR w.number > 0) AND NOT q.practice AND (%(queues)s::bigint[] IS NULL OR q.id = ANY(%(queues)s))
ORDER BY q.name
"""


def standing(*, seen: Sight) -> Standing:
    """The active queues in sight, and those switched off in which somebody still waits, by name.

    An agent counts for every queue whose skills they all have.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, {"agents": None if seen.agents is None else list(seen.agents)})
        people = [(shown(state, busy), frozenset(skills)) for state, busy, skills in cursor.fetchall()]
        cursor.execute(_QUEUES, {"queues": None if seen.queues is None else list(seen.queues)})
        found = cursor.fetchall()
    alike = Counter(people)
    return Standing(
        queues=[
            QueueNow(
                pk=pk,
                name=name,
                answer_within_seconds=target,
                waiting=waiting,
                longest_since=oldest,
                active=active,
                agents=_who_could(frozenset(skills), alike),
            )
            for pk, name, target, skills, waiting, oldest, active in found
        ],
        agents=Counter(state for state, _skills in people),
    )


def _who_could(needed: frozenset[int], people: Counter[tuple[str, frozenset[int]]]) -> Counter[str]:
    states: Counter[str] = Counter()
    for (state, skills), number in people.items():
        if needed <= skills:
            states[state] += number
    return states


def shown(state: str, busy: bool) -> str:
    """Available with something in hand is busy."""
    return BUSY if busy and state == Presence.AVAILABLE else state


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


def _watched(agents: list[int]) -> dict[int, tuple[str, ...]]:
    """By contact who supervises in it, in the talks of these agents."""
    rows = Participation.objects.filter(ended_at=None, how__in=SUPERVISES, interaction__segments__agent__in=agents)
    found: dict[int, tuple[str, ...]] = {}
    for interaction, name in rows.order_by("pk").values_list("interaction", "agent__name").distinct():
        found[interaction] = (*found.get(interaction, ()), name)
    return found


def _work(agents: list[int]) -> dict[int, list[Work]]:
    rows = Segment.objects.filter(kind=SegmentKind.AGENT, agent__in=agents, wrapped_up_at=None)
    found: dict[int, list[Work]] = defaultdict(list)
    watched = _watched(agents)
    columns = ("agent", "interaction", "started_at", "ended_at", "interaction__channel")
    for agent, interaction, started, ended, channel in rows.order_by("started_at").values_list(*columns):
        work = Work(
            interaction=interaction,
            since=ended or started,
            wrapping_up=bool(ended),
            channel=channel,
            watched=watched.get(interaction, ()),
        )
        found[agent].append(work)
    return found

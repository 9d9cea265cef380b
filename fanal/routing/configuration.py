"""What matching needs to know and seldom changes: profiles and queues, kept in memory until told that they changed."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import prefetch_related_objects

from fanal.agents.models import Agent, AgentSkill
from fanal.routing.everybody import Everybody
from fanal.routing.models import Queue, QueueSkill
from fanal.routing.opening import open_now, opens_at
from fanal.routing.rules import (
    CAN_LIE,
    LEAST_LEVEL,
    NAMED,
    AtClosing,
    EntryFacts,
    Profile,
    QueueFacts,
    highest_level,
    may_ever_serve,
    qualifies,
    rests,
    widened,
    with_messages,
)

KEPT = 2000


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """Read once, together with what follows from it and is asked again and again.

    `hours`: the queues whose work lies still while they are closed.
    `everybody`: the loads as they were last read.
    """

    profiles: Mapping[int, Profile]
    queues: Mapping[int, QueueFacts]
    ring_seconds: Mapping[int, int]
    hours: Mapping[int, Queue] = field(default_factory=dict)
    everybody: Everybody = field(default_factory=Everybody)
    _closed: dict[int, frozenset[int]] = field(default_factory=dict)
    _served: dict[int, tuple[Sequence[int], Mapping[str, int]]] = field(default_factory=dict)
    _qualified: dict[Any, tuple[frozenset[int], Mapping[str, int]]] = field(default_factory=dict)

    def foresee(self, now: datetime) -> None:
        """Find out beforehand what will be asked of everybody: who may serve what, after which wait."""
        self.closed(now)
        for agent in self.profiles:
            self.served_by(agent)
        for queue in self.queues.values():
            for steps in range(highest_level(queue.skills)):
                since = now - timedelta(seconds=steps * queue.widen_after_seconds)
                one = EntryFacts(id=0, queue=queue.id, channel="", priority=1, entered_at=since, position_at=since)
                self.qualified_for(one, now)

    def who_serve_everything(self) -> Sequence[int]:
        """A few agents to whom the work of all queues can come that it can come to at all."""
        left, few = set(self.queues), []
        for agent in self.profiles:
            if not left.isdisjoint(served := self.served_by(agent)[0]):
                left.difference_update(served)
                few.append(agent)
        return few

    def served_by(self, agent: int) -> tuple[Sequence[int], Mapping[str, int]]:
        """The queues whose work can come to this agent, and how many others there are, by reason."""
        if agent not in self._served:
            profile = self.profiles[agent]
            reasons = {queue.id: may_ever_serve(profile, queue) for queue in self.queues.values()}
            counts = Counter(f"queues_{reason.value}" for reason in reasons.values() if reason)
            self._served[agent] = ([queue for queue, reason in reasons.items() if not reason], counts)
        return self._served[agent]

    def qualified_for(self, entry: EntryFacts, now: Any) -> tuple[frozenset[int], Mapping[str, int]]:
        """The agents with the skills for this entry after its wait, and how many others there are, by reason."""
        queue = self.queues[entry.queue]
        # By more than down to the least level nothing is widened.
        steps = min(widened(entry, queue, now), highest_level(queue.skills, entry.skills) - LEAST_LEVEL)
        named = entry.preferred_agent if entry.preferred_why == "named" else None
        key = (entry.queue, tuple(sorted(entry.skills.items())), steps, entry.practice, named)
        if key not in self._qualified:
            if len(self._qualified) >= KEPT:
                self._qualified.clear()
            reasons = {who: qualifies(profile, entry, queue, steps) for who, profile in self.profiles.items()}
            counts = Counter(reason.value for reason in reasons.values() if reason)
            self._qualified[key] = (frozenset(who for who, reason in reasons.items() if not reason), counts)
        return self._qualified[key]

    def rests(self, entry: EntryFacts, now: datetime) -> bool:
        """Whether it lies until its queue opens, whoever is free."""
        closed = self.closed(now)
        return bool(closed) and rests(
            wish=self.hours[entry.queue].at_closing if entry.queue in closed else AtClosing.FINISH,
            can_lie=entry.channel in CAN_LIE,
            is_open=entry.queue not in closed,
            named=entry.preferred_why == NAMED and entry.preferred_agent is not None,
        )

    def closed(self, now: datetime) -> frozenset[int]:
        """The queues among those whose hours matter here that are closed; asked anew each minute."""
        minute = int(now.timestamp() // 60)
        if minute not in self._closed:
            self._closed.clear()
            prefetch_related_objects(list(self.hours.values()), "calendar__periods", "calendar__special_days")
            self._closed[minute] = frozenset(pk for pk, queue in self.hours.items() if not open_now(queue, now))
        return self._closed[minute]

    def opens_at(self, queue: int, now: datetime) -> datetime | None:
        """When a closed queue opens again; None if it never does."""
        row = self.hours[queue]
        return opens_at(row, now) if row.active else None


def read() -> Configuration:
    """Agents and queues as they are now; who is no longer active has room for nothing."""
    skills: dict[int, dict[int, int]] = defaultdict(dict)
    for agent, skill, level in AgentSkill.objects.values_list("agent_id", "skill_id", "level"):
        skills[agent][skill] = level
    required: dict[int, dict[int, int]] = defaultdict(dict)
    for queue, skill, level in QueueSkill.objects.values_list("queue_id", "skill_id", "level"):
        required[queue][skill] = level
    agents = Agent.objects.values_list("id", "capacity", "practising", "is_active")
    queues = list(Queue.objects.all())
    return Configuration(
        profiles={
            who: Profile(
                id=who, skills=skills[who], capacity=with_messages(capacity) if active else {}, practising=practising
            )
            for who, capacity, practising, active in agents
        },
        queues={
            queue.pk: QueueFacts(
                id=queue.pk,
                skills=required[queue.pk],
                ageing_seconds=queue.ageing_seconds,
                widen_after_seconds=queue.widen_after_seconds,
                longest_wait_seconds=queue.longest_wait_seconds,
            )
            for queue in queues
        },
        ring_seconds={queue.pk: queue.ring_seconds for queue in queues},
        hours={
            queue.pk: queue
            for queue in queues
            if queue.at_closing != AtClosing.FINISH and (queue.calendar_id or not queue.active)
        },
    )

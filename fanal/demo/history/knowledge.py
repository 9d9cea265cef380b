"""The ids of the configuration that the history refers to, read once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from fanal.agents.models import Agent, BreakReason
from fanal.cases.models import CaseType, Category
from fanal.channels.models import ChannelAccount
from fanal.demo import cast
from fanal.demo.company import people
from fanal.demo.history.shifts import Worker
from fanal.demo.history.waiting import Line
from fanal.interactions.models import Disposition
from fanal.routing.models import Queue
from fanal.scenarios.models import Scenario


@dataclass(frozen=True, kw_only=True)
class Knowledge:
    account: ChannelAccount
    lines: dict[str, Line]
    workers: Sequence[Worker]
    scenarios: dict[str, int]
    types: dict[str, CaseType]
    categories: dict[str, int]
    dispositions: dict[str, int]
    breaks: dict[str, int]
    supervisor: int


def learn() -> Knowledge:
    """Read what `configure` has written."""
    return Knowledge(
        account=ChannelAccount.objects.get(code=cast.SHOP),
        lines=_lines(),
        workers=_workers(),
        scenarios=dict(Scenario.objects.values_list("code", "pk")),
        types={kind.code: kind for kind in CaseType.objects.all()},
        categories=dict(Category.objects.values_list("code", "pk")),
        dispositions=dict(Disposition.objects.values_list("code", "pk")),
        breaks=dict(BreakReason.objects.values_list("code", "pk")),
        supervisor=Agent.objects.get(email=cast.SUPERVISOR).pk,
    )


def _lines() -> dict[str, Line]:
    queues = {queue.code: queue for queue in Queue.objects.prefetch_related("skills__skill")}

    def line(queue: Queue) -> Line:
        overflow = next((other for other in queues.values() if other.pk == queue.overflow_to_id), None)
        return Line(
            id=queue.pk,
            code=queue.code,
            skills={needed.skill.code: needed.level for needed in queue.skills.all()},
            ring=queue.ring_seconds,
            wrap_up=queue.wrap_up_seconds,
            priority=queue.priority,
            widen_after=queue.widen_after_seconds,
            overflow=line(overflow) if overflow else None,
            overflow_after=queue.overflow_after_seconds,
        )

    return {code: line(queue) for code, queue in queues.items()}


def _workers() -> list[Worker]:
    agents = {agent.email: agent for agent in Agent.objects.select_related("role")}
    never = datetime(2000, 1, 1, tzinfo=UTC)
    return [
        Worker(
            id=agents[person.email].pk,
            name=person.name,
            team=agents[person.email].team_id or 0,
            role=person.role,
            shift=person.shift,
            skills=dict(person.skills),
            hands=[never] * max(person.chats - 1, 1),
        )
        for person in people.AGENTS
        if person.shift and person.email in agents
    ]

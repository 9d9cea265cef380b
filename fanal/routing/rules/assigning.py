"""The decision: which entry for an agent who came free, which agent for an entry that looks for one."""

from collections import Counter
from datetime import UTC, datetime
from heapq import nsmallest
from operator import itemgetter
from typing import Any

from fanal.routing.rules.fitting import NAMED, Fitter, can_take, may_ever_serve, qualifies, reserved_for
from fanal.routing.rules.state import AgentFacts, Decision, EntryFacts, QueueFacts, State, Why
from fanal.routing.rules.timing import waited, whole_steps, widened

SHOWN = 5
NEVER = datetime.max.replace(tzinfo=UTC)

EntryRank = tuple[int, float, int, datetime, int]
AgentRank = tuple[int, int, datetime, int]


def assign(state: State, fitter: Fitter | None = None) -> Decision:
    """Decide for `state.freed` or `state.arrived`; deterministic, ties end at the smaller id.

    A `fitter` that was asked about the freed agent at this moment already knows some of the answers.
    """
    if state.freed is not None:
        agent = next(agent for agent in state.agents if agent.profile.id == state.freed)
        return _entry_for(agent, state, fitter or Fitter(agent, state.now))
    return _agent_for(next(entry for entry in state.entries if entry.id == state.arrived), state)


def _agent_for(entry: EntryFacts, state: State) -> Decision:
    queue, now = state.queues[entry.queue], state.now
    excluded = Counter(state.excluded)
    fitting: list[tuple[AgentRank, AgentFacts]] = []
    preferred = reserved_for(entry, now)
    steps = widened(entry, queue, now)
    for agent in state.agents:
        if reason := qualifies(agent.profile, entry, queue, steps) or can_take(agent, entry, now):
            excluded[reason.value] += 1
        else:
            fitting.append((_agent_rank(agent, preferred), agent))
    best = nsmallest(SHOWN, fitting, key=itemgetter(0))
    return Decision(
        agent=best[0][1].profile.id if best else None,
        entry=entry.id,
        why=_why_agent([rank for rank, _ in best[:2]]),
        eligible=len(fitting),
        excluded=_in_order(excluded),
        best=[_agent_row(agent) for _, agent in best],
    )


def _entry_for(agent: AgentFacts, state: State, fitter: Fitter) -> Decision:
    excluded = Counter(state.excluded)
    for queue in state.queues.values():
        if reason := may_ever_serve(agent.profile, queue):
            excluded[f"queues_{reason.value}"] += 1
    fitting: list[tuple[EntryRank, EntryFacts]] = []
    for entry in state.entries:
        queue = state.queues[entry.queue]
        if reason := fitter.fits(entry, queue):
            excluded[reason.value] += 1
        else:
            fitting.append((entry_rank(entry, queue, agent.profile.id, state.now), entry))
    best = nsmallest(SHOWN, fitting, key=itemgetter(0))
    return Decision(
        agent=agent.profile.id,
        entry=best[0][1].id if best else None,
        why=_why_entry([rank for rank, _ in best[:2]]),
        eligible=len(fitting),
        excluded=_in_order(excluded),
        best=[_entry_row(entry, rank) for rank, entry in best],
    )


def _agent_rank(agent: AgentFacts, preferred: int | None) -> AgentRank:
    """The preferred one, then those with less open work, then who has been available for longest."""
    return (
        0 if agent.profile.id == preferred else 1,
        sum(agent.open_work.values()),
        agent.idle_since or NEVER,
        agent.profile.id,
    )


def entry_rank(entry: EntryFacts, queue: QueueFacts, agent: int, now: datetime) -> EntryRank:
    """What a colleague sends to this very agent; whoever has starved, oldest first; then by aged priority, kept for
    this agent, position.
    """
    if entry.preferred_why == NAMED and reserved_for(entry, now) == agent:
        return (-1, -entry.priority, 0, entry.position_at, entry.id)
    seconds = waited(entry, now)
    if 0 < queue.longest_wait_seconds <= seconds:
        return (0, entry.entered_at.timestamp(), 0, entry.position_at, entry.id)
    mine = 0 if entry.preferred_until and reserved_for(entry, now) == agent else 1
    return (1, -entry.priority - whole_steps(seconds, queue.ageing_seconds), mine, entry.position_at, entry.id)


def _why_agent(first_two: list[AgentRank]) -> Why:
    match first_two:
        case []:
            return Why.NOBODY
        case [(0, *_), *_]:
            return Why.PREFERRED
        case [_]:
            return Why.ONLY_ONE
        case [first, second]:
            return Why.LEAST_BUSY if first[1] < second[1] else Why.LONGEST_AVAILABLE
    raise AssertionError(first_two)


def _why_entry(first_two: list[EntryRank]) -> Why:
    match first_two:
        case []:
            return Why.NOTHING
        case [(-1, *_), *_]:
            return Why.PREFERRED
        case [(0, *_), *_]:
            return Why.STARVING
        case [_]:
            return Why.ONLY_ONE
        case [first, second]:
            if first[1] < second[1]:
                return Why.PRIORITY
            return Why.PREFERRED if first[2] < second[2] else Why.OLDEST
    raise AssertionError(first_two)


def _agent_row(agent: AgentFacts) -> dict[str, Any]:
    return {
        "agent": agent.profile.id,
        "open": sum(agent.open_work.values()),
        "idle_since": agent.idle_since.isoformat() if agent.idle_since else None,
    }


def _entry_row(entry: EntryFacts, rank: EntryRank) -> dict[str, Any]:
    return {
        "entry": entry.id,
        "queue": entry.queue,
        "priority": int(-rank[1]) if rank[0] else None,
        "entered_at": entry.entered_at.isoformat(),
    }


def _in_order(excluded: Counter[str]) -> dict[str, int]:
    return dict(sorted(excluded.items()))

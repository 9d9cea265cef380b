"""One round of matching: claim, read, decide by rules.assign(), and write the offers, in one short transaction."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from fanal.routing import reading, statements
from fanal.routing.configuration import Configuration
from fanal.routing.reading import Connection, Entry, Load
from fanal.routing.rules import AgentFacts, Decision, State, assign, effective_priority, next_look, starving

AGENTS_AT_ONCE = 16
ENTRIES_AT_ONCE = 32
SOON = timedelta(milliseconds=20)

Record = Callable[[State, Decision], None]


@dataclass(frozen=True, kw_only=True)
class Made:
    """An offer that was written."""

    offer: int
    entry: int
    agent: int
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class Round:
    """What one round did: how many it claimed and decided, the offers, and what overflows."""

    claimed: int = 0
    decided: int = 0
    made: Sequence[Made] = ()
    overflowing: Sequence[int] = ()

    @property
    def settled(self) -> bool:
        """Whether it brought something to rest; if not, others hold what is due."""
        return self.claimed > self.decided or bool(self.made)


class Outdated(Exception):
    """There are agents or queues that the configuration at hand does not know."""


@dataclass(frozen=True, kw_only=True)
class Pick:
    entry: Entry
    load: Load
    decision: Decision


def match_agents(
    connection: Connection, configuration: Configuration, *, now: datetime, record: Record | None = None
) -> Round:
    """Find work for agents who came free."""
    arguments = {"now": now, "most": AGENTS_AT_ONCE}
    with connection.transaction():
        claimed = reading.loads(connection, configuration.profiles, statements.CLAIM_AGENTS, arguments)
        if not claimed:
            return Round()
        _known(configuration, [load.agent for load in claimed], ())
        done = [load.agent for load in claimed if not load.facts.available or load.facts.ringing]
        ready = [load for load in claimed if load.facts.available and not load.facts.ringing]
        heads = reading.heads(connection, configuration, [load.agent for load in ready], now)
        picks: list[Pick] = []
        taken: set[int] = set()
        for load in ready:
            found = reading.candidates(connection, configuration, heads, load, taken, now)
            if found is None:
                continue  # stays claimed as due: the next round reads again
            state = _state_of_freed(configuration, load, list(found.values()), now)
            decision = assign(state)
            if decision.entry is None:
                done.append(load.agent)
                continue
            taken.add(decision.entry)
            picks.append(Pick(entry=found[decision.entry], load=load, decision=decision))
            if record:
                record(state, decision)
        made = _offer(connection, configuration, picks, now)
        if done:
            connection.execute(statements.AGENTS_LOOKED_AT, {"agents": done})
    return Round(claimed=len(claimed), decided=len(picks), made=made)


def match_entries(
    connection: Connection, configuration: Configuration, *, now: datetime, record: Record | None = None
) -> Round:
    """Find agents for entries that arrived, or that time has opened to more agents."""
    with connection.transaction():
        claimed = reading.entries(connection, statements.CLAIM_ENTRIES, {"now": now, "most": ENTRIES_AT_ONCE})
        if not claimed:
            return Round()
        _known(configuration, (), [entry.facts.queue for entry in claimed])
        claimed.sort(key=lambda entry: _urgency(entry, configuration, now))
        qualified = {entry.facts.id: configuration.qualified_for(entry.facts, now) for entry in claimed}
        everyone = sorted(set().union(*(agents for agents, _ in qualified.values())))
        loads = reading.current_loads(connection, configuration, everyone)
        picks: list[Pick] = []
        looks: dict[int, datetime | None] = {}
        for entry in claimed:
            looks[entry.facts.id] = next_look(entry.facts, configuration.queues[entry.facts.queue], now)
            agents, _ = qualified[entry.facts.id]
            able = [loads[who] for who in agents if who in loads and entry.facts.channel in loads[who].room]
            if not able:
                continue
            if all(_being_matched(load, now) for load in able):
                looks[entry.facts.id] = now + SOON  # the best entry that fits goes there, perhaps this
                continue
            state = _state_of_arrival(configuration, entry, qualified[entry.facts.id], loads, now)
            decision = assign(state)
            if decision.agent is None:
                continue
            load = loads[decision.agent]
            if _being_matched(load, now):
                looks[entry.facts.id] = now + SOON
                continue
            loads[decision.agent] = load._replace(facts=replace(load.facts, ringing=True), room=frozenset())
            picks.append(Pick(entry=entry, load=load, decision=decision))
            del looks[entry.facts.id]
            if record:
                record(state, decision)
        made = _offer(connection, configuration, picks, now)
        overflowing = [
            entry.facts.id
            for entry in claimed
            if entry.facts.id in looks and entry.facts.overflow_at and entry.facts.overflow_at <= now
        ]
        if looks:
            arguments = {"entries": list(looks), "looks": list(looks.values())}
            connection.execute(statements.ENTRIES_LOOKED_AT, arguments)
    return Round(claimed=len(claimed), decided=len(picks), made=made, overflowing=overflowing)


def _state_of_freed(configuration: Configuration, load: Load, entries: Sequence[Entry], now: datetime) -> State:
    served, excluded = configuration.served_by(load.agent)
    queues = {*served, *(entry.facts.queue for entry in entries)}
    return State(
        now=now,
        agents=(load.facts,),
        queues={queue: configuration.queues[queue] for queue in sorted(queues)},
        entries=[entry.facts for entry in entries],
        freed=load.agent,
        excluded=excluded,
    )


def _state_of_arrival(
    configuration: Configuration,
    entry: Entry,
    qualified: tuple[frozenset[int], Mapping[str, int]],
    loads: Mapping[int, Load],
    now: datetime,
) -> State:
    agents, excluded = qualified
    return State(
        now=now,
        agents=[
            loads[who].facts if who in loads else AgentFacts(profile=configuration.profiles[who], available=False)
            for who in agents
        ],
        queues={entry.facts.queue: configuration.queues[entry.facts.queue]},
        entries=(entry.facts,),
        arrived=entry.facts.id,
        excluded=excluded,
    )


def _being_matched(load: Load, now: datetime) -> bool:
    return load.look_at is not None and load.look_at <= now


def _urgency(entry: Entry, configuration: Configuration, now: datetime) -> tuple[bool, int, datetime, int]:
    queue = configuration.queues[entry.facts.queue]
    priority = effective_priority(entry.facts, queue, now)
    return (not starving(entry.facts, queue, now), -priority, entry.facts.position_at, entry.facts.id)


def _offer(
    connection: Connection, configuration: Configuration, picks: Sequence[Pick], now: datetime
) -> Sequence[Made]:
    """Write the offers whose entry and agent are still as they were read; the others come again next round."""
    if not picks:
        return ()
    rings = [timedelta(seconds=configuration.ring_seconds[pick.entry.facts.queue]) for pick in picks]
    arguments = {
        "now": now,
        "entries": [pick.entry.facts.id for pick in picks],
        "entry_versions": [pick.entry.version for pick in picks],
        "agents": [pick.load.agent for pick in picks],
        "load_versions": [pick.load.version for pick in picks],
        "channels": [pick.entry.facts.channel for pick in picks],
        "expiries": [now + ring for ring in rings],
        "decisions": [json.dumps(pick.decision.as_json()) for pick in picks],
        "data": [json.dumps(_data(pick)) for pick in picks],
        "audiences": [f"agent:{pick.load.agent} queue:{pick.entry.facts.queue} supervision" for pick in picks],
    }
    found = connection.execute(statements.OFFER, arguments).fetchall()
    return [Made(offer=offer, entry=entry, agent=agent, expires_at=until) for offer, entry, agent, until, _ in found]


def _known(configuration: Configuration, agents: Iterable[int], queues: Iterable[int]) -> None:
    if not configuration.profiles.keys() >= set(agents) or not configuration.queues.keys() >= set(queues):
        raise Outdated


def _data(pick: Pick) -> dict[str, object]:
    facts = pick.entry.facts
    data: dict[str, object] = {
        "entry": facts.id,
        "queue": facts.queue,
        "agent": pick.load.agent,
        "channel": facts.channel,
        "why": pick.decision.why.value,
    }
    if pick.entry.interaction is not None:
        data["interaction"] = pick.entry.interaction
    if pick.entry.case is not None:
        data["case"] = pick.entry.case
    return data | ({"practice": True} if facts.practice else {})

"""One round of matching: claim, read, decide by rules.assign(), and write the offers, in one short transaction."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from fanal.routing import messages, reading
from fanal.routing.configuration import Configuration
from fanal.routing.messages import Connection
from fanal.routing.reading import Entry, Load
from fanal.routing.rules import (
    AgentFacts,
    Decision,
    EntryFacts,
    Fitter,
    State,
    assign,
    effective_priority,
    next_look,
    starving,
)

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
    """What one round did: how many it claimed and decided, the offers, and what overflows.

    `agents_at` and `entries_at`: since or from when agents and entries want to be looked at next.
    """

    claimed: int = 0
    decided: int = 0
    made: Sequence[Made] = ()
    overflowing: Sequence[int] = ()
    agents_at: datetime | None = None
    entries_at: datetime | None = None

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
    with _undone_if_it_fails(connection):
        rows = messages.begin(connection, "claim_agents", now, AGENTS_AT_ONCE)
        claimed = reading.loads(rows, configuration.profiles)
        _known(configuration, [load.agent for load in claimed], ())
        done = [load.agent for load in claimed if not load.facts.available or load.facts.ringing]
        ready = [load for load in claimed if load.facts.available and not load.facts.ringing]
        picks: list[Pick] = []
        if ready:
            heads = reading.heads(connection, configuration, [load.agent for load in ready], now)
        for load in ready:
            fitter = Fitter(load.facts, now)
            found = reading.candidates(connection, configuration, heads, fitter)
            if found is None:
                continue  # stays claimed as due: the next round reads again
            state = _state_of_freed(configuration, load, found, now)
            decision = assign(state, fitter)
            if decision.entry is None:
                done.append(load.agent)
                continue
            entry = heads.entries[decision.entry]
            heads.take(entry)
            picks.append(Pick(entry=entry, load=load, decision=decision))
            if record:
                record(state, decision)
        looked = [("agents_looked_at", reading.array(done))] if done else []
        made, agents_at, entries_at = _write(connection, configuration, picks, now, looked)
    return Round(claimed=len(claimed), decided=len(picks), made=made, agents_at=agents_at, entries_at=entries_at)


def match_entries(
    connection: Connection, configuration: Configuration, *, now: datetime, record: Record | None = None
) -> Round:
    """Find agents for entries that arrived, or that time has opened to more agents."""
    with _undone_if_it_fails(connection):
        claimed = reading.entries(messages.begin(connection, "claim_entries", now, ENTRIES_AT_ONCE))
        _known(configuration, (), [entry.facts.queue for entry in claimed])
        claimed.sort(key=lambda entry: _urgency(entry, configuration, now))
        qualified = {entry.facts.id: configuration.qualified_for(entry.facts, now) for entry in claimed}
        everyone = set().union(*(agents for agents, _ in qualified.values()))
        loads = reading.current_loads(connection, configuration, everyone)
        picks: list[Pick] = []
        looks: dict[int, datetime | None] = {}
        for entry in claimed:
            if configuration.rests(entry.facts, now):
                looks[entry.facts.id] = configuration.opens_at(entry.facts.queue, now)
                continue
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
        looked = [("entries_looked_at", reading.array(looks), list(looks.values()))] if looks else []
        made, agents_at, entries_at = _write(connection, configuration, picks, now, looked)
    return Round(
        claimed=len(claimed),
        decided=len(picks),
        made=made,
        overflowing=[
            entry.facts.id
            for entry in claimed
            if entry.facts.id in looks and entry.facts.overflow_at and entry.facts.overflow_at <= now
        ],
        agents_at=agents_at,
        entries_at=entries_at,
    )


@contextmanager
def _undone_if_it_fails(connection: Connection) -> Iterator[None]:
    """Give back what was claimed, whatever goes wrong; a connection that was cut off has given it back already."""
    try:
        yield
    except BaseException:
        if not connection.closed:
            messages.undo(connection)
        raise


def _state_of_freed(configuration: Configuration, load: Load, entries: Sequence[EntryFacts], now: datetime) -> State:
    served, excluded = configuration.served_by(load.agent)
    queues = {*served, *(entry.queue for entry in entries)}
    return State(
        now=now,
        agents=(load.facts,),
        queues={queue: configuration.queues[queue] for queue in sorted(queues)},
        entries=entries,
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


def _write(
    connection: Connection,
    configuration: Configuration,
    picks: Sequence[Pick],
    now: datetime,
    looked: Sequence[tuple[object, ...]] = (),
) -> tuple[Sequence[Made], datetime | None, datetime | None]:
    """Commit the offers whose entry and agent are still as they were read, and who was `looked` at in vain.

    What was read in another version comes again next round. Also says when to look for agents and for entries next.
    """
    offer = [("offer", now, json.dumps([_row(pick, configuration) for pick in picks]))] if picks else []
    *results, due = messages.commit(connection, *offer, *looked)
    made = [
        Made(offer=offer, entry=entry, agent=agent, expires_at=until)
        for offer, entry, agent, until, _ in (results[0] if picks else ())
    ]
    return made, *due[0]


def _known(configuration: Configuration, agents: Iterable[int], queues: Iterable[int]) -> None:
    if not configuration.profiles.keys() >= set(agents) or not configuration.queues.keys() >= set(queues):
        raise Outdated


def _row(pick: Pick, configuration: Configuration) -> dict[str, object]:
    facts = pick.entry.facts
    return {
        "entry": facts.id,
        "entry_version": pick.entry.version,
        "agent": pick.load.agent,
        "load_version": pick.load.version,
        "channel": facts.channel,
        "rings": configuration.ring_seconds[facts.queue],
        "decision": pick.decision.as_json(),
        "data": _told(pick),
        "audience": [f"agent:{pick.load.agent}", f"queue:{facts.queue}", "supervision"],
    }


def _told(pick: Pick) -> dict[str, object]:
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

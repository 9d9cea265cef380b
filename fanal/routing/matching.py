"""One round of matching: claim, read, decide by rules.assign(), and write the offers, in one short transaction."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from fanal.routing import everybody, messages, reading
from fanal.routing.configuration import Configuration
from fanal.routing.everybody import NOBODY, Load
from fanal.routing.messages import Connection
from fanal.routing.reading import Entry
from fanal.routing.rules import (
    AgentFacts,
    Decision,
    EntryFacts,
    Fitter,
    State,
    assign,
    effective_priority,
    has_its_chat,
    next_look,
    starving,
)

AGENTS_AT_ONCE = 16
ENTRIES_AT_ONCE = 32
# Beside agents who came free: those wait for their offers until the whole round is written.
ENTRIES_BESIDE_AGENTS = 8
SOON = timedelta(milliseconds=20)
# What time alone brings about is looked at each tenth of a second, all of it in one round.
BEAT = 100_000
# So far into each line a matcher knows who waits there before it begins.
DEEP = 100
LONG_AGO = datetime.min.replace(tzinfo=UTC)

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

    `full`: it took as many agents as it may, so that there are perhaps more.
    `agents_at` and `entries_at`: since or from when agents and entries want to be looked at next.
    """

    claimed: int = 0
    decided: int = 0
    made: Sequence[Made] = ()
    full: bool = False
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
    state: State
    decision: Decision


def match(
    connection: Connection,
    configuration: Configuration,
    *,
    agents: int = AGENTS_AT_ONCE,
    entries: int = ENTRIES_AT_ONCE,
    now: datetime,
    record: Record | None = None,
) -> Round:
    """Find work for agents who came free, then agents for entries that arrived or that time has opened to more.

    At most so many `agents` and `entries`.
    """
    with _undone_if_it_fails(connection):
        free, wanting = _claim(connection, configuration, agents, entries, now)
        picks, in_vain = _work_for(connection, configuration, free, now)
        given = {pick.entry.facts.id for pick in picks}
        waiting = [entry for entry in wanting if entry.facts.id not in given]
        ours = {load.agent for load in free}
        more, looks = _agents_for(configuration, waiting, ours, {pick.load.agent for pick in picks}, now)
        picks += more
        if record:
            for pick in picks:
                record(pick.state, pick.decision)
        looked: list[tuple[object, ...]] = []
        if in_vain:
            looked.append(("agents_looked_at", reading.array(in_vain)))
        if looks:
            looked.append(("entries_looked_at", reading.array(looks), list(looks.values())))
        made, agents_at, entries_at = _write(connection, configuration, picks, now, looked)
    return Round(
        claimed=len(free) + len(wanting),
        decided=len(picks),
        made=made,
        full=len(free) == agents,
        overflowing=[
            entry.facts.id
            for entry in waiting
            if entry.facts.id in looks and entry.facts.overflow_at and entry.facts.overflow_at <= now
        ],
        agents_at=agents_at,
        entries_at=entries_at,
    )


def _claim(
    connection: Connection, configuration: Configuration, agents: int, entries: int, now: datetime
) -> tuple[Sequence[Load], Sequence[Entry]]:
    """Agents and entries that want to be looked at and that nobody else is looking at, the most urgent first."""
    there = configuration.everybody
    calls: list[tuple[object, ...]] = [("claim_agents", now, agents)]
    if entries:
        calls += [("claim_entries", now, entries), ("loads", there.since)]
    first, *others = messages.begin(connection, *calls)
    free = everybody.loads(first, configuration.profiles)
    _known(configuration, [load.agent for load in free], ())
    if not entries:
        return free, ()
    rows, changed = others
    waiting = reading.entries(rows)
    _known(configuration, (), [entry.facts.queue for entry in waiting])
    there.learn(changed, configuration.profiles)
    return free, sorted(waiting, key=lambda entry: _urgency(entry, configuration, now))


def _work_for(
    connection: Connection, configuration: Configuration, free: Sequence[Load], now: datetime
) -> tuple[list[Pick], Sequence[int]]:
    """What each of these agents gets, and for whom there is nothing; who is neither stays as due, to be read again."""
    ready = [load for load in free if load.facts.available and not load.facts.ringing]
    in_vain = [load.agent for load in free if not load.facts.available or load.facts.ringing]
    picks: list[Pick] = []
    if ready:
        heads = reading.heads(connection, configuration, [load.agent for load in ready], now)
    for load in ready:
        fitter = Fitter(load.facts, now)
        found = reading.candidates(connection, configuration, heads, fitter)
        if found is None:
            continue
        state = _state_of_freed(configuration, load, found, now)
        decision = assign(state, fitter)
        if decision.entry is None:
            in_vain.append(load.agent)
            continue
        entry = heads.entries[decision.entry]
        heads.take(entry)
        picks.append(Pick(entry=entry, load=load, state=state, decision=decision))
    return picks, in_vain


def _agents_for(
    configuration: Configuration, waiting: Sequence[Entry], ours: Set[int], rung: Set[int], now: datetime
) -> tuple[list[Pick], dict[int, datetime | None]]:
    """Who gets each of these entries, and when those that nobody gets want to be looked at again.

    `ours` are the agents of this round, of whom those `rung` have an offer by now.
    """
    there = configuration.everybody
    others_look_at = there.wanting - ours
    soon = now + SOON * (1 + len(others_look_at) // AGENTS_AT_ONCE)
    taken = set(rung)
    picks: list[Pick] = []
    looks: dict[int, datetime | None] = {}
    for entry in waiting:
        if configuration.rests(entry.facts, now):
            looks[entry.facts.id] = configuration.opens_at(entry.facts.queue, now)
            continue
        looks[entry.facts.id] = on_the_beat(next_look(entry.facts, configuration.queues[entry.facts.queue], now))
        with_room = there.with_room(entry.facts.channel)
        if (has_chat := entry.facts.preferred_agent) and has_its_chat(entry.facts, has_chat):
            with_room = {*with_room, has_chat}
        able = (configuration.qualified_for(entry.facts, now)[0] & with_room) - taken if with_room else NOBODY
        if not able:
            continue
        if able <= others_look_at:
            looks[entry.facts.id] = soon  # the best entry that fits goes there, perhaps this
            continue
        state = _state_of_arrival(configuration, entry, taken, now)
        decision = assign(state)
        if decision.agent is None:
            continue
        if decision.agent in others_look_at:
            looks[entry.facts.id] = soon
            continue
        taken.add(decision.agent)
        del looks[entry.facts.id]
        picks.append(Pick(entry=entry, load=there.loads[decision.agent], state=state, decision=decision))
    return picks, looks


def warm_up(connection: Connection, configuration: Configuration, *, now: datetime) -> None:
    """Do what a round does, for everybody and offering nothing: what it costs the first time is behind us then."""
    configuration.foresee(now)
    with _undone_if_it_fails(connection):
        _claim(connection, configuration, AGENTS_AT_ONCE, ENTRIES_AT_ONCE, LONG_AGO)
        reading.heads(connection, configuration, configuration.who_serve_everything(), now, deep=DEEP)
        nobody = reading.array(())
        messages.commit(
            connection, ("offer", now, "[]"), ("agents_looked_at", nobody), ("entries_looked_at", nobody, [])
        )


def on_the_beat(moment: datetime | None) -> datetime | None:
    """The next beat from this moment on."""
    return moment and moment + timedelta(microseconds=-moment.microsecond % BEAT)


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


def _state_of_arrival(configuration: Configuration, entry: Entry, taken: Set[int], now: datetime) -> State:
    """Who could have it; for those `taken` in this round it rings already."""
    agents, excluded = configuration.qualified_for(entry.facts, now)
    loads = configuration.everybody.loads

    def facts(who: int) -> AgentFacts:
        if who not in loads:
            return AgentFacts(profile=configuration.profiles[who], available=False)
        return replace(loads[who].facts, ringing=True) if who in taken else loads[who].facts

    return State(
        now=now,
        agents=[facts(who) for who in agents],
        queues={entry.facts.queue: configuration.queues[entry.facts.queue]},
        entries=(entry.facts,),
        arrived=entry.facts.id,
        excluded=excluded,
    )


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
    if pick.entry.asked_in is not None:
        data["asked_in"] = pick.entry.asked_in
    return data | ({"practice": True} if facts.practice else {})

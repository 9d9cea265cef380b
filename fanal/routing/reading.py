"""Rows of the hot path as facts for the rules: loads, entries, and the heads of the lines that an agent may serve."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import psycopg

from fanal.routing import statements
from fanal.routing.configuration import Configuration
from fanal.routing.rules import SHOWN, AgentFacts, EntryFacts, Fitter, Profile, room

FURTHER = 200
PAGES = 10
KEPT = 50_000

Connection = psycopg.Connection[Any]


class Entry(NamedTuple):
    """An entry with what the rules need not know."""

    facts: EntryFacts
    version: int
    interaction: int | None
    case: int | None


class Load(NamedTuple):
    """An agent's load with what the rules need not know."""

    facts: AgentFacts
    version: int
    look_at: datetime | None
    room: frozenset[str]

    @property
    def agent(self) -> int:
        return self.facts.profile.id


# Facts by database and entry id. Whatever changes an entry raises its version.
_known: dict[int, Entry] = {}


def entries(connection: Connection, statement: str, arguments: Mapping[str, Any]) -> list[Entry]:
    """The entries that a statement finds."""
    return [_entry(*row) for row in connection.execute(statement, arguments).fetchall()]


def loads(
    connection: Connection, profiles: Mapping[int, Profile], statement: str, arguments: Mapping[str, Any]
) -> list[Load]:
    """The loads that a statement finds."""
    found = []
    for agent, available, ringing, open_work, idle_since, version, look_at in connection.execute(statement, arguments):
        facts = AgentFacts(
            profile=profiles.get(agent) or Profile(id=agent),
            available=available,
            ringing=ringing > 0,
            open_work=open_work,
            idle_since=idle_since,
        )
        found.append(Load(facts=facts, version=version, look_at=look_at, room=room(facts)))
    return found


def current_loads(connection: Connection, configuration: Configuration, agents: Sequence[int]) -> dict[int, Load]:
    """The loads of these agents; only those that changed since they were last read are read whole."""
    known: dict[int, Load] = configuration.loads
    found: dict[int, Load] = {}
    changed: list[int] = []
    wanted = "{" + ",".join(map(str, agents)) + "}"  # hundreds: psycopg would look at each of them
    for agent, version, look_at in connection.execute(statements.READ_LOAD_VERSIONS, {"agents": wanted}):
        load = known.get(agent)
        if load is None or load.version != version:
            changed.append(agent)
        else:
            found[agent] = load if load.look_at == look_at else load._replace(look_at=look_at)
    if changed:
        for load in loads(connection, configuration.profiles, statements.READ_LOADS, {"agents": changed}):
            found[load.agent] = known[load.agent] = load
    return found


@dataclass(frozen=True, kw_only=True)
class Heads:
    """The first entries of every line, and what is kept for the agents of this round."""

    deep: int
    lines: Mapping[int, Sequence[Sequence[Entry]]]
    reserved: Mapping[int, Sequence[Entry]]

    def lines_of(self, queues: Iterable[int]) -> Iterator[Sequence[Entry]]:
        for queue in queues:
            yield from self.lines.get(queue, ())


def heads(connection: Connection, configuration: Configuration, agents: Sequence[int], now: datetime) -> Heads:
    """Read the heads of the lines that these agents may serve: deep enough that each can take one."""
    queues = sorted({queue for agent in agents for queue in configuration.served_by(agent)[0]})
    deep = SHOWN + len(agents) // 4
    lines: dict[tuple[int, int], list[Entry]] = defaultdict(list)
    reserved: dict[int, list[Entry]] = defaultdict(list)
    arguments = {"queues": queues, "deep": deep, "agents": list(agents), "now": now}
    rows = connection.execute(statements.READ_HEADS, arguments).fetchall()
    current = _current(connection, [(id, version) for _, id, version in rows])
    for kept, id, _ in rows:
        if (entry := current.get(id)) is None:
            continue
        if kept:
            reserved[entry.facts.preferred_agent or 0].append(entry)
        else:
            lines[entry.facts.queue, entry.facts.priority].append(entry)
    of_queue: dict[int, list[Sequence[Entry]]] = defaultdict(list)
    for (queue, _), line in lines.items():
        of_queue[queue].append(line)
    return Heads(deep=deep, lines=of_queue, reserved=reserved)


def candidates(
    connection: Connection, configuration: Configuration, heads: Heads, load: Load, taken: set[int], now: datetime
) -> dict[int, Entry] | None:
    """What this agent chooses from: of each line at least the first entry that fits, if there is one.

    None when others of this round took the whole head of a line: read again for this agent.
    """
    found: dict[int, Entry] = {}
    fitter = Fitter(load.facts, now)
    for line in heads.lines_of(configuration.served_by(load.agent)[0]):
        left = [entry for entry in line if entry.facts.id not in taken] if taken else line
        if any(not fitter.fits(entry.facts, configuration.queues[entry.facts.queue]) for entry in left[:SHOWN]):
            left = left[:SHOWN]  # whoever stands behind these has nothing before them
        elif len(line) == heads.deep:
            if not left:
                return None
            left = [*left, *_further(connection, configuration, fitter, line[-1], taken)]
        found.update((entry.facts.id, entry) for entry in left)
    found.update((entry.facts.id, entry) for entry in heads.reserved.get(load.agent, ()) if entry.facts.id not in taken)
    return found


def _further(
    connection: Connection, configuration: Configuration, fitter: Fitter, last: Entry, taken: set[int]
) -> list[Entry]:
    """The first entry behind the head that fits, looking page by page."""
    profile = fitter.agent.profile
    for _ in range(PAGES):
        page = entries(
            connection,
            statements.READ_ON,
            {
                "queue": last.facts.queue,
                "priority": last.facts.priority,
                "position": last.facts.position_at,
                "id": last.facts.id,
                "practice": profile.practising,
                "channels": [*profile.capacity, "case"],
                "agent": profile.id,
                "now": fitter.now,
                "deep": FURTHER,
            },
        )
        for entry in page:
            if entry.facts.id not in taken and not fitter.fits(entry.facts, configuration.queues[entry.facts.queue]):
                return [entry]
        if len(page) < FURTHER:
            break
        last = page[-1]
    return []


def _current(connection: Connection, wanted: Sequence[tuple[int, int]]) -> Mapping[int, Entry]:
    """These entries in these versions; only what is not known in its version is read."""
    found = {id: known for id, version in wanted if (known := _known.get(id)) and known.version == version}
    if missing := [id for id, _ in wanted if id not in found]:
        if len(_known) >= KEPT:
            _known.clear()
        for entry in entries(connection, statements.READ_ENTRIES, {"entries": missing}):
            found[entry.facts.id] = _known[entry.facts.id] = entry
    return found


def _entry(
    id: int,
    version: int,
    queue: int,
    channel: str,
    priority: int,
    skills: Mapping[str, int] | None,
    entered_at: datetime,
    position_at: datetime,
    preferred_agent: int | None,
    preferred_why: str,
    preferred_until: datetime | None,
    declined: Mapping[str, str] | None,
    overflow_at: datetime | None,
    practice: bool,
    interaction: int | None,
    case: int | None,
) -> Entry:
    facts = EntryFacts(
        id=id,
        queue=queue,
        channel=channel,
        priority=priority,
        entered_at=entered_at,
        position_at=position_at,
        skills={int(skill): level for skill, level in skills.items()} if skills else {},
        preferred_agent=preferred_agent,
        preferred_why=preferred_why,
        preferred_until=preferred_until,
        declined={int(who): datetime.fromisoformat(until) for who, until in declined.items()} if declined else {},
        overflow_at=overflow_at,
        practice=practice,
    )
    return Entry(facts, version, interaction, case)

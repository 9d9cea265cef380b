"""Rows of the hot path as facts for the rules: entries, and the heads of the lines that an agent may serve."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from fanal.routing import statements
from fanal.routing.configuration import Configuration
from fanal.routing.messages import Connection, Rows
from fanal.routing.rules import SHOWN, EntryFacts, Fitter, Line, shortlist

FURTHER = 200
PAGES = 10
KEPT = 50_000


class Entry(NamedTuple):
    """An entry with what the rules need not know."""

    facts: EntryFacts
    version: int
    interaction: int | None
    case: int | None
    asked_in: int | None = None


# Entries by id and version: whatever changes an entry raises its version.
_known: dict[tuple[int, int], Entry] = {}


def entries(rows: Rows) -> list[Entry]:
    """Rows of ENTRY_COLUMNS as entries, which are known from then on."""
    if len(_known) >= KEPT:
        _known.clear()
    found = [_entry(*row) for row in rows]
    _known.update(((entry.facts.id, entry.version), entry) for entry in found)
    return found


@dataclass(frozen=True, kw_only=True)
class Heads:
    """The first entries of every line, by queue, what is kept for the agents of this round, and who is taken."""

    lines: Mapping[int, Sequence[Line]]
    reserved: Mapping[int, Sequence[Entry]]
    entries: dict[int, Entry]
    taken: set[int] = field(default_factory=set)

    def take(self, entry: Entry) -> None:
        """One of the agents of this round gets it; the next ones choose from the others."""
        self.taken.add(entry.facts.id)
        for line in self.lines.get(entry.facts.queue, ()):
            line.entries = [other for other in line.entries if other.id != entry.facts.id]


def heads(
    connection: Connection, configuration: Configuration, agents: Sequence[int], now: datetime, *, deep: int = 0
) -> Heads:
    """Read the heads of the lines that these agents may serve: deep enough that each can take one."""
    queues = {queue for agent in agents for queue in configuration.served_by(agent)[0]}
    deep = deep or SHOWN + len(agents) // 4
    arguments = {"queues": array(queues), "deep": deep, "agents": array(agents), "now": now}
    rows = connection.execute(statements.READ_HEADS, arguments, binary=True).fetchall()
    pairs = [list(zip(ids, versions, strict=True)) for _, ids, versions in rows]
    current = _current(connection, [pair for line in pairs for pair in line])
    lines: dict[int, list[Line]] = defaultdict(list)
    reserved: dict[int, list[Entry]] = defaultdict(list)
    may_rest = bool(configuration.closed(now))
    for (queue, _, _), line in zip(rows, pairs, strict=True):
        waiting = [current[pair] for pair in line if pair in current]
        if may_rest:
            waiting = [entry for entry in waiting if not configuration.rests(entry.facts, now)]
        if queue is None:
            for entry in waiting:
                reserved[entry.facts.preferred_agent or 0].append(entry)
        elif waiting:
            head = [entry.facts for entry in waiting]
            lines[queue].append(Line(queue=queue, entries=head, last=head[-1], whole=len(line) < deep))
    return Heads(lines=lines, reserved=reserved, entries={entry.facts.id: entry for entry in current.values()})


def candidates(
    connection: Connection, configuration: Configuration, heads: Heads, fitter: Fitter
) -> list[EntryFacts] | None:
    """What this agent chooses from: of each line at least the first entry that fits, if there is one.

    None when others of this round took the whole head of a line: read again for this agent.
    """
    agent = fitter.agent.profile.id
    lines = [line for queue in configuration.served_by(agent)[0] for line in heads.lines.get(queue, ())]
    if any(not line.entries and not line.whole for line in lines):
        return None
    found, without = shortlist(fitter, lines, configuration.queues)
    chosen = {entry.id: entry for entry in found}
    for entry in heads.reserved.get(agent, ()):
        if entry.facts.id not in heads.taken:
            chosen[entry.facts.id] = entry.facts
    for line in without:
        if not line.whole and (further := _further(connection, configuration, fitter, line, heads.taken)):
            heads.entries[further.facts.id] = further
            chosen[further.facts.id] = further.facts
    return list(chosen.values())


def _further(
    connection: Connection, configuration: Configuration, fitter: Fitter, line: Line, taken: set[int]
) -> Entry | None:
    """The first entry behind the head that fits, looking page by page."""
    profile, last = fitter.agent.profile, line.last
    for _ in range(PAGES):
        arguments = {
            "queue": last.queue,
            "priority": last.priority,
            "position": last.position_at,
            "id": last.id,
            "practice": profile.practising,
            "channels": [*profile.capacity, "case"],
            "agent": profile.id,
            "now": fitter.now,
            "deep": FURTHER,
        }
        page = entries(connection.execute(statements.READ_ON, arguments).fetchall())
        for entry in page:
            if configuration.rests(entry.facts, fitter.now):
                continue
            if entry.facts.id not in taken and not fitter.fits(entry.facts, configuration.queues[entry.facts.queue]):
                return entry
        if len(page) < FURTHER:
            break
        last = page[-1].facts
    return None


def _current(connection: Connection, wanted: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Entry]:
    """These entries in these versions; only what is not known in its version is read. Who has changed is left out."""
    found = {pair: entry for pair in wanted if (entry := _known.get(pair))}
    if missing := [pair for pair in wanted if pair not in found]:
        arguments = {"entries": array(id for id, _ in missing)}
        for entry in entries(connection.execute(statements.READ_ENTRIES, arguments).fetchall()):
            found[entry.facts.id, entry.version] = entry
    return {pair: found[pair] for pair in wanted if pair in found}


def array(ids: Iterable[int]) -> str:
    """Ids as PostgreSQL writes an array: of hundreds, psycopg would look at each."""
    return "{" + ",".join(map(str, ids)) + "}"


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
    asked_in: int | None,
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
    return Entry(facts, version, interaction, case, asked_in)

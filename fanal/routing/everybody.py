"""Everybody's load as a matcher knows it: read whole once, then only what was written since."""

from collections import defaultdict
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from fanal.routing.messages import Rows
from fanal.routing.rules import AgentFacts, Profile, room

NOBODY: Set[int] = frozenset()


class Load(NamedTuple):
    """An agent's load with what the rules need not know."""

    facts: AgentFacts
    version: int
    room: frozenset[str]

    @property
    def agent(self) -> int:
        return self.facts.profile.id


@dataclass(kw_only=True)
class Everybody:
    """The loads by agent, who of them wants to be looked at, and who could take one more on a channel.

    `since`: the number of the transaction from which on rows have to be read again, as PostgreSQL writes it.
    """

    loads: dict[int, Load] = field(default_factory=dict)
    wanting: set[int] = field(default_factory=set)
    since: str | None = None
    _with_room: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    def learn(self, rows: Rows, profiles: Mapping[int, Profile]) -> None:
        """Take over the rows of `loads`, of which some may say what is known already."""
        for agent, available, ringing, open_work, idle_since, version, look_at, no_phone, since in rows:
            self.since = since
            (self.wanting.add if look_at else self.wanting.discard)(agent)
            known = self.loads.get(agent)
            if known and known.version == version:
                continue
            load = load_of(profiles, agent, available, ringing, open_work, idle_since, version, look_at, no_phone)
            self.loads[agent] = load
            for channel in known.room - load.room if known else ():
                self._with_room[channel].discard(agent)
            for channel in load.room:
                self._with_room[channel].add(agent)

    def with_room(self, channel: str) -> Set[int]:
        return self._with_room.get(channel, NOBODY)


def loads(rows: Rows, profiles: Mapping[int, Profile]) -> list[Load]:
    """Rows of LOAD_COLUMNS as loads."""
    return [load_of(profiles, *row) for row in rows]


def load_of(
    profiles: Mapping[int, Profile],
    agent: int,
    available: bool,
    ringing: int,
    open_work: Mapping[str, Any],
    idle_since: datetime | None,
    version: int,
    _look_at: datetime | None,
    no_phone: bool,
) -> Load:
    facts = AgentFacts(
        profile=profiles.get(agent) or Profile(id=agent),
        available=available,
        ringing=ringing > 0,
        open_work=open_work,
        idle_since=idle_since,
        no_phone=no_phone,
    )
    return Load(facts=facts, version=version, room=room(facts))

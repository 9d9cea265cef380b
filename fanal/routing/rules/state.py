"""What a decision is made from, and what it says: facts of agents, queues and entries at one moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

Levels = Mapping[int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """What an agent brings, whatever they do at the moment. `capacity`: how many at once, per channel kind."""

    id: int
    skills: Levels = field(default_factory=dict)
    capacity: Mapping[str, int] = field(default_factory=dict)
    practising: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class AgentFacts:
    """An agent at this moment. `open_work` counts open offers and unfinished segments per channel kind."""

    profile: Profile
    available: bool
    ringing: bool = False
    open_work: Mapping[str, int] = field(default_factory=dict)
    idle_since: datetime | None = None
    no_phone: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueFacts:
    """A queue's rules; all times in seconds, 0 meaning never. `skills`: skill id to least level."""

    id: int
    skills: Levels = field(default_factory=dict)
    ageing_seconds: int = 0
    widen_after_seconds: int = 0
    longest_wait_seconds: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryFacts:
    """One waiting entry. `skills` are needed beyond the queue's own; `declined`: agent id to not before when."""

    id: int
    queue: int
    channel: str
    priority: int
    entered_at: datetime
    position_at: datetime
    skills: Levels = field(default_factory=dict)
    preferred_agent: int | None = None
    preferred_why: str = ""
    preferred_until: datetime | None = None
    declined: Mapping[int, datetime] = field(default_factory=dict)
    overflow_at: datetime | None = None
    practice: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """Who and what there is when either an agent came free (`freed`) or an entry looks for one (`arrived`).

    `excluded` counts those that were left out of `agents` (or, for a freed agent, out of `queues`) beforehand
    because they could not qualify at all; a complete state leaves it empty and gives the same choice.
    """

    now: datetime
    agents: Sequence[AgentFacts]
    queues: Mapping[int, QueueFacts]
    entries: Sequence[EntryFacts]
    freed: int | None = None
    arrived: int | None = None
    excluded: Mapping[str, int] = field(default_factory=dict)


class Why(StrEnum):
    """What decided."""

    NOBODY = "nobody"
    NOTHING = "nothing"
    ONLY_ONE = "only_one"
    PREFERRED = "preferred"
    LEAST_BUSY = "least_busy"
    LONGEST_AVAILABLE = "longest_available"
    STARVING = "starving"
    PRIORITY = "priority"
    OLDEST = "oldest"


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """Which agent for which entry and why; `agent` and `entry` are both set, or one of them is None: no match."""

    agent: int | None
    entry: int | None
    why: Why
    eligible: int
    excluded: Mapping[str, int]
    best: Sequence[Mapping[str, Any]]

    @property
    def matched(self) -> bool:
        return self.agent is not None and self.entry is not None

    def as_json(self) -> dict[str, Any]:
        """What is stored with the offer."""
        return {
            "why": self.why.value,
            "eligible": self.eligible,
            "excluded": dict(self.excluded),
            "best": [dict(row) for row in self.best],
        }

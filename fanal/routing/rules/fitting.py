"""Whether one agent may have one entry now, and if not, the first reason why not."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from fanal.routing.rules.state import AgentFacts, EntryFacts, Levels, Profile, QueueFacts
from fanal.routing.rules.timing import LEAST_LEVEL, waited, whole_steps, widened

NAMED = "named"
HAS_CHAT = "has_chat"
"""Why somebody is preferred for a call: they have the chat that became it, and it goes on beside."""
# Theirs before, and kept for them as soon as they are back.
CAME_BACK = "came_back"
CALL = "voice"
# A call takes the whole person: nothing beside it, and it interrupts only what can lie for a while.
MESSAGE = "voicemail"
CAN_LIE = frozenset({"email", "sms", "case", MESSAGE})
MESSAGES_AT_ONCE = 3
"""Of those who take calls, unless their capacity says otherwise."""
CASES_AT_ONCE = 5


class Exclusion(StrEnum):
    """Why not, in the order in which it is asked."""

    PRACTICE = "practice"
    LACKS_SKILL = "lacks_skill"
    LEVEL_TOO_LOW = "level_too_low"
    DECLINED = "declined"  # or handed it on
    RESERVED = "reserved"
    NOT_AVAILABLE = "not_available"
    RINGING = "ringing"
    IN_A_CALL = "in_a_call"
    NO_PHONE = "no_phone"
    NO_CAPACITY = "no_capacity"


def fits(agent: AgentFacts, entry: EntryFacts, queue: QueueFacts, now: datetime) -> Exclusion | None:
    """None if the agent may be offered the entry now."""
    return qualifies(agent.profile, entry, queue, widened(entry, queue, now)) or can_take(agent, entry, now)


class Fitter:
    """`fits` for one agent and many entries: what many entries share is asked once."""

    def __init__(self, agent: AgentFacts, now: datetime) -> None:
        self.agent, self.now = agent, now
        self.known: dict[tuple[bool, str, int, int], Exclusion | None] = {}
        self.asked: dict[int, Exclusion | None] = {}

    def fits(self, entry: EntryFacts, queue: QueueFacts) -> Exclusion | None:
        if entry.id not in self.asked:
            self.asked[entry.id] = self._fits(entry, queue)
        return self.asked[entry.id]

    def _fits(self, entry: EntryFacts, queue: QueueFacts) -> Exclusion | None:
        if entry.skills or entry.preferred_agent or entry.declined:
            return fits(self.agent, entry, queue, self.now)
        lower = whole_steps(waited(entry, self.now), queue.widen_after_seconds)
        key = (entry.practice, entry.channel, queue.id, lower)
        if key not in self.known:
            lasting = qualifies(self.agent.profile, entry, queue, lower)
            self.known[key] = lasting or can_take(self.agent, entry, self.now)
        return self.known[key]


def qualifies(profile: Profile, entry: EntryFacts, queue: QueueFacts, steps: int) -> Exclusion | None:
    """The lasting half: practice and skills, the required levels lowered by `steps`.

    Somebody whom a colleague named needs no skill: that was a person's decision.
    """
    if profile.practising != entry.practice:
        return Exclusion.PRACTICE
    if entry.preferred_why == NAMED and entry.preferred_agent == profile.id:
        return None
    return _short_of(profile.skills, queue.skills, steps) or (
        _short_of(profile.skills, entry.skills, steps) if entry.skills else None
    )


def can_take(agent: AgentFacts, entry: EntryFacts, now: datetime) -> Exclusion | None:
    """The passing half: presence, reservations and load."""
    who = agent.profile.id
    if entry.declined and (until := entry.declined.get(who)) and until > now:
        return Exclusion.DECLINED
    if reserved_for(entry, now) not in (None, who):
        return Exclusion.RESERVED
    if not agent.available:
        return Exclusion.NOT_AVAILABLE
    if agent.ringing:
        return Exclusion.RINGING
    return _full(agent, entry.channel, beside=has_its_chat(entry, who))


def has_its_chat(entry: EntryFacts, agent: int) -> bool:
    """Whether this is the call that a chat of this agent has become."""
    return entry.preferred_why == HAS_CHAT and entry.preferred_agent == agent


def room(agent: AgentFacts) -> frozenset[str]:
    """The channels on which this agent could take one more now: on no other does anything fit."""
    if not agent.available or agent.ringing:
        return frozenset()
    return frozenset(kind for kind in (*agent.profile.capacity, "case") if not _full(agent, kind))


def reserved_for(entry: EntryFacts, now: datetime) -> int | None:
    """The preferred agent, while it is kept for them."""
    return entry.preferred_agent if entry.preferred_until and entry.preferred_until > now else None


def may_ever_serve(profile: Profile, queue: QueueFacts, skills: Levels | None = None) -> Exclusion | None:
    """None if work of this queue, however long it has waited, could ever come to this agent by skill.

    `skills`: what one piece of work needs beyond the queue.
    """
    steps = 10 if queue.widen_after_seconds else 0
    return _short_of(profile.skills, queue.skills, steps) or _short_of(profile.skills, skills or {}, steps)


def _short_of(skills: Levels, required: Levels, steps: int) -> Exclusion | None:
    if not required.keys() <= skills.keys():
        return Exclusion.LACKS_SKILL
    for skill, level in required.items():
        own = skills[skill]
        if own < level and own < max(level - steps, LEAST_LEVEL):
            return Exclusion.LEVEL_TOO_LOW
    return None


def _full(agent: AgentFacts, channel: str, *, beside: bool = False) -> Exclusion | None:
    """`beside`: one talk may go on, for it is of the same person and the same matter."""
    open_work = agent.open_work
    if open_work:
        if open_work.get(CALL):
            return Exclusion.IN_A_CALL
        if channel == CALL and sum(count for kind, count in open_work.items() if kind not in CAN_LIE) > beside:
            return Exclusion.NO_CAPACITY
    if channel == CALL and agent.no_phone:
        return Exclusion.NO_PHONE
    most = agent.profile.capacity.get(channel, CASES_AT_ONCE if channel == "case" else 0)
    return None if open_work.get(channel, 0) < most else Exclusion.NO_CAPACITY


def with_messages(capacity: Mapping[str, int]) -> Mapping[str, int]:
    """Whoever takes calls takes what callers left."""
    return {MESSAGE: MESSAGES_AT_ONCE, **capacity} if capacity.get(CALL) else capacity

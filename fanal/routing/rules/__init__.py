"""Who gets what: which agent an entry is offered to, which entry a freed agent is offered, how long a wait may be."""

from fanal.routing.rules.assigning import SHOWN, assign
from fanal.routing.rules.closing import AtClosing, Closing, close, rests
from fanal.routing.rules.estimating import Estimate, estimate
from fanal.routing.rules.fitting import (
    CALL,
    CAME_BACK,
    CAN_LIE,
    HAS_CHAT,
    NAMED,
    Exclusion,
    Fitter,
    fits,
    has_its_chat,
    may_ever_serve,
    qualifies,
    room,
    with_messages,
)
from fanal.routing.rules.shortlisting import Line, shortlist
from fanal.routing.rules.state import AgentFacts, Decision, EntryFacts, Profile, QueueFacts, State, Why
from fanal.routing.rules.timing import (
    LEAST_LEVEL,
    effective_priority,
    highest_level,
    next_look,
    starving,
    widened,
)

__all__ = [
    "CALL",
    "CAME_BACK",
    "CAN_LIE",
    "HAS_CHAT",
    "LEAST_LEVEL",
    "NAMED",
    "SHOWN",
    "AgentFacts",
    "AtClosing",
    "Closing",
    "Decision",
    "EntryFacts",
    "Estimate",
    "Exclusion",
    "Fitter",
    "Line",
    "Profile",
    "QueueFacts",
    "State",
    "Why",
    "assign",
    "close",
    "effective_priority",
    "estimate",
    "fits",
    "has_its_chat",
    "highest_level",
    "may_ever_serve",
    "next_look",
    "qualifies",
    "rests",
    "room",
    "shortlist",
    "starving",
    "widened",
    "with_messages",
]

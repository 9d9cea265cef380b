"""Guided flows: data that leads somebody through menus, questions and lookups; the same engine for every face."""

from fanal.scenarios.rules.flows.checking import Surroundings, check
from fanal.scenarios.rules.flows.each_kind import KINDS
from fanal.scenarios.rules.flows.lookups import LOOKUPS, OPENING, Known
from fanal.scenarios.rules.flows.playing import MOST_TURNS, again, begin, step
from fanal.scenarios.rules.flows.reading import Unreadable, as_read, read
from fanal.scenarios.rules.flows.steps import Ask, Flow, Step, ways
from fanal.scenarios.rules.flows.turns import (
    HOURS,
    NOT_YET,
    Answered,
    Awaits,
    Choice,
    Ended,
    Input,
    Keyed,
    Keys,
    LeavesMessage,
    LookUp,
    Nothing,
    Passed,
    Position,
    Said,
    Seal,
    Silence,
    ToQueue,
    Turn,
    WantsCallback,
    position_of,
)
from fanal.scenarios.rules.flows.written import Finding

__all__ = [
    "HOURS",
    "KINDS",
    "LOOKUPS",
    "MOST_TURNS",
    "NOT_YET",
    "OPENING",
    "Answered",
    "Ask",
    "Awaits",
    "Choice",
    "Ended",
    "Finding",
    "Flow",
    "Input",
    "Keyed",
    "Keys",
    "Known",
    "LeavesMessage",
    "LookUp",
    "Nothing",
    "Passed",
    "Position",
    "Said",
    "Seal",
    "Silence",
    "Step",
    "Surroundings",
    "ToQueue",
    "Turn",
    "Unreadable",
    "WantsCallback",
    "again",
    "as_read",
    "begin",
    "check",
    "position_of",
    "read",
    "step",
    "ways",
]

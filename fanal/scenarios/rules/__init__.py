"""What should happen to a contact, and what may be done for a customer; decided without touching anything."""

from fanal.scenarios.rules.choosing import choose
from fanal.scenarios.rules.conditions import (
    SORTS,
    Condition,
    Judgement,
    Problem,
    check_conditions,
    condition_from,
    judge,
)
from fanal.scenarios.rules.contact import Contact, as_routed
from fanal.scenarios.rules.matters import MatterRule, RaisedMatter, same_matter, subject_of, which_rule
from fanal.scenarios.rules.permission import Asking, Refused, check
from fanal.scenarios.rules.scenario import Choice, ScenarioRule, Verdict

__all__ = [
    "SORTS",
    "Asking",
    "Choice",
    "Condition",
    "Contact",
    "Judgement",
    "MatterRule",
    "Problem",
    "RaisedMatter",
    "Refused",
    "ScenarioRule",
    "Verdict",
    "as_routed",
    "check",
    "check_conditions",
    "choose",
    "condition_from",
    "judge",
    "same_matter",
    "subject_of",
    "which_rule",
]

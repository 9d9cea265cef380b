"""What is advised: pure decisions on facts that were gathered before."""

from fanal.deciding.rules.advising import Advice, Rule, decide
from fanal.deciding.rules.conditions import COMPARISONS, WHAT, Condition, Problem, check_conditions, parsed
from fanal.deciding.rules.facts import Facts
from fanal.deciding.rules.granting import Refused, check_grant

__all__ = [
    "COMPARISONS",
    "WHAT",
    "Advice",
    "Condition",
    "Facts",
    "Problem",
    "Refused",
    "Rule",
    "check_conditions",
    "check_grant",
    "decide",
    "parsed",
]

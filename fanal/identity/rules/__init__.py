"""The decisions of identity: who it is, what that allows, and how it is proven. Pure."""

from fanal.identity.rules.assurance import LEAST, Decision, may_act_for, may_see
from fanal.identity.rules.evidence import Candidate, Evidence, Lane, Match, Person, Reason, Resolution, Source
from fanal.identity.rules.resolve import assurance_of, name_likeness, resolve

__all__ = [
    "LEAST",
    "Candidate",
    "Decision",
    "Evidence",
    "Lane",
    "Match",
    "Person",
    "Reason",
    "Resolution",
    "Source",
    "assurance_of",
    "may_act_for",
    "may_see",
    "name_likeness",
    "resolve",
]

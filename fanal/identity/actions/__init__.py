"""What identity does: resolve who it is, remember where they were heard from, ask and compare."""

from fanal.identity.actions.resolving import remember, resolve, resolve_twice
from fanal.identity.actions.verifying import Asking, NotAsked, Outcome, answer, is_verified, questions

__all__ = [
    "Asking",
    "NotAsked",
    "Outcome",
    "answer",
    "is_verified",
    "questions",
    "remember",
    "resolve",
    "resolve_twice",
]

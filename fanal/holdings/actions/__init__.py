"""What is wanted from back offices, and what they said: each verb one short transaction, none of them asks anybody."""

from fanal.holdings.actions.commanding import again, answered, asked_of, claim_command, command_for, give_up_lost
from fanal.holdings.actions.reading import claim_readings, learnt, source_for, want

__all__ = [
    "again",
    "answered",
    "asked_of",
    "claim_command",
    "claim_readings",
    "command_for",
    "give_up_lost",
    "learnt",
    "source_for",
    "want",
]

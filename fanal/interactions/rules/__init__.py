"""What is decided about an answer without looking anything up: whom it goes to, how, and with which words."""

from fanal.interactions.rules.disclosing import TOLD, disclosure
from fanal.interactions.rules.envelopes import (
    LONGEST_SUBJECT,
    MOST_RECIPIENTS,
    Answered,
    Envelope,
    Way,
    envelope,
    envelope_of,
)
from fanal.interactions.rules.filling import filled, missing
from fanal.interactions.rules.quoting import quotation
from fanal.interactions.rules.routes import Facts, Means, Route, choose

__all__ = [
    "LONGEST_SUBJECT",
    "MOST_RECIPIENTS",
    "TOLD",
    "Answered",
    "Envelope",
    "Facts",
    "Means",
    "Route",
    "Way",
    "choose",
    "disclosure",
    "envelope",
    "envelope_of",
    "filled",
    "missing",
    "quotation",
]

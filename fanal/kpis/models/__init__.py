"""What the figures are made of, and the counters that answer for them."""

from fanal.kpis.models.cells import Cell, Cursor, Grain
from fanal.kpis.models.facts import (
    AdviceFact,
    CaseContact,
    CaseFact,
    CaseMove,
    ClockEnd,
    ContactFact,
    Fact,
    Handling,
    IssueFact,
    OfferMade,
    Passage,
    QueueStay,
    SelfService,
    StateStretch,
    TransferMade,
)

__all__ = [
    "AdviceFact",
    "CaseContact",
    "CaseFact",
    "CaseMove",
    "Cell",
    "ClockEnd",
    "ContactFact",
    "Cursor",
    "Fact",
    "Grain",
    "Handling",
    "IssueFact",
    "OfferMade",
    "Passage",
    "QueueStay",
    "SelfService",
    "StateStretch",
    "TransferMade",
]

"""Where work waits, what waits there, to whom it was offered, and how it is handed on."""

from fanal.routing.models.callbacks import Callback, CallbackEnd, CallbackQuery
from fanal.routing.models.entries import WAITS, AgentLoad, EntryState, Offer, OfferState, QueueEntry
from fanal.routing.models.handing_on import Consultation, HandOver, HandOverEnd, Transfer, TransferTarget
from fanal.routing.models.queues import AtClosing, Queue, QueueQuery, QueueSkill

__all__ = [
    "WAITS",
    "AgentLoad",
    "AtClosing",
    "Callback",
    "CallbackEnd",
    "CallbackQuery",
    "Consultation",
    "EntryState",
    "HandOver",
    "HandOverEnd",
    "Offer",
    "OfferState",
    "Queue",
    "QueueEntry",
    "QueueQuery",
    "QueueSkill",
    "Transfer",
    "TransferTarget",
]

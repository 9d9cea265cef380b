"""What can be done with waiting work: enter, offer, accept, hand on, finish; and the presence of those who do it."""

from fanal.routing.actions.entering import abandon, enqueue, overflow
from fanal.routing.actions.estimating import estimate_wait
from fanal.routing.actions.finishing import complete_wrap_up, expire_wrap_ups, finish_talk
from fanal.routing.actions.handing_on import change_priority, reassign, transfer
from fanal.routing.actions.offering import accept, decline, expire_offers
from fanal.routing.actions.presence import heartbeat, lose_unreachable, set_presence, sign_out
from fanal.routing.actions.reaching_out import addresses_of, reach_out
from fanal.routing.actions.refusals import NotPossible

__all__ = [
    "NotPossible",
    "abandon",
    "accept",
    "addresses_of",
    "change_priority",
    "complete_wrap_up",
    "decline",
    "enqueue",
    "estimate_wait",
    "expire_offers",
    "expire_wrap_ups",
    "finish_talk",
    "heartbeat",
    "lose_unreachable",
    "overflow",
    "reach_out",
    "reassign",
    "set_presence",
    "sign_out",
    "transfer",
]

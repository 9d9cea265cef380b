"""What can be done with waiting work: enter, offer, accept, hand on, finish; and the presence of those who do it."""

from fanal.routing.actions.cases import dequeue_case, enqueue_case, waiting_entry
from fanal.routing.actions.closing import answer_later, close_queues, keep_matter
from fanal.routing.actions.entering import abandon, enqueue, overflow
from fanal.routing.actions.estimating import estimate_wait
from fanal.routing.actions.finishing import complete_wrap_up, expire_wrap_ups, finish_talk
from fanal.routing.actions.handing_on import change_priority, reassign, transfer
from fanal.routing.actions.offering import accept, decline, expire_offers
from fanal.routing.actions.presence import set_presence, sign_out
from fanal.routing.actions.reaching_out import addresses_of, reach_out
from fanal.routing.actions.refusals import NotPossible
from fanal.routing.actions.unreachable import heartbeat, lose_unreachable, return_talks

__all__ = [
    "NotPossible",
    "abandon",
    "accept",
    "addresses_of",
    "answer_later",
    "change_priority",
    "close_queues",
    "complete_wrap_up",
    "decline",
    "dequeue_case",
    "enqueue",
    "enqueue_case",
    "estimate_wait",
    "expire_offers",
    "expire_wrap_ups",
    "finish_talk",
    "heartbeat",
    "keep_matter",
    "lose_unreachable",
    "overflow",
    "reach_out",
    "reassign",
    "return_talks",
    "set_presence",
    "sign_out",
    "transfer",
    "waiting_entry",
]

"""What can be done with waiting work: enter, offer, accept, hand on, finish; and the presence of those who do it."""

from fanal.routing.actions.bulk import begin_bulk, go_on, undo_bulk, unfinished
from fanal.routing.actions.calling_back import (
    look_after_callbacks,
    wish_callback,
    withdraw_callback,
)
from fanal.routing.actions.calling_out import CalledOut, a_machine_answered, call_out
from fanal.routing.actions.cases import (
    dequeue_case,
    enqueue_case,
    merge_case,
    reopen_problem,
    settle_case,
    settle_problem,
    waiting_entry,
)
from fanal.routing.actions.closing import answer_later, close_queues, keep_matter, keep_unanswered, somebody_left
from fanal.routing.actions.coming_back import come_back
from fanal.routing.actions.consulting import answer, consult, take_back_question
from fanal.routing.actions.entering import (
    abandon,
    enqueue,
    last_entry,
    overflow,
    send_away,
    wait_no_more,
    was_sent_away,
)
from fanal.routing.actions.estimating import Standing, estimate_wait, standing_of, takes_calls
from fanal.routing.actions.finishing import complete_wrap_up, expire_wrap_ups, finish_talk, queue_they_were_in
from fanal.routing.actions.handing_on import change_priority, give_back, reassign, transfer
from fanal.routing.actions.in_calls import (
    MayNotCall,
    ask,
    bring_together,
    gone,
    hand_to,
    leave_call,
    let_go,
    send_outside,
)
from fanal.routing.actions.loads import note_phones
from fanal.routing.actions.offering import accept, decline, expire_offers
from fanal.routing.actions.outside import end_calls_outside, seconds_left_outside
from fanal.routing.actions.presence import set_presence, sign_out
from fanal.routing.actions.promising import NotCalledBack, may_be_called_back
from fanal.routing.actions.reaching_out import addresses_of, begin_mail, reach_out, write_on
from fanal.routing.actions.refusals import NotPossible
from fanal.routing.actions.supervising import may_supervise, stop_who_may_not_listen, supervise, take_over
from fanal.routing.actions.taking import give_case, take_case
from fanal.routing.actions.tiers import hand_back, hand_over, queue_of_tier
from fanal.routing.actions.unreachable import heartbeat, lose_unreachable, return_talks

__all__ = [
    "CalledOut",
    "MayNotCall",
    "NotCalledBack",
    "NotPossible",
    "Standing",
    "a_machine_answered",
    "abandon",
    "accept",
    "addresses_of",
    "answer",
    "answer_later",
    "ask",
    "begin_bulk",
    "begin_mail",
    "bring_together",
    "call_out",
    "change_priority",
    "close_queues",
    "come_back",
    "complete_wrap_up",
    "consult",
    "decline",
    "dequeue_case",
    "end_calls_outside",
    "enqueue",
    "enqueue_case",
    "estimate_wait",
    "expire_offers",
    "expire_wrap_ups",
    "finish_talk",
    "give_back",
    "give_case",
    "go_on",
    "gone",
    "hand_back",
    "hand_over",
    "hand_to",
    "heartbeat",
    "keep_matter",
    "keep_unanswered",
    "last_entry",
    "leave_call",
    "let_go",
    "look_after_callbacks",
    "lose_unreachable",
    "may_be_called_back",
    "may_supervise",
    "merge_case",
    "note_phones",
    "overflow",
    "queue_of_tier",
    "queue_they_were_in",
    "reach_out",
    "reassign",
    "reopen_problem",
    "return_talks",
    "seconds_left_outside",
    "send_away",
    "send_outside",
    "set_presence",
    "settle_case",
    "settle_problem",
    "sign_out",
    "somebody_left",
    "standing_of",
    "stop_who_may_not_listen",
    "supervise",
    "take_back_question",
    "take_case",
    "take_over",
    "takes_calls",
    "transfer",
    "undo_bulk",
    "unfinished",
    "wait_no_more",
    "waiting_entry",
    "was_sent_away",
    "wish_callback",
    "withdraw_callback",
    "write_on",
]

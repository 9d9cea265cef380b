"""What can be done in and to a contact, whatever its channel."""

from fanal.interactions.actions.addressing import Judged, judge, proposed
from fanal.interactions.actions.attaching import attach, copy_files, waiting_files
from fanal.interactions.actions.beginning import begin_by_mail
from fanal.interactions.actions.blocking import block, is_blocked, lift_block
from fanal.interactions.actions.calls import answer_leg, end_leg, hold, open_leg, unhold
from fanal.interactions.actions.correcting import correct_outcome
from fanal.interactions.actions.dialling import calling_account, dial, may_dial
from fanal.interactions.actions.drafting import (
    Outdated,
    Typed,
    carry_draft,
    drafts_of,
    fresh_key,
    keep_draft,
    take_over_draft,
    throw_draft_away,
)
from fanal.interactions.actions.ending import complete_wrap_up, end_talk
from fanal.interactions.actions.following_up import due, follow_up, is_answered, judge_follow_up
from fanal.interactions.actions.identifying import identify, set_candidates, speak_for
from fanal.interactions.actions.letters import (
    in_thread,
    keep_letter,
    own_letter,
    participants,
    threads_named,
    written_since,
)
from fanal.interactions.actions.locking import lock
from fanal.interactions.actions.messages import add_message, add_note, mark
from fanal.interactions.actions.outbox import (
    came_back,
    doubt_unsent,
    give_up_lost,
    send_again,
    send_next,
    take_back,
)
from fanal.interactions.actions.owning import give_away, give_to_agent, give_to_queue, running_segment
from fanal.interactions.actions.quality import note_quality
from fanal.interactions.actions.quoting import quoted
from fanal.interactions.actions.routes import (
    Way,
    ask_for_mail,
    mail_account,
    purpose_of,
    running_in_thread,
    way_to,
    ways_to,
)
from fanal.interactions.actions.sharing import (
    share_answer,
    stands_below,
    take_answer_back,
    words_for,
    write_copies,
    write_what_is_left,
)
from fanal.interactions.actions.signing import as_html, with_everything
from fanal.interactions.actions.starting import start
from fanal.interactions.actions.threads import fresh_thread
from fanal.interactions.actions.together import (
    belongs_to,
    change_part,
    end_part,
    end_parts,
    has_answered,
    let_take_part,
    open_parts,
)
from fanal.interactions.actions.topics import (
    add_topic,
    focus_topic,
    link_case,
    set_disposition,
    withdraw_topic,
)

__all__ = [
    "Judged",
    "Outdated",
    "Typed",
    "Way",
    "add_message",
    "add_note",
    "add_topic",
    "answer_leg",
    "as_html",
    "ask_for_mail",
    "attach",
    "begin_by_mail",
    "belongs_to",
    "block",
    "calling_account",
    "came_back",
    "carry_draft",
    "change_part",
    "complete_wrap_up",
    "copy_files",
    "correct_outcome",
    "dial",
    "doubt_unsent",
    "drafts_of",
    "due",
    "end_leg",
    "end_part",
    "end_parts",
    "end_talk",
    "focus_topic",
    "follow_up",
    "fresh_key",
    "fresh_thread",
    "give_away",
    "give_to_agent",
    "give_to_queue",
    "give_up_lost",
    "has_answered",
    "hold",
    "identify",
    "in_thread",
    "is_answered",
    "is_blocked",
    "judge",
    "judge_follow_up",
    "keep_draft",
    "keep_letter",
    "let_take_part",
    "lift_block",
    "link_case",
    "lock",
    "mail_account",
    "mark",
    "may_dial",
    "note_quality",
    "open_leg",
    "open_parts",
    "own_letter",
    "participants",
    "proposed",
    "purpose_of",
    "quoted",
    "running_in_thread",
    "running_segment",
    "send_again",
    "send_next",
    "set_candidates",
    "set_disposition",
    "share_answer",
    "speak_for",
    "stands_below",
    "start",
    "take_answer_back",
    "take_back",
    "take_over_draft",
    "threads_named",
    "throw_draft_away",
    "unhold",
    "waiting_files",
    "way_to",
    "ways_to",
    "with_everything",
    "withdraw_topic",
    "words_for",
    "write_copies",
    "write_what_is_left",
    "written_since",
]

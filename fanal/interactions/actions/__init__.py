"""What can be done in and to a contact, whatever its channel."""

from fanal.interactions.actions.attaching import attach
from fanal.interactions.actions.blocking import block, is_blocked, lift_block
from fanal.interactions.actions.correcting import correct_outcome
from fanal.interactions.actions.ending import complete_wrap_up, end_talk
from fanal.interactions.actions.identifying import identify, set_candidates, speak_for
from fanal.interactions.actions.messages import add_message, add_note, mark
from fanal.interactions.actions.owning import give_to_agent, give_to_queue
from fanal.interactions.actions.starting import start
from fanal.interactions.actions.topics import (
    add_topic,
    focus_topic,
    link_case,
    set_disposition,
    withdraw_topic,
)

__all__ = [
    "add_message",
    "add_note",
    "add_topic",
    "attach",
    "block",
    "complete_wrap_up",
    "correct_outcome",
    "end_talk",
    "focus_topic",
    "give_to_agent",
    "give_to_queue",
    "identify",
    "is_blocked",
    "lift_block",
    "link_case",
    "mark",
    "set_candidates",
    "set_disposition",
    "speak_for",
    "start",
    "withdraw_topic",
]

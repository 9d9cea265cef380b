"""Scenarios met, customer actions done, and the cases that make themselves."""

from fanal.scenarios.actions.advising import decide_otherwise, follow
from fanal.scenarios.actions.answering import answered, ask_again, give_up_lost, may_be_asked_again
from fanal.scenarios.actions.flowing import (
    Going,
    answer_flow,
    begin_flow,
    flow_for,
    leave_flow,
    message_asked,
    resume_flow,
)
from fanal.scenarios.actions.matching import Met, NoQueue, Proven, contact_of, dry_run, imagined, match
from fanal.scenarios.actions.matters import link_in, open_in, split_in, topics_of, unsplit_in
from fanal.scenarios.actions.performing import perform, possible, preview
from fanal.scenarios.actions.saving import NotSound, save_case_rule, save_scenario, set_active, set_order
from fanal.scenarios.actions.taking_back import take_back
from fanal.scenarios.catalogue import ENTRIES, Entry
from fanal.scenarios.sending import source_for


def catalogue() -> tuple[Entry, ...]:
    """Every named customer action, in the order in which people see them."""
    return ENTRIES


__all__ = [
    "Going",
    "Met",
    "NoQueue",
    "NotSound",
    "Proven",
    "answer_flow",
    "answered",
    "ask_again",
    "begin_flow",
    "catalogue",
    "contact_of",
    "decide_otherwise",
    "dry_run",
    "flow_for",
    "follow",
    "give_up_lost",
    "imagined",
    "leave_flow",
    "link_in",
    "match",
    "may_be_asked_again",
    "message_asked",
    "open_in",
    "perform",
    "possible",
    "preview",
    "resume_flow",
    "save_case_rule",
    "save_scenario",
    "set_active",
    "set_order",
    "source_for",
    "split_in",
    "take_back",
    "topics_of",
    "unsplit_in",
]

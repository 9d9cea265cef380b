"""Where a mail belongs: to a thread of ours, to what it reports on, or to a contact of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

MOST_AN_HOUR = 20
"""Mails of one sender to one account that may begin or continue something within an hour."""


class Place(StrEnum):
    CONTINUES = "continues"  # its thread: the contact that runs there, or a new one in it
    BEGINS = "begins"  # a contact and a thread of its own
    ASIDE = "aside"  # it is shown with an earlier contact, begins nothing and gets no answer


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of a mail when its place is decided.

    `threads`: the threads of this account that it refers to or brings the token of, the surest first, each with the
    addresses that take part in it: who wrote there before, and whom we wrote to.
    `before`: mails of this sender within the last hour, of those that their domain vouches for or of the others, as
    this one is: what others write in somebody's name uses up nothing of theirs.
    """

    sender: str
    automatic: bool = False
    reports_on: str = ""  # the thread of the mail of ours that did not arrive
    unproven: bool = False  # … as anybody may say who has seen that mail
    is_ours: str = ""  # the thread of the mail of ours that came back as it was
    from_here: bool = False  # the sender claims to be one of our own addresses or people
    before: int = 0
    threads: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Decision:
    place: Place
    thread: str = ""
    why: str = ""


def place(facts: Facts) -> Decision:
    """The place of a mail. Whoever takes no part in a thread does not get into it by naming it."""
    if facts.is_ours:
        return Decision(place=Place.ASIDE, thread=facts.is_ours, why="loop")
    if facts.reports_on:
        return Decision(place=Place.ASIDE, thread=facts.reports_on, why="unproven" if facts.unproven else "report")
    thread = "" if facts.from_here else _own_thread(facts)
    if facts.automatic and thread:
        return Decision(place=Place.ASIDE, thread=thread, why="automatic")
    if facts.before >= MOST_AN_HOUR:
        return Decision(place=Place.ASIDE, thread=thread, why="too_many")
    return Decision(place=Place.CONTINUES, thread=thread) if thread else Decision(place=Place.BEGINS)


def _own_thread(facts: Facts) -> str:
    """The first of the threads in which this sender takes part."""
    return next((thread for thread, people in facts.threads.items() if facts.sender and facts.sender in people), "")

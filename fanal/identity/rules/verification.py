"""Proving who it is: which questions may be asked, when it is enough, and when it is too much."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from fanal.norms import answers, names
from fanal.norms.answers import Kind

AT_A_TIME = 2
RIGHT_NEEDED = 2
MOST_WRONG_IN_CONTACT = 3
MOST_WRONG_A_DAY = 5
# Whoever they are about: a contact that goes through people, and somebody here who tries people out.
MOST_WRONG_OF_A_CONTACT = 6
MOST_WRONG_OF_AN_AGENT_A_DAY = 30
DAY = timedelta(hours=24)


class Asked(StrEnum):
    """The questions there are; which of them can be asked depends on what is known of the person."""

    DATE_OF_BIRTH = "date_of_birth"
    POSTCODE = "postcode"
    ORDER_AMOUNT = "last_order_amount"
    ORDER_STREET = "last_order_street"
    CARD_LAST_FOUR = "card_last_four"
    SERIAL_LAST_FOUR = "serial_last_four"
    EMAIL = "email"


KINDS: Mapping[Asked, Kind] = MappingProxyType(
    {
        Asked.DATE_OF_BIRTH: Kind.DATE_OF_BIRTH,
        Asked.POSTCODE: Kind.POSTCODE,
        Asked.ORDER_AMOUNT: Kind.ORDER_AMOUNT,
        Asked.ORDER_STREET: Kind.STREET,
        Asked.CARD_LAST_FOUR: Kind.CARD_LAST_FOUR,
        Asked.SERIAL_LAST_FOUR: Kind.CARD_LAST_FOUR,
        Asked.EMAIL: Kind.EMAIL,
    }
)
# Who shows one thing shows what is printed beside it: a parcel label or a confirmation has the address and the amount.
_SHOWN_WITH: Mapping[str, frozenset[Asked]] = MappingProxyType(
    {
        "order": frozenset({Asked.ORDER_AMOUNT, Asked.ORDER_STREET, Asked.POSTCODE}),
        "tracking": frozenset({Asked.ORDER_STREET, Asked.POSTCODE}),
        "card": frozenset({Asked.CARD_LAST_FOUR}),
        "card_hash": frozenset({Asked.CARD_LAST_FOUR}),
        "account": frozenset({Asked.SERIAL_LAST_FOUR}),
        "serial": frozenset({Asked.SERIAL_LAST_FOUR}),
        "email": frozenset({Asked.EMAIL}),
        "postcode": frozenset({Asked.POSTCODE}),
        "born_on": frozenset({Asked.DATE_OF_BIRTH}),
        "address": frozenset({Asked.ORDER_STREET, Asked.POSTCODE}),
    }
)


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """An answer that was given: to which question, in which contact, right or not."""

    question: str
    contact: int
    right: bool
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How the verification of one person in one contact stands.

    `state`: open (ask), verified, locked_contact (enough wrong answers here), locked_day (about this person, until
    `until`), locked_agent (by whoever asks, until `until`), or nothing_to_ask (too little is known that was not said).
    """

    state: str
    right: int = 0
    wrong: int = 0
    needed: int = RIGHT_NEEDED
    until: datetime | None = None


def askable(known: Mapping[Asked, str], *, name: str, given: Mapping[str, str]) -> tuple[Asked, ...]:
    """The questions whose answers are on file and were neither given in this contact nor stand in the name."""
    shown = {asked for key in given if given[key] for asked in _SHOWN_WITH.get(key, frozenset())}
    return tuple(
        asked
        for asked, expected in known.items()
        if expected
        and asked not in shown
        and not _revealed_by_name(asked, expected, name)
        and not any(answers.matches(KINDS[asked], expected, said) for said in given.values() if isinstance(said, str))
    )


def next_questions(order: Sequence[Asked], attempts: Sequence[Attempt], *, contact: int) -> tuple[Asked, ...]:
    """A couple that were not tried in this contact yet; a question is asked once, whatever the answer was."""
    tried = {attempt.question for attempt in attempts if attempt.contact == contact}
    return tuple(asked for asked in order if asked not in tried)[:AT_A_TIME]


def standing(
    attempts: Sequence[Attempt],
    *,
    contact: int,
    left: int,
    wrong_about_others: int = 0,
    wrong_by_agent: Sequence[datetime] = (),
    now: datetime,
) -> Standing:
    """Enough, too much or go on, from all attempts on this customer; `left` questions can still be asked here.

    `wrong_about_others`: wrong answers in this contact about other people; `wrong_by_agent`: when whoever asks now
    took down wrong answers, about anybody.
    Two right answers are enough with at most one wrong; each further wrong one asks for one more that is right.
    """
    here = [attempt for attempt in attempts if attempt.contact == contact]
    right = sum(attempt.right for attempt in here)
    wrong = len(here) - right
    needed = RIGHT_NEEDED + max(0, wrong - 1)
    recent = sorted(attempt.at for attempt in attempts if not attempt.right and now - attempt.at < DAY)
    if right >= needed:
        return Standing(state="verified", right=right, wrong=wrong, needed=needed)
    if len(recent) >= MOST_WRONG_A_DAY:
        until = recent[-MOST_WRONG_A_DAY] + DAY
        return Standing(state="locked_day", right=right, wrong=wrong, needed=needed, until=until)
    by_agent = sorted(at for at in wrong_by_agent if now - at < DAY)
    if len(by_agent) >= MOST_WRONG_OF_AN_AGENT_A_DAY:
        until = by_agent[-MOST_WRONG_OF_AN_AGENT_A_DAY] + DAY
        return Standing(state="locked_agent", right=right, wrong=wrong, needed=needed, until=until)
    if wrong >= MOST_WRONG_IN_CONTACT or wrong + wrong_about_others >= MOST_WRONG_OF_A_CONTACT:
        return Standing(state="locked_contact", right=right, wrong=wrong, needed=needed)
    if right + left < needed:
        return Standing(state="nothing_to_ask", right=right, wrong=wrong, needed=needed)
    return Standing(state="open", right=right, wrong=wrong, needed=needed)


def is_right(asked: Asked, *, expected: str, heard: str) -> bool:
    """Whether what was heard is what is on file, however it is said."""
    return answers.matches(KINDS[asked], expected, heard)


def _revealed_by_name(asked: Asked, expected: str, name: str) -> bool:
    """An e-mail address made of the name is no secret of the one who bears it."""
    if asked is not Asked.EMAIL:
        return False
    local = expected.partition("@")[0]
    words = [word for word in names.tokens(name) if len(word) > 2]
    return any(word in "".join(names.tokens(local)) for word in words)

"""To whom an answer by mail goes, under which subject, and what it quotes: replies, replies to all, and forwards."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

LONGEST_SUBJECT = 500
MOST_REFERENCES = 50
MOST_RECIPIENTS = 50
ANSWERED = re.compile(
    r"^(?:(?:re|aw|sv|antw|odp|ref|rép|rv|на|отв|ответ|رد)\s*(?:\[\d+\])?\s*[:：]\s*)+", re.IGNORECASE
)
FORWARDED = re.compile(r"^(?:(?:fwd?|wg|tr|i|пересл|إعادة توجيه)\s*[:：]\s*)+", re.IGNORECASE)


class Way(StrEnum):
    REPLY = "reply"
    ALL = "all"
    FORWARD = "forward"


@dataclass(frozen=True, kw_only=True)
class Answered:
    """The mail that is answered or handed on, as far as the answer depends on it."""

    sender: str
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    subject: str = ""
    header_id: str = ""
    references: tuple[str, ...] = ()
    ours: bool = False


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """To whom a mail of ours goes and under which subject; `references` has the nearest last."""

    to: tuple[str, ...]
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    subject: str = ""
    references: tuple[str, ...] = ()

    @property
    def everybody(self) -> tuple[str, ...]:
        """Each address once, in the most visible of its places."""
        return tuple(dict.fromkeys((*self.to, *self.cc, *self.bcc)))


def envelope(way: Way, answered: Answered | None, *, source: str, own: frozenset[str]) -> Envelope:
    """Whom this way of answering goes to. `own` are our own addresses among those of the mail: we do not write to us.

    Without a mail to answer it goes to `source`, the address that the contact is with.
    """
    if answered is None:
        return Envelope(to=() if way == Way.FORWARD or not source else (source,))
    refers = references_to(answered)
    bare = ANSWERED.sub("", FORWARDED.sub("", answered.subject)).strip()
    if way == Way.FORWARD:
        return Envelope(to=(), subject=f"Fwd: {bare}"[:LONGEST_SUBJECT].strip(), references=refers)
    subject = f"Re: {ANSWERED.sub('', answered.subject).strip()}"[:LONGEST_SUBJECT].strip()
    # An answer to a mail of our own goes to whom that went.
    to = _others(answered.to, own) if answered.ours else _others([answered.sender], own)
    to = to or ((source,) if source else ())
    if way == Way.REPLY:
        return Envelope(to=to[:1], subject=subject, references=refers)
    others = [*([] if answered.ours else answered.to), *answered.cc]
    cc = tuple(one for one in _others(others, own) if one not in to)
    return Envelope(to=to, cc=cc[: MOST_RECIPIENTS - len(to)], subject=subject, references=refers)


def envelope_of(
    *,
    to: Iterable[str],
    cc: Iterable[str] = (),
    bcc: Iterable[str] = (),
    subject: str = "",
    references: Iterable[str] = (),
) -> Envelope:
    """As somebody wrote it; an address that stands in several places stays in the most visible one."""
    first = tuple(dict.fromkeys(to))
    second = tuple(one for one in dict.fromkeys(cc) if one not in first)
    third = tuple(one for one in dict.fromkeys(bcc) if one not in (*first, *second))
    return Envelope(to=first, cc=second, bcc=third, subject=subject, references=tuple(references))


def references_to(answered: Answered) -> tuple[str, ...]:
    """What an answer refers to: the mail that it answers, after all that that one refers to."""
    found = [*answered.references, *([answered.header_id] if answered.header_id else [])]
    return tuple(found if len(found) <= MOST_REFERENCES else [found[0], *found[1 - MOST_REFERENCES :]])


def _others(addresses: Iterable[str], own: frozenset[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in addresses if one and one.lower() not in own))

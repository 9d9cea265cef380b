"""Which changes of state a case allows, and what a subject or a reason must look like."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

LONGEST_SUBJECT = 200
LONGEST_REASON = 500


class NotPossible(Exception):
    """A change that the case does not allow; `code` says why, its wording belongs to the surface.

    `names`: what it is about, as the house calls it: fields without a value, steps that are not done.
    """

    def __init__(self, code: str, *, names: Sequence[str] = ()) -> None:
        super().__init__(code)
        self.code, self.names = code, tuple(names)


class Standing(Protocol):
    """A case as far as it matters here: whether it is still a matter of its own."""

    @property
    def withdrawn_at(self) -> datetime | None: ...
    @property
    def merged_into_id(self) -> int | None: ...


def check_stands(case: Standing) -> None:
    """Raises NotPossible for a case that was taken back, or that is read on in another."""
    if case.withdrawn_at:
        raise NotPossible("withdrawn")
    if case.merged_into_id:
        raise NotPossible("merged")


@dataclass(frozen=True, kw_only=True)
class CaseSnapshot:
    """What the rules need to know of a case."""

    state: str
    made_itself: bool
    withdrawn_at: datetime | None = None
    noted: bool = False
    other_interactions: int = 0
    merged_into_id: int | None = None


def may_settle(case: CaseSnapshot) -> bool:
    """True when there is something to settle, False when it is settled already. Raises NotPossible."""
    if case.withdrawn_at:
        raise NotPossible("withdrawn")
    return case.state != "settled"


def may_reopen(case: CaseSnapshot) -> bool:
    """True when it is settled, False when it is open anyway. Raises NotPossible."""
    check_stands(case)
    return case.state == "settled"


def may_withdraw(case: CaseSnapshot) -> bool:
    """«Not this» takes back only what made itself and what nobody has worked on since."""
    if case.withdrawn_at:
        return False
    check_stands(case)
    if not case.made_itself:
        raise NotPossible("not_made_by_itself")
    if case.noted:
        raise NotPossible("worked_on")
    if case.other_interactions:
        raise NotPossible("in_other_interactions")
    return True


def check_subject(subject: str) -> str:
    """The subject as it will be kept: one line, neither empty nor too long."""
    line = " ".join(subject.split())
    if not line:
        raise NotPossible("subject_missing")
    if len(line) > LONGEST_SUBJECT:
        raise NotPossible("subject_too_long")
    return line


def check_reason(reason: str) -> str:
    line = reason.strip()
    if not line:
        raise NotPossible("reason_missing")
    if len(line) > LONGEST_REASON:
        raise NotPossible("reason_too_long")
    return line

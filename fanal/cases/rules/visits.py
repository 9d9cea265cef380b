"""When a technician can go where, and what may become of a visit."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from fanal.cases.rules.states import NotPossible

LONGEST = timedelta(hours=16)
OPEN = ("planned", "on_the_way")
MOVES = {
    "planned": ("on_the_way", "done", "not_done", "cancelled"),
    "on_the_way": ("done", "not_done", "cancelled"),
}
OUTCOMES = {
    "done": ("settled", "again"),
    "not_done": ("nobody_there", "no_access", "part_missing", "other"),
}
LONGEST_WORD = 4000


@dataclass(frozen=True, kw_only=True)
class Slot:
    """From when until when somebody is at a customer's."""

    begins_at: datetime
    ends_at: datetime

    def overlaps(self, other: "Slot") -> bool:
        """One that begins when the other ends does not."""
        return self.begins_at < other.ends_at and other.begins_at < self.ends_at


def check_slot(slot: Slot, *, others: Iterable[Slot], now: datetime) -> None:
    """Raises NotPossible: nobody is at two places at once, and nobody goes yesterday."""
    if slot.ends_at <= slot.begins_at:
        raise NotPossible("slot_backwards")
    if slot.ends_at - slot.begins_at > LONGEST:
        raise NotPossible("slot_too_long")
    if slot.ends_at <= now:
        raise NotPossible("slot_past")
    if any(slot.overlaps(other) for other in others):
        raise NotPossible("slot_taken")


def check_move(before: str, after: str) -> None:
    if after not in MOVES.get(before, ()):
        raise NotPossible("visit_over")


def check_outcome(state: str, outcome: str, word: str) -> str:
    """The word as it is kept; it may be missing only when everything is settled."""
    word = word.replace("\x00", "").strip()
    if outcome not in OUTCOMES.get(state, ()):
        raise NotPossible("outcome_unknown")
    if not word and outcome != "settled":
        raise NotPossible("word_missing")
    if len(word) > LONGEST_WORD:
        raise NotPossible("word_too_long")
    return word

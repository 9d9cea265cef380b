"""How long the wait may be, honestly: from what handling took lately and who is there; unknown is an answer."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """`seconds` is None when nothing can be said; `opens_at` only while closed."""

    seconds: int | None
    ahead: int
    open: bool
    opens_at: datetime | None
    agents_available: int


def estimate(
    *, ahead: int, free_slots: int, all_slots: int, handling_seconds: float | None, ring_seconds: int
) -> int | None:
    """Seconds until the next one in this queue is answered.

    With a free place for each one ahead and one more, only the ringing remains. Else the places (`all_slots`, how many
    talks the agents who are there can have at once) come free one after the other, each `handling_seconds` long.
    """
    if free_slots > ahead:
        return ring_seconds // 2
    if not all_slots or handling_seconds is None:
        return None
    return round((ahead - free_slots + 1) * handling_seconds / all_slots)

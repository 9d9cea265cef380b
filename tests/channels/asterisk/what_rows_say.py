"""What the rows say of the calls, without ids and clock times: what happened, in which order, and how it stands."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from fanal.events.models import Event
from fanal.interactions.models import Interaction, Leg, Segment
from fanal.routing.models import Offer, QueueEntry

Said = dict[str, Any]
OF_CALLS = {"interaction", "leg", "segment", "offer", "entry", "queue", "hold", "callback", "participation"}


def what_rows_say() -> Said:
    """`calls`, `legs`, `moments` of legs in their order, `talks`, `queue`, `offers`, and the `events` of each."""
    legs = list(Leg.objects.order_by("id"))
    return {
        "calls": [call.end_reason or "goes on" for call in Interaction.objects.order_by("id")],
        "legs": [_of(leg.kind, _cause(leg), *(["estimated"] if leg.estimated else [])) for leg in legs],
        "moments": [what for _at, what in sorted(moment for leg in legs for moment in _moments(leg))],
        "talks": [_of(one.kind, one.ended_at and "ended") for one in Segment.objects.order_by("id")],
        "queue": [str(entry.state) for entry in QueueEntry.objects.order_by("id")],
        "offers": [str(offer.state) for offer in Offer.objects.order_by("id")],
        "events": _events(),
    }


def _cause(leg: Leg) -> int | None:
    """A real exchange says nothing of why now and then (0) where it says at other times that somebody laid down (16);
    both mean the same to us."""
    return 16 if leg.ended_at and leg.cause == 0 and not leg.estimated else leg.cause


def _events() -> list[list[str]]:
    """Of each call in their order, first those of none; what happens to two calls at once comes in any order."""
    told: dict[int, list[str]] = {}
    for one in Event.objects.order_by("id"):
        if _is_of_calls(one.kind):
            told.setdefault(int(one.data.get("interaction") or 0), []).append(_of(one.kind, one.data.get("leg_kind")))
    return [told[call] for call in sorted(told)]


def _moments(leg: Leg) -> Iterator[tuple[datetime, str]]:
    yield leg.began_at, f"{leg.kind} began"
    if leg.answered_at:
        yield leg.answered_at, f"{leg.kind} answered"
    if leg.ended_at:
        yield leg.ended_at, f"{leg.kind} ended"


def _is_of_calls(kind: str) -> bool:
    """How a line sounds, and what who waits is told, is so only where there is sound."""
    return kind not in ("leg.sounds", "segment.sounded", "callback.offered") and kind.partition(".")[0] in OF_CALLS


def _of(*words: object) -> str:
    return " ".join(str(word) for word in words if word not in (None, ""))

"""How a call sounds is added to the segment: by the agent's phone, and line by line by the exchange."""

from datetime import datetime
from typing import TypeVar

from django.db import transaction

from fanal.events.actions import publish
from fanal.interactions import audience
from fanal.interactions.models import Leg, LineQuality, MeasuredSound, Segment, SegmentQuality
from fanal.interactions.rules.quality import Measured, is_poor, mos

Row = TypeVar("Row", bound=MeasuredSound)


@transaction.atomic
def note_quality(*, segment: Segment, measured: Measured, now: datetime) -> SegmentQuality:
    """One more stretch, weighted by its length. While they talk it is no event: nothing follows from it."""
    locked = _locked(segment.pk)
    row = SegmentQuality.objects.filter(segment=segment).first()
    row = _added(row or SegmentQuality(segment=segment), measured, now=now)
    _tell_if_over(locked, now=now)
    return row


@transaction.atomic
def note_line_quality(*, segment: int, leg: Leg, way: str, measured: Measured, now: datetime) -> LineQuality:
    """One more stretch of one line. That it has become hard to understand, or is well again, is an event."""
    locked = _locked(segment)
    row = LineQuality.objects.filter(segment=segment, leg=leg, way=way).first() or LineQuality(
        segment_id=segment, leg=leg, way=way
    )
    poor, was_poor = is_poor(mos(measured)), row.poor_since is not None
    if poor != was_poor:
        row.poor_since = now if poor else None
    row = _added(row, measured, now=now)
    if poor != was_poor:
        call = leg.interaction
        data = audience.about(call, leg=leg.pk, way=way, poor=poor)
        publish(kind="leg.sounds", data=data, audience=audience.of(call), now=now)
    _tell_if_over(locked, now=now)
    return row


def _locked(segment: int) -> Segment:
    """Its end comes before what is added now, or after it: never beside it."""
    return Segment.objects.select_for_update(of=("self",), no_key=True).select_related("interaction").get(pk=segment)


def _tell_if_over(segment: Segment, *, now: datetime) -> None:
    """Whoever read at its end how a talk sounded has to read once more."""
    if segment.ended_at:
        data = audience.about(segment.interaction, segment=segment.pk, agent=segment.agent_id)
        publish(kind="segment.sounded", data=data, audience=[], now=now)


def _added(row: Row, measured: Measured, *, now: datetime) -> Row:
    score = mos(measured)
    if not row.seconds:
        row.seconds, row.mos, row.worst_mos = measured.seconds, score, score
        row.loss, row.jitter, row.round_trip = measured.loss, measured.jitter, measured.round_trip
    else:
        share = measured.seconds / (row.seconds + measured.seconds)
        row.mos += share * (score - row.mos)
        row.loss += share * (measured.loss - row.loss)
        row.jitter += share * (measured.jitter - row.jitter)
        row.round_trip += share * (measured.round_trip - row.round_trip)
        row.seconds += measured.seconds
        row.worst_mos = min(row.worst_mos, score)
    row.updated_at = now
    row.save()
    return row

"""What an agent's phone measured of a call's sound is added to the segment."""

from datetime import datetime

from django.db import transaction

from fanal.interactions.models import Segment, SegmentQuality
from fanal.interactions.rules.quality import Measured, mos


@transaction.atomic
def note_quality(*, segment: Segment, measured: Measured, now: datetime) -> SegmentQuality:
    """One more stretch, weighted by its length. It is a measurement and no event: nothing follows from it."""
    Segment.objects.select_for_update().get(pk=segment.pk)
    score = mos(measured)
    row = SegmentQuality.objects.filter(segment=segment).first()
    if row is None:
        return SegmentQuality.objects.create(
            segment=segment,
            seconds=measured.seconds,
            mos=score,
            worst_mos=score,
            loss=measured.loss,
            jitter=measured.jitter,
            round_trip=measured.round_trip,
            updated_at=now,
        )
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

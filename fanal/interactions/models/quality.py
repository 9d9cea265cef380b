"""How a talk sounded to the agent: what the phone measured, added up over the segment."""

from django.db import models
from django.db.models import Q

from fanal.interactions.models.contacts import Segment


class SegmentQuality(models.Model):
    """The sound of one agent's part of a call, weighted by time; how it is judged stands in `rules/quality.py`."""

    segment = models.OneToOneField(Segment, models.CASCADE, primary_key=True, related_name="quality")
    seconds = models.FloatField(help_text="How long was measured.")
    mos = models.FloatField(help_text="Mean opinion score by the E-model, 1 to 4.5.")
    worst_mos = models.FloatField(help_text="Of the worst stretch.")
    loss = models.FloatField(help_text="Share of packets that did not arrive, 0 to 1.")
    jitter = models.FloatField(help_text="Seconds.")
    round_trip = models.FloatField(help_text="Seconds.")
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(seconds__gt=0)
                & Q(mos__range=(1, 4.5))
                & Q(worst_mos__range=(1, 4.5))
                & Q(worst_mos__lte=models.F("mos") + 0.001)
                & Q(loss__range=(0, 1))
                & Q(jitter__gte=0)
                & Q(round_trip__gte=0),
                name="segment_quality_can_be",
            )
        ]

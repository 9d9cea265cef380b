"""How a talk sounded: what the agent's phone measured, and the exchange of each line, added up over the segment."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fanal.interactions.models.calls import Leg
from fanal.interactions.models.contacts import Segment


class MeasuredSound(models.Model):
    """Weighted by time; how it is judged stands in `rules/quality.py`."""

    seconds = models.FloatField(help_text="How long was measured.")
    mos = models.FloatField(help_text="Mean opinion score by the E-model, 1 to 4.5.")
    worst_mos = models.FloatField(help_text="Of the worst stretch.")
    loss = models.FloatField(help_text="Share of packets that did not arrive, 0 to 1.")
    jitter = models.FloatField(help_text="Seconds.")
    round_trip = models.FloatField(help_text="Seconds.")
    updated_at = models.DateTimeField()

    class Meta:
        abstract = True


def _can_be(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(seconds__gt=0)
        & Q(mos__range=(1, 4.5))
        & Q(worst_mos__range=(1, 4.5))
        & Q(worst_mos__lte=models.F("mos") + 0.001)
        & Q(loss__range=(0, 1))
        & Q(jitter__gte=0)
        & Q(round_trip__gte=0),
        name=name,
    )


class SegmentQuality(MeasuredSound):
    """The sound of one agent's part of a call, as it came out of their phone."""

    segment = models.OneToOneField(Segment, models.CASCADE, primary_key=True, related_name="quality")

    class Meta:
        constraints = [_can_be("segment_quality_can_be")]


class Way(models.TextChoices):
    """Which half of a line: what comes from whoever is there, and what goes to them."""

    COMES = "comes", _("What comes from them")
    GOES = "goes", _("What goes to them")


class LineQuality(MeasuredSound):
    """The sound of one line during one agent's part of a call, as the exchange counts it and is told by RTCP."""

    segment = models.ForeignKey(Segment, models.CASCADE, related_name="line_qualities")
    leg = models.ForeignKey(Leg, models.CASCADE, related_name="qualities")
    way = models.CharField(max_length=5, choices=Way)
    poor_since = models.DateTimeField(null=True, help_text="As it was last heard, it is hard to understand since then.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["segment", "leg", "way"], name="line_quality_once"),
            _can_be("line_quality_can_be"),
        ]

    def __str__(self) -> str:
        return f"{self.leg} {self.way} {self.mos:.1f}"

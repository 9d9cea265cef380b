"""What a contact was about, how much of the time each matter took, and what came of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from fanal.agents.models import Agent
from fanal.cases.models import Case, Category
from fanal.interactions.models.contacts import Interaction, Segment


class Disposition(models.Model):
    """The outcome code of a topic. A prank or a wrong number is one too."""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    settles = models.BooleanField(default=True, help_text="The matter is done.")
    genuine = models.BooleanField(default=True, help_text="False for pranks, wrong numbers, silence.")
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class TopicOrigin(models.TextChoices):
    AGENT = "agent", _("Agent")
    RULE = "rule", _("Made itself")
    SCENARIO = "scenario", _("Scenario")


class Topic(models.Model):
    """One matter raised in an interaction; its case if there is one. Many per interaction, many per case."""

    interaction = models.ForeignKey(Interaction, models.CASCADE, related_name="topics")
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="topics")
    category = models.ForeignKey(Category, models.PROTECT, null=True)
    disposition = models.ForeignKey(Disposition, models.PROTECT, null=True)
    label = models.CharField(max_length=120, blank=True)
    origin = models.CharField(max_length=8, choices=TopicOrigin)
    position = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, help_text="«Not this».")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["interaction", "case"], condition=models.Q(withdrawn_at=None), name="case_once_per_interaction"
            ),
            models.UniqueConstraint(fields=["interaction", "position"], name="topic_position_once"),
        ]


class Correction(models.Model):
    """An outcome that was changed after the wrap-up: what it was, what it is, who says so and why."""

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="corrections")
    was = models.ForeignKey(Disposition, models.PROTECT, null=True, related_name="+")
    became = models.ForeignKey(Disposition, models.PROTECT, related_name="+")
    why = models.CharField(max_length=200)
    by = models.ForeignKey(Agent, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]


class TopicSpan(models.Model):
    """A stretch of handling time spent on one topic; the shares of an interaction's time follow from these."""

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="spans")
    segment = models.ForeignKey(Segment, models.CASCADE, related_name="topic_spans")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["segment"], condition=models.Q(ended_at=None), name="one_topic_at_a_time")
        ]

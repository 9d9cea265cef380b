"""Guided flows as they are configured, each version that was ever run, and every run with how it ended."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from fanal.interactions.models import Interaction


class Flow(models.Model):
    """A guided flow as it was written: languages, begins, otherwise, steps. docs/flows.md says what may stand there."""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    content = models.JSONField(default=dict)
    active = models.BooleanField(default=True, help_text="Contacts begin with it; until then it is a draft.")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class FlowVersion(models.Model):
    """What a flow was when it was first run like this: a run goes on with what it began with. Never changed."""

    flow = models.ForeignKey(Flow, models.PROTECT, related_name="versions")
    content = models.JSONField()
    sha256 = models.CharField(max_length=64, db_collation="C")
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["flow", "sha256"], name="flow_version_once")]

    def __str__(self) -> str:
        return f"{self.flow_id} {self.sha256[:8]}"


class FlowEnd(models.TextChoices):
    QUEUE = "queue", _("Went to people")
    SERVED = "served", _("Served without anybody")
    NOT_SERVED = "not_served", _("Ended without being served")
    MESSAGE = "message", _("Left a message")
    CALLBACK = "callback", _("Asked to be called back")
    LEFT = "left", _("Hung up on the way")


class FlowRun(models.Model):
    """One contact on its way through a flow: where it stands is kept after each turn, so that any process goes on.

    No digit of what was keyed in under secrecy is in it. When it has ended only what was gathered stays.
    """

    interaction = models.ForeignKey(Interaction, models.CASCADE, related_name="flow_runs")
    version = models.ForeignKey(FlowVersion, models.PROTECT, related_name="runs")
    position = models.JSONField(help_text="Where it stands, as the rules wrote it.")
    gathered = models.JSONField(default=dict, help_text="What the customer gave, by name.")
    misses = models.PositiveSmallIntegerField(default=0, help_text="Lookups that found nothing.")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    how = models.CharField(max_length=10, choices=FlowEnd, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["interaction"], condition=models.Q(ended_at=None), name="one_open_flow_per_contact"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None, how="") | (models.Q(ended_at__isnull=False) & ~models.Q(how="")),
                name="ended_flow_says_how",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None) | models.Q(ended_at__gte=models.F("started_at")),
                name="flow_run_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.how}"

"""The company, and who changed what of its configuration."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from fanal.agents.models import Agent


class Company(models.Model):
    """The one organisation of this installation; there is at most one row."""

    name = models.CharField(max_length=100)
    languages = ArrayField(models.CharField(max_length=10), default=list)
    zone = models.CharField(max_length=60, default="UTC", help_text="IANA name, such as Europe/Paris.")
    set_up_at = models.DateTimeField(null=True, help_text="When the first-run wizard was finished.")
    only = models.BooleanField(default=True, unique=True, editable=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(only=True), name="one_company")]

    def __str__(self) -> str:
        return self.name


class ConfigurationChange(models.Model):
    """One change of the configuration: what it was and what it became; secrets are never in it."""

    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=254, help_text="The stable code of what was changed.")
    changes = models.JSONField(help_text="Field to [before, after].")
    by = models.ForeignKey(Agent, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["kind", "key", "-id"], name="change_of")]

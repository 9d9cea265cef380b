"""What a case reminds somebody of, and what it waits for."""

from django.db import models
from django.db.models import F, Q

from fanal.agents.models import Agent
from fanal.cases.models.case import Case


class Reminder(models.Model):
    """At a moment, to one person or to whoever owns the case then. Never deleted."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="reminders", db_index=False)
    agent = models.ForeignKey(Agent, models.PROTECT, null=True, related_name="+", help_text="None: the owner.")
    text = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(Agent, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    rung_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True, help_text="Done, or no longer wanted.")
    ended_by = models.ForeignKey(Agent, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["at", "pk"]
        indexes = [
            models.Index(fields=["at"], name="reminder_to_ring", condition=Q(rung_at=None, ended_at=None)),
            models.Index(fields=["case"], name="reminders_of_case", condition=Q(ended_at=None)),
        ]


class CaseDependency(models.Model):
    """A case waits until another is settled. Never deleted."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="waits_for")
    on = models.ForeignKey(Case, models.PROTECT, related_name="awaited_by")
    by = models.ForeignKey(Agent, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, help_text="Settled, or it does not wait after all.")
    ended_by = models.ForeignKey(Agent, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "on"], condition=Q(ended_at=None), name="waits_once"),
            models.CheckConstraint(condition=~Q(case=F("on")), name="waits_not_for_itself"),
        ]

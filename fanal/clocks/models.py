"""Targets, the clocks that run towards them, and the stretches in which a clock stood still."""

from datetime import datetime
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fanal.cases.models import Case, CaseType, Priority
from fanal.events import models as events
from fanal.hours.models import Calendar


class ClockKind(models.TextChoices):
    FIRST_RESPONSE = "first_response", _("First response")
    NEXT_RESPONSE = "next_response", _("Next response")
    RESOLUTION = "resolution", _("Resolution")


class Outcome(models.TextChoices):
    MET = "met", _("Met")
    MISSED = "missed", _("Missed")
    DROPPED = "dropped", _("Dropped")


class ValueBand(models.IntegerChoices):
    ORDINARY = 0, _("Ordinary")
    VALUED = 1, _("Valued")
    VALUABLE = 2, _("Valuable")
    MOST_VALUABLE = 3, _("Most valuable")


def minutes() -> Any:
    return models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(527_040)]
    )


class Target(models.Model):
    """What we promise for which cases; what it leaves open holds for all of them. Times are opening time."""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    case_type = models.ForeignKey(CaseType, models.PROTECT, null=True, blank=True)
    priority = models.PositiveSmallIntegerField(choices=Priority, null=True, blank=True)
    value_band = models.PositiveSmallIntegerField(choices=ValueBand, null=True, blank=True)
    first_response_minutes = minutes()
    next_response_minutes = minutes()
    resolution_minutes = minutes()
    calendar = models.ForeignKey(Calendar, models.PROTECT, null=True, blank=True, help_text="None: around the clock.")
    at_risk_percent = models.PositiveSmallIntegerField(
        default=75, validators=[MinValueValidator(1), MaxValueValidator(99)]
    )
    active = models.BooleanField(default=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(at_risk_percent__gte=1, at_risk_percent__lte=99), name="target_risk")
        ]

    def __str__(self) -> str:
        return self.name


class Clock(models.Model):
    """One promise for one case, with the target as it was when the clock started. Never deleted."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="clocks", db_index=False)
    kind = models.CharField(max_length=14, choices=ClockKind)
    target = models.ForeignKey(Target, models.PROTECT, related_name="clocks")
    why = models.JSONField(default=list, help_text="What of the case the target names: type, priority, value_band.")
    seconds = models.PositiveIntegerField(help_text="Opening time from the start until it is due.")
    at_risk_percent = models.PositiveSmallIntegerField()
    calendar = models.ForeignKey(Calendar, models.PROTECT, null=True, help_text="None: around the clock.")
    started_at = models.DateTimeField()
    at_risk_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True, help_text="Null while it stands still, and when the calendar never opens.")
    left_seconds = models.IntegerField(null=True, help_text="What is left while it stands still.")
    at_risk_told_at = models.DateTimeField(null=True)
    missed_told_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True, default="")
    ended_by = models.CharField(max_length=12, blank=True, default="", help_text="Why it ended, as in rules.moves.")

    class Meta:
        ordering = ["started_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["case", "kind"], condition=Q(ended_at=None), name="clock_runs_once"),
            models.CheckConstraint(
                condition=Q(ended_at=None, outcome="") | (Q(ended_at__isnull=False) & ~Q(outcome="")),
                name="clock_outcome_when_ended",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=models.F("started_at")), name="clock_ends_after_start"
            ),
        ]
        indexes = [
            models.Index(fields=["case", "kind"], name="clock_of_case"),
            models.Index(fields=["at_risk_at"], name="clock_at_risk", condition=Q(ended_at=None, at_risk_told_at=None)),
            models.Index(fields=["due_at"], name="clock_due", condition=Q(ended_at=None, missed_told_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.case_id}"

    def state(self, *, now: datetime) -> str:
        """How it stands: met, missed, dropped · late · still · never (due) · at_risk · running."""
        if self.outcome:
            return str(Outcome(self.outcome))
        if self.due_at is not None and self.due_at < now:
            return "late"
        if self.left_seconds is not None:
            return "still"
        if self.due_at is None:
            return "never"
        return "at_risk" if self.at_risk_at is not None and self.at_risk_at <= now else "running"


class Pause(models.Model):
    """A stretch in which a clock stood still, and why."""

    clock = models.ForeignKey(Clock, models.CASCADE, related_name="pauses")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=12, help_text="waiting: for the customer; settled: until it was reopened.")

    class Meta:
        ordering = ["started_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=models.F("started_at")), name="pause_not_negative"
            ),
            models.UniqueConstraint(fields=["clock"], condition=Q(ended_at=None), name="pause_open_once"),
        ]


class Cursor(events.Cursor):
    """How far the clocks have followed the events, in the order in which they were committed."""

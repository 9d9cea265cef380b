"""Rules of escalation, what they did to which case, and when to look at a case again."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fanal.agents.models import Tier
from fanal.cases.models import Case, CaseType, Priority
from fanal.clocks.models import ClockKind, ValueBand
from fanal.events import models as events
from fanal.routing.models import HandOver, Queue


class When(models.TextChoices):
    """The same codes as in rules."""

    AT_ONCE = "at_once", _("As soon as it is so")
    AGE = "age", _("Some time after it was opened")
    SHARE = "share", _("When a share of a clock's time has passed")
    AT_RISK = "at_risk", _("When a clock comes to be at risk")
    MISSED = "missed", _("When a clock is missed")


class EscalationRule(models.Model):
    """Which open cases go where by themselves, and when; what it leaves open holds for all of them."""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    position = models.PositiveIntegerField(default=100, help_text="The least first.")
    when = models.CharField(max_length=8, choices=When)
    clock = models.CharField(max_length=14, choices=ClockKind, blank=True, default="", help_text="Empty: any of them.")
    percent = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    age_minutes = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(527_040)]
    )
    priority_at_least = models.PositiveSmallIntegerField(choices=Priority, null=True, blank=True)
    value_at_least = models.PositiveSmallIntegerField(choices=ValueBand, null=True, blank=True)
    case_type = models.ForeignKey(CaseType, models.PROTECT, null=True, blank=True)
    tier = models.ForeignKey(Tier, models.PROTECT, null=True, blank=True, help_text="The line that has it.")
    raise_to = models.PositiveSmallIntegerField(choices=Priority, null=True, blank=True)
    hand_over_to = models.ForeignKey(Queue, models.PROTECT, null=True, blank=True)
    tell_supervision = models.BooleanField(default=False)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "code"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(when="share") | Q(percent__gte=1, percent__lte=100), name="escalation_share_of_something"
            ),
            models.CheckConstraint(
                condition=~Q(when="age") | Q(age_minutes__gte=1), name="escalation_age_of_something"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Escalation(models.Model):
    """A rule acted on a case, once in a stretch: for one run of a clock, or one opening of the case."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="escalations", db_index=False)
    rule = models.ForeignKey(EscalationRule, models.PROTECT, related_name="escalations")
    stretch = models.CharField(max_length=40)
    why = models.JSONField(help_text="What held, as codes: rules.why.")
    raised_from = models.PositiveSmallIntegerField(choices=Priority, null=True)
    raised_to = models.PositiveSmallIntegerField(choices=Priority, null=True)
    hand_over = models.OneToOneField(HandOver, models.CASCADE, null=True, related_name="escalation")
    told = models.BooleanField(default=False, help_text="Supervision was told.")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [models.UniqueConstraint(fields=["case", "rule", "stretch"], name="escalated_once")]
        indexes = [models.Index(fields=["at"], name="escalation_told", condition=Q(told=True))]


class Watch(models.Model):
    """When the next rule may act on a case; a case about which none may has none."""

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="+")
    at = models.DateTimeField(db_index=True)


class Cursor(events.Cursor):
    """How far the events were followed, in the order in which they were committed."""


class Sweep(models.Model):
    """The rules have changed: every open case after this one still has to be looked at."""

    after = models.BigIntegerField(default=0)

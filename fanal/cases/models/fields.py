"""What a type of case asks for: fields with values, and steps that belong to settling it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from fanal.agents.models import Agent, FieldClass
from fanal.cases.models.case import Case, CaseType


class FieldKind(models.TextChoices):
    TEXT = "text", _("Text")
    NUMBER = "number", _("Number")
    DATE = "date", _("Date")
    CHOICE = "choice", _("Choice")
    YES_NO = "yes_no", _("Yes or no")


class Required(models.TextChoices):
    NEVER = "never", _("Never")
    TO_SETTLE = "to_settle", _("To settle the case")
    TO_OPEN = "to_open", _("To open the case")


class CaseField(models.Model):
    """One thing to know of every case of a type; its value stands in `Case.values` under the code."""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    case_type = models.ForeignKey(CaseType, models.PROTECT, related_name="fields")
    kind = models.CharField(max_length=10, choices=FieldKind, default=FieldKind.TEXT)
    choices = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    required = models.CharField(max_length=10, choices=Required, default=Required.NEVER)
    field_class = models.CharField(max_length=30, choices=FieldClass, blank=True, default="")
    position = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name

    def seen_by(self, agent: Agent) -> bool:
        """Whether the role shows values of this kind of data."""
        return not self.field_class or self.field_class in agent.role.field_classes


class TypeStep(models.Model):
    """A step that every new case of a type begins with."""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    case_type = models.ForeignKey(CaseType, models.PROTECT, related_name="steps")
    required = models.BooleanField(default=False, help_text="Must be done before the case is settled.")
    position = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


class CaseStep(models.Model):
    """A step of one case: as it was when the case began, or added by somebody. Never deleted."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="steps", db_index=False)
    text = models.CharField(max_length=200)
    required = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)
    begun_as = models.ForeignKey(TypeStep, models.SET_NULL, null=True, blank=True, related_name="copies")
    added_by = models.ForeignKey(Agent, models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(Agent, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["position", "pk"]
        indexes = [models.Index(fields=["case", "position"], name="steps_of_case")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(done_at=None, done_by=None) | models.Q(done_at__isnull=False),
                name="step_done_has_a_time",
            )
        ]

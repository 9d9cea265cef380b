"""The company's rules of what it does for whom, each advice that was shown, and the goodwill that was granted."""

from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from fanal.agents.models import Agent
from fanal.cases.models import Case, Priority
from fanal.customers.models import Customer
from fanal.holdings.models import Holding
from fanal.interactions.models import Interaction
from fanal.routing.models import Queue


class What(models.TextChoices):
    """What may be advised."""

    PRIORITY = "priority", _("Priority")
    HAND_OVER = "hand_over", _("Hand over")
    GOODWILL = "goodwill", _("Goodwill")
    REPLACE = "replace", _("Replace the device")
    OFFER = "offer", _("Offer")


class AdviceRule(models.Model):
    """When all conditions hold, this is what the company would do. Of each kind the first that holds is advised."""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    position = models.PositiveIntegerField(default=100, help_text="Smaller is asked first.")
    conditions = models.JSONField(default=list, help_text='[{"what": "faults", "within": 365, "is": "at_least", …}]')
    what = models.CharField(max_length=10, choices=What)
    priority = models.PositiveSmallIntegerField(choices=Priority, null=True, blank=True)
    queue = models.ForeignKey(Queue, models.PROTECT, null=True, blank=True, related_name="+")
    limit = models.DecimalField(
        max_digits=10, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    currency = models.CharField(max_length=3, blank=True)
    offer = models.JSONField(default=dict, blank=True, help_text="What to offer, one text per language.")
    sentences = models.JSONField(default=dict, blank=True, help_text="Why, one sentence per language.")
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class Decided(models.TextChoices):
    """What the agent did with an advice."""

    FOLLOWED = "followed", _("Followed")
    OTHERWISE = "otherwise", _("Decided otherwise")


class AdviceQuery(models.QuerySet["AdviceShown"]):
    def visible_to(self, agent: Any) -> "AdviceQuery":
        """As visible as the contact or the case that it was shown with."""
        return self.filter(
            models.Q(interaction__in=Interaction.objects.visible_to(agent))
            | models.Q(case__in=Case.objects.visible_to(agent))
        )


class AdviceShown(models.Model):
    """One rule's advice in one contact or case, as it was first shown, and what was done with it. Never deleted."""

    rule = models.ForeignKey(AdviceRule, models.PROTECT, related_name="shown")
    interaction = models.ForeignKey(Interaction, models.PROTECT, null=True, related_name="advice")
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="advice")
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="+")
    holding = models.ForeignKey(Holding, models.PROTECT, null=True, related_name="+")
    what = models.CharField(max_length=10, choices=What)
    priority = models.PositiveSmallIntegerField(choices=Priority, null=True)
    queue = models.ForeignKey(Queue, models.PROTECT, null=True, related_name="+")
    limit = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, blank=True, default="")
    facts = models.JSONField(default=dict, help_text="The numbers that the sentence names.")
    shown_at = models.DateTimeField()
    shown_to = models.ForeignKey(Agent, models.PROTECT, related_name="+")
    decided = models.CharField(max_length=10, choices=Decided, blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Agent, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True, default="")

    objects = AdviceQuery.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["interaction", "rule"], condition=models.Q(case=None), name="advice_once_in_a_contact"
            ),
            models.UniqueConstraint(
                fields=["case", "rule"], condition=models.Q(interaction=None), name="advice_once_on_a_case"
            ),
            models.CheckConstraint(
                condition=models.Q(interaction=None, case__isnull=False)
                | models.Q(interaction__isnull=False, case=None),
                name="advice_of_a_contact_or_a_case",
            ),
            models.CheckConstraint(
                condition=models.Q(decided="", decided_at=None)
                | (~models.Q(decided="") & models.Q(decided_at__isnull=False)),
                name="decided_advice_has_a_time",
            ),
        ]
        indexes = [models.Index(fields=["rule", "-shown_at"], name="advice_of_rule")]


class Goodwill(models.Model):
    """Money that a customer was granted without owing it to them. What pays it out reads these rows."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="goodwill")
    advice = models.ForeignKey(AdviceShown, models.PROTECT, null=True, related_name="goodwill")
    amount = models.DecimalField(max_digits=10, decimal_places=2)
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(Agent, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(amount__gt=0), name="goodwill_is_something")]
        indexes = [models.Index(fields=["customer", "-at"], name="goodwill_of_customer")]

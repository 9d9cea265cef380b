"""Who is it: how sure we are, where a customer was heard from, and every attempt to prove it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from fanal.agents.models import Agent
from fanal.customers.models import ContactPointKind, Customer


class Assurance(models.IntegerChoices):
    """How sure we are who it is. Every field and action names the least it needs."""

    NONE = 0, _("Not known")
    CLAIMED = 1, _("Claimed")
    MATCHED = 2, _("Matched")
    VERIFIED = 3, _("Verified")


class Recognition(models.TextChoices):
    KNOWN = "known", _("Known")
    AMBIGUOUS = "ambiguous", _("Several possible")
    UNKNOWN = "unknown", _("Unknown")


class VerificationAttempt(models.Model):
    """One answer to one question: which kind, whether it was right; never what was said."""

    customer = models.ForeignKey(Customer, models.PROTECT)
    contact = models.BigIntegerField(help_text="Id of the interaction in which it was asked.")
    question = models.CharField(max_length=40)
    right = models.BooleanField()
    by = models.ForeignKey(Agent, models.PROTECT, null=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["customer", "-at"], name="attempt_on_customer"),
            models.Index(fields=["contact"], name="attempt_in_contact"),
        ]


class Sighting(models.Model):
    """Where a customer was last heard from: one row per address, so that "never wrote from here" can be said."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="sightings")
    kind = models.CharField(max_length=10, choices=ContactPointKind)
    value = models.CharField(max_length=200, db_collation="C", help_text="Normal form, as in a contact point.")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    contact = models.BigIntegerField(help_text="Id of the latest interaction.")
    times = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "kind", "value"], name="sighting_once")]
        indexes = [models.Index(fields=["kind", "value"], name="sighting_address")]

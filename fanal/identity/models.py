"""Who is it: how sure we are, and every attempt to prove it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from fanal.agents.models import Agent
from fanal.customers.models import Customer


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

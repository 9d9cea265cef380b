"""The right to contact someone: clearances that were given, and addresses that must be left alone."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from fanal.customers.models import Customer


class Purpose(models.TextChoices):
    REPLY = "reply", _("Answer to the person's own contact")
    SERVICE = "service", _("Service message")
    SECURITY = "security", _("Security message")
    MARKETING = "marketing", _("Marketing")


class Clearance(models.Model):
    """One decision of the gate that a contact is allowed, and why. Every outbound row refers to one."""

    purpose = models.CharField(max_length=10, choices=Purpose)
    channel = models.CharField(max_length=20)
    address = models.CharField(max_length=200, blank=True)
    customer = models.ForeignKey(Customer, models.PROTECT, null=True)
    basis = models.CharField(max_length=60, help_text="Code of the legal basis, such as own_contact or contract.")
    given_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(purpose="marketing"), name="no_marketing_without_consent_yet")
        ]


class Suppression(models.Model):
    """An address that asked to be left alone, for a purpose or for all of them."""

    kind = models.CharField(max_length=10)
    value = models.CharField(max_length=200, db_collation="C")
    purpose = models.CharField(max_length=10, choices=Purpose, blank=True)
    since = models.DateTimeField()
    evidence = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "value", "purpose"], name="suppression_once")]

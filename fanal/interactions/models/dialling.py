"""Every wish to call somebody outside: allowed or refused, by whom, for what, and why."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fanal.agents.models import Agent, Permission
from fanal.channels.models import ChannelAccount
from fanal.consent.models import Clearance
from fanal.customers.models import Customer
from fanal.interactions.models.contacts import Interaction


class DialFor(models.TextChoices):
    CALL = "call", _("Call to a customer")
    CALLBACK = "callback", _("Callback")
    TRANSFER = "transfer", pgettext_lazy("call handed on", "Transfer")
    CONFERENCE = "conference", _("Conference")


class DialQuery(models.QuerySet["Dial"]):
    def visible_to(self, agent: Any) -> "DialQuery":
        """Whoever supervises or administers sees all of them, everybody their own."""
        if not agent.is_authenticated or not agent.is_active:
            return self.none()
        if agent.may(Permission.SUPERVISE) or agent.may(Permission.ADMINISTER):
            return self
        return self.filter(by=agent)


class Dial(models.Model):
    """One wish to call a number outside. Whatever is called there refers to one that was allowed, and to one only."""

    account = models.ForeignKey(ChannelAccount, models.PROTECT, related_name="dials", db_index=False)
    number = models.CharField(max_length=64, help_text="As it would be dialled; what could not be read, as it came.")
    country = models.CharField(max_length=3, blank=True)
    what_for = models.CharField(max_length=10, choices=DialFor)
    by = models.ForeignKey(Agent, models.PROTECT, null=True, related_name="dials", help_text="Null: the program.")
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="+")
    interaction = models.ForeignKey(Interaction, models.PROTECT, null=True, related_name="dials")
    clearance = models.OneToOneField(Clearance, models.PROTECT, null=True, related_name="dial")
    refused = models.CharField(max_length=30, blank=True, help_text="Why not, as a code.")
    value = models.CharField(max_length=30, blank=True, help_text="What the code speaks of: a country, a cap.")
    at = models.DateTimeField()

    objects = DialQuery.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(refused="", clearance__isnull=False) | (~Q(refused="") & Q(clearance=None)),
                name="dial_cleared_or_refused",
            )
        ]
        indexes = [models.Index(fields=["account", "at"], name="dial_counted", condition=Q(refused=""))]

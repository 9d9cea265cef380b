"""Somebody who wants to be called: they keep their place without holding the line, or have named a time."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fanal.agents.models import SUPERVISES, Agent
from fanal.cases.models import Case
from fanal.channels.models import ChannelAccount
from fanal.customers.models import Customer
from fanal.interactions.models import Interaction
from fanal.routing.models.queues import Queue


class CallbackEnd(models.TextChoices):
    REACHED = "reached", _("Reached")
    SERVED = "served", _("Served otherwise")
    GIVEN_UP = "given_up", _("Not reached: a case was kept")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    REFUSED = "refused", _("May not be called")


class CallbackQuery(models.QuerySet["Callback"]):
    def visible_to(self, agent: Any) -> "CallbackQuery":
        """Their own and those of the queues in their sight."""
        if not agent.is_authenticated or not agent.is_active:
            return self.none()
        own = Q(agent=agent) | Q(by=agent)
        if any(agent.may(permission) for permission in SUPERVISES):
            own |= Q(queue__in=Queue.objects.supervised_by(agent).values("pk"))
        return self.filter(own)


class Callback(models.Model):
    """One wish to be called. Each try is a contact of its own, which waits in the queue as a caller would.

    `due_at`: not before; `place_at`: whose turn it is, from the moment they first waited.
    """

    number = models.CharField(max_length=20, help_text="In international form.")
    account = models.ForeignKey(ChannelAccount, models.PROTECT, related_name="+", help_text="Whose number is shown.")
    queue = models.ForeignKey(Queue, models.PROTECT, related_name="callbacks")
    agent = models.ForeignKey(Agent, models.PROTECT, null=True, related_name="callbacks", help_text="Who is to call.")
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="callbacks")
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="callbacks")
    wished_in = models.ForeignKey(Interaction, models.PROTECT, null=True, related_name="callbacks")
    contact = models.OneToOneField(
        Interaction, models.PROTECT, null=True, related_name="callback", help_text="The try that waits or runs."
    )
    wished_at = models.DateTimeField()
    by = models.ForeignKey(Agent, models.PROTECT, null=True, related_name="+", help_text="Null: the caller themselves.")
    due_at = models.DateTimeField()
    place_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    how = models.CharField(max_length=9, choices=CallbackEnd, blank=True)
    why = models.CharField(max_length=30, blank=True, help_text="More of it, as a code.")

    objects = CallbackQuery.as_manager()

    class Meta:
        ordering = ["due_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["number"], condition=Q(ended_at=None), name="one_callback_per_number"),
            models.UniqueConstraint(
                fields=["customer"],
                condition=Q(ended_at=None, customer__isnull=False),
                name="one_callback_per_customer",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, how="") | (Q(ended_at__isnull=False) & ~Q(how="")),
                name="callback_says_how_it_ended",
            ),
        ]
        indexes = [models.Index(fields=["due_at"], name="callback_open", condition=Q(ended_at=None))]

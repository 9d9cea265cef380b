"""The lines of a call: the caller's, the phones that ring for it, and who else takes part."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fanal.agents.models import Agent
from fanal.interactions.models.contacts import Interaction, Segment
from fanal.interactions.models.dialling import Dial
from fanal.interactions.models.together import Participation


class LegKind(models.TextChoices):
    CUSTOMER = "customer", _("Customer")
    AGENT = "agent", _("Agent")
    OUTSIDE = "outside", pgettext_lazy("line of a call", "Outside")


class Hold(models.Model):
    """A stretch of a talk in which the customer hears music."""

    interaction = models.ForeignKey(Interaction, models.CASCADE, related_name="holds")
    segment = models.ForeignKey(Segment, models.CASCADE, related_name="holds", db_index=False)
    by = models.ForeignKey(Agent, models.PROTECT, related_name="+", db_index=False)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["segment"], condition=models.Q(ended_at=None), name="one_hold_at_a_time"),
            models.CheckConstraint(
                condition=models.Q(ended_at=None) | models.Q(ended_at__gte=models.F("began_at")),
                name="hold_not_negative",
            ),
        ]


class Leg(models.Model):
    """One line of the exchange that belongs to a call. The exchange's times; what was only found later is estimated."""

    interaction = models.ForeignKey(Interaction, models.CASCADE, related_name="legs")
    kind = models.CharField(max_length=8, choices=LegKind)
    agent = models.ForeignKey(Agent, models.PROTECT, null=True, related_name="+", db_index=False)
    line = models.CharField(max_length=60, help_text="The exchange's id of it; of the phones we call, chosen by us.")
    run = models.CharField(max_length=60, blank=True, help_text="Which life of the exchange it is of.")
    for_offer = models.BigIntegerField(null=True, help_text="The offer that rings here.")
    dial = models.OneToOneField(
        Dial, models.PROTECT, null=True, related_name="leg", help_text="What allowed us to call it, for a line outside."
    )
    participation = models.ForeignKey(
        Participation, models.CASCADE, null=True, related_name="legs", help_text="Whose line it is, beside the owner."
    )
    began_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    cause = models.PositiveSmallIntegerField(null=True, help_text="Why it ended, as in ITU-T Q.850.")
    estimated = models.BooleanField(default=False, help_text="It was found gone: when it ended is not known exactly.")

    class Meta:
        ordering = ["began_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["line"], name="leg_of_line_once"),
            models.UniqueConstraint(
                fields=["interaction"],
                condition=models.Q(kind="customer", ended_at=None),
                name="one_customer_leg_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None) | models.Q(ended_at__gte=models.F("began_at")),
                name="leg_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="agent", agent__isnull=False)
                | (~models.Q(kind="agent") & models.Q(agent=None)),
                name="agent_leg_has_an_agent",
            ),
        ]
        indexes = [models.Index(fields=["id"], name="leg_open", condition=models.Q(ended_at=None))]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.line}"

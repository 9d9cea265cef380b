"""Work goes to somebody else: a hand-over with its packet, a question about a case, and a talk handed on."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fanal.agents.models import Agent, Tier
from fanal.cases.models import Case
from fanal.interactions.models import Interaction, Segment
from fanal.routing.models.queues import Queue


class HandOverEnd(models.TextChoices):
    TAKEN = "taken", _("Taken")
    HANDED_ON = "handed_on", _("Handed on")
    HANDED_BACK = "handed_back", _("Handed back")
    SETTLED = "settled", _("Settled")
    GIVEN_UP = "given_up", _("Given up")


class HandOver(models.Model):
    """A matter goes to another line with a packet. It stands until it is settled, handed on or handed back.

    What is handed back, and a talk about no case, only until somebody has taken it. `by` null: a rule did it.
    """

    case = models.ForeignKey(Case, models.CASCADE, null=True, related_name="hand_overs")
    interaction = models.ForeignKey(Interaction, models.CASCADE, null=True, related_name="hand_overs")
    from_tier = models.ForeignKey(Tier, models.PROTECT, null=True, related_name="+")
    from_queue = models.ForeignKey(Queue, models.PROTECT, null=True, related_name="+")
    from_agent = models.ForeignKey(Agent, models.PROTECT, null=True, related_name="+")
    to_tier = models.ForeignKey(Tier, models.PROTECT, null=True, related_name="+")
    to_queue = models.ForeignKey(Queue, models.PROTECT, related_name="+")
    back_of = models.OneToOneField("self", models.PROTECT, null=True, related_name="back")
    summary = models.TextField()
    tried = models.TextField(blank=True)
    expected = models.TextField(blank=True)
    by = models.ForeignKey(Agent, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey(Agent, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    how = models.CharField(max_length=11, choices=HandOverEnd, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(case__isnull=False) | Q(interaction__isnull=False), name="hand_over_of_something"
            ),
            models.UniqueConstraint(fields=["case"], condition=Q(ended_at=None), name="hand_over_stands_once"),
            models.CheckConstraint(
                condition=Q(ended_at=None, how="") | (Q(ended_at__isnull=False) & ~Q(how="")),
                name="hand_over_says_how_it_ended",
            ),
            models.CheckConstraint(
                condition=Q(taken_at=None, taken_by=None) | Q(taken_at__isnull=False, taken_by__isnull=False),
                name="hand_over_taken_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["case", "-at"], name="hand_over_of_case")]


class Consultation(models.Model):
    """A question about a case, to a queue or a colleague; the owner stays the owner."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="consultations")
    queue = models.ForeignKey(Queue, models.PROTECT, null=True, related_name="+")
    agent = models.ForeignKey(Agent, models.PROTECT, null=True, related_name="+", help_text="Who is to answer.")
    question = models.TextField()
    by = models.ForeignKey(Agent, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(Agent, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(queue__isnull=False) | Q(agent__isnull=False), name="consultation_asks_somebody"
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None, answer="")
                | (Q(answered_at__isnull=False, answered_by__isnull=False, withdrawn_at=None) & ~Q(answer="")),
                name="consultation_answered_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["case", "-at"], name="consultation_of_case"),
            models.Index(fields=["agent"], name="consultation_open", condition=Q(answered_at=None, withdrawn_at=None)),
        ]


class TransferTarget(models.TextChoices):
    AGENT = "agent", _("Agent")
    QUEUE = "queue", _("Queue")
    TIER = "tier", _("Tier")
    OUTSIDE = "away", pgettext_lazy("line of a call", "Outside")


class Transfer(models.Model):
    """Handing an interaction on, with the context that goes along."""

    interaction = models.ForeignKey(Interaction, models.CASCADE, related_name="transfers")
    from_segment = models.ForeignKey(Segment, models.PROTECT, related_name="+")
    target = models.CharField(max_length=5, choices=TransferTarget)
    to_queue = models.ForeignKey(Queue, models.PROTECT, null=True, related_name="+")
    to_agent = models.ForeignKey(Agent, models.PROTECT, null=True, related_name="+")
    summary = models.TextField(blank=True)
    hand_over = models.ForeignKey(HandOver, models.PROTECT, null=True, related_name="+", db_index=False)
    by = models.ForeignKey(Agent, models.PROTECT, related_name="+")
    at = models.DateTimeField()

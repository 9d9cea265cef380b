"""What is to come back when nobody answers."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from fanal.agents.models import Agent
from fanal.interactions.models.said import Message


class BackTo(models.TextChoices):
    ME = "me", _("back to me")
    QUEUE = "queue", _("back to the queue")


class FollowUpState(models.TextChoices):
    WAITING = "waiting", _("Waits for an answer")
    ANSWERED = "answered", _("Answered in time")
    CAME_BACK = "came_back", _("Came back: no answer")
    CANCELLED = "cancelled", _("Cancelled")


class FollowUp(models.Model):
    """If nobody has answered this mail of ours by then, its matter comes back. An answer that comes cancels it."""

    message = models.OneToOneField(Message, models.CASCADE, related_name="follow_up")
    agent = models.ForeignKey(Agent, models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    back_to = models.CharField(max_length=5, choices=BackTo, default=BackTo.ME)
    state = models.CharField(max_length=9, choices=FollowUpState, default=FollowUpState.WAITING)
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="follow_up_due", condition=models.Q(state="waiting"))]

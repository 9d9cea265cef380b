"""What somebody of ours has typed and not sent."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from fanal.agents.models import Agent
from fanal.interactions.models.contacts import Interaction
from fanal.interactions.models.later import BackTo
from fanal.interactions.models.letters import Letter
from fanal.interactions.rules import Way


class Draft(models.Model):
    """An answer that is being written: whole, one for each agent and contact, until it is said or thrown away.

    `key` becomes the message's external id, so a draft whose key has been said is none any more. `window` and `turn`
    put what one window sends in order; what another window sends has to name the `version` that it changes.
    """

    interaction = models.ForeignKey(Interaction, models.CASCADE, related_name="drafts", db_index=False)
    agent = models.ForeignKey(Agent, models.PROTECT, related_name="drafts")
    key = models.CharField(max_length=200)
    window = models.CharField(max_length=40, blank=True)
    turn = models.BigIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    way = models.CharField(max_length=8, default=Way.REPLY)
    answers = models.ForeignKey(Letter, models.SET_NULL, null=True, related_name="+")
    quotes = models.BooleanField(default=True, db_default=True, help_text="What is answered stands below it.")
    text = models.TextField(blank=True)
    subject = models.TextField(blank=True)
    to = ArrayField(models.CharField(max_length=320), default=list)
    cc = ArrayField(models.CharField(max_length=320), default=list)
    bcc = ArrayField(models.CharField(max_length=320), default=list)
    files = ArrayField(models.BigIntegerField(), default=list, help_text="Attachments that wait for their message.")
    send_at = models.DateTimeField(null=True, help_text="When it is to go out, where a time was chosen.")
    follow_up = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="Days after which it comes back unanswered; 0 for never."
    )
    back_to = models.CharField(max_length=5, choices=BackTo, default=BackTo.ME, db_default=BackTo.ME)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["interaction", "agent"], name="draft_once")]

"""What was said in a contact, by whom, and how far it has come; and the ready answers."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fanal.agents.models import Agent
from fanal.cases.models import Category
from fanal.consent.models import Clearance
from fanal.interactions.models.contacts import Interaction, Segment


class Author(models.TextChoices):
    CUSTOMER = "customer", _("Customer")
    AGENT = "agent", _("Agent")
    BOT = "bot", _("Bot")
    SYSTEM = "system", _("fanal")


class DeliveryState(models.TextChoices):
    """Only ever moves forward; failed is final, unknown is for a person to look at, withdrawn never went out."""

    QUEUED = "queued", _("Queued")
    SENDING = "sending", _("Sending")
    SENT = "sent", _("Sent")
    DELIVERED = "delivered", _("Delivered")
    READ = "read", _("Read")
    FAILED = "failed", _("Failed")
    UNKNOWN = "unknown", _("Unknown")
    WITHDRAWN = "withdrawn", pgettext_lazy("message", "Taken back")


class Message(models.Model):
    """One thing said. Whatever we say refers to the clearance that allows it."""

    # Begins message_once and message_of_interaction, so it has no index of its own.
    interaction = models.ForeignKey(Interaction, models.CASCADE, related_name="messages", db_index=False)
    segment = models.ForeignKey(Segment, models.PROTECT, null=True)
    author = models.CharField(max_length=8, choices=Author)
    agent = models.ForeignKey(Agent, models.PROTECT, null=True)
    text = models.TextField(blank=True)
    external_id = models.CharField(
        max_length=200, help_text="The sender's own id of it: a repeat is not a second message."
    )
    at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=DeliveryState, default=DeliveryState.SENT)
    delivered_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    clearance = models.ForeignKey(Clearance, models.PROTECT, null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["interaction", "external_id"], name="message_once"),
            models.CheckConstraint(
                condition=models.Q(author="customer") | models.Q(clearance__isnull=False),
                name="nothing_said_without_clearance",
            ),
        ]
        indexes = [models.Index(fields=["interaction", "id"], name="message_of_interaction")]


class Attachment(models.Model):
    """A file somebody sent, kept under the hash of its content; the name is for showing only.

    Until it is part of a message it is its sender's only: `by` is the agent, or nobody for the other side's.
    """

    interaction = models.ForeignKey(Interaction, models.CASCADE, related_name="attachments")
    message = models.ForeignKey(Message, models.CASCADE, null=True, related_name="attachments")
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(help_text="Bytes.")
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(Agent, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()


class Note(models.Model):
    """An agent's note on an interaction; never shown to the customer."""

    interaction = models.ForeignKey(Interaction, models.CASCADE, related_name="notes")
    by = models.ForeignKey(Agent, models.PROTECT)
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]


class CannedReply(models.Model):
    """A ready answer: one text per language, with {{ variables }} filled in when it is inserted."""

    code = models.SlugField(unique=True)
    title = models.CharField(max_length=100)
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True)
    texts = models.JSONField(default=dict, help_text="Language code to text.")
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.title

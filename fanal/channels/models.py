"""Our side of a channel, and everything that came in through it exactly as it came."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ChannelKind(models.TextChoices):
    WEBCHAT = "webchat", _("Chat")
    EMAIL = "email", _("E-mail")
    VOICE = "voice", _("Call")
    SMS = "sms", _("SMS")
    SIMULATED = "simulated", _("Simulated")


class ChannelAccount(models.Model):
    """One address of ours on one channel: a chat widget, a mailbox, a number."""

    kind = models.CharField(max_length=20, choices=ChannelKind)
    code = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    address = models.CharField(max_length=200, blank=True)
    settings = models.JSONField(
        default=dict, blank=True, help_text="What the channel needs; its README says which keys."
    )
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class RawState(models.TextChoices):
    RECEIVED = "received", _("Received")
    PROCESSED = "processed", _("Processed")
    QUARANTINED = "quarantined", _("Quarantined")


class RawEvent(models.Model):
    """Input as it arrived, stored before it is acknowledged; the external id makes a repeat harmless."""

    account = models.ForeignKey(ChannelAccount, models.PROTECT)
    external_id = models.CharField(max_length=200)
    kind = models.CharField(max_length=40)
    source = models.CharField(
        max_length=100, blank=True, help_text="The sender's handle on the channel, e.g. a visitor."
    )
    body = models.JSONField()
    received_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=RawState, default=RawState.RECEIVED)
    reason = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    processed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "external_id"], name="raw_event_once"),
            models.CheckConstraint(
                condition=~models.Q(state="quarantined") | ~models.Q(reason=""), name="quarantine_has_a_reason"
            ),
        ]
        indexes = [models.Index(fields=["id"], name="raw_event_unfinished", condition=~models.Q(state="processed"))]

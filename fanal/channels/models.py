"""Our side of a channel, and everything that came in through it exactly as it came."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _


class ChannelKind(models.TextChoices):
    WEBCHAT = "webchat", _("Chat")
    EMAIL = "email", _("E-mail")
    VOICE = "voice", _("Call")
    VOICEMAIL = "voicemail", _("Voicemail")
    SMS = "sms", _("SMS")
    SIMULATED = "simulated", _("Simulated")


SPOKEN = (ChannelKind.WEBCHAT, ChannelKind.EMAIL, ChannelKind.VOICE)
"""Those that this version speaks: of no other kind can an account be made."""


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
    QUARANTINED = "quarantined", _("Set aside")


class RawEvent(models.Model):
    """Input as it arrived, stored before it is acknowledged; the external id makes a repeat harmless."""

    # Begins raw_event_once, so it has no index of its own: whatever arrives is written into each.
    account = models.ForeignKey(ChannelAccount, models.PROTECT, db_index=False)
    external_id = models.CharField(max_length=200)
    kind = models.CharField(max_length=40)
    source = models.CharField(
        max_length=320, blank=True, help_text="The sender's handle on the channel, e.g. a visitor."
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
        indexes = [
            models.Index(fields=["id"], name="raw_event_unfinished", condition=~models.Q(state="processed")),
            models.Index(fields=["account", "source"], name="raw_event_received", condition=models.Q(state="received")),
            BrinIndex(fields=["received_at"], name="raw_event_by_time"),
        ]


class MailCursor(models.Model):
    """How far a mailbox was read, so that nothing is fetched twice without need; a repeat is known by its hash."""

    account = models.OneToOneField(ChannelAccount, models.CASCADE, primary_key=True, related_name="mail_cursor")
    folder = models.CharField(max_length=200, blank=True)
    validity = models.BigIntegerField(default=0, help_text="UIDVALIDITY: numbers mean nothing under another one.")
    uid = models.BigIntegerField(default=0, help_text="Everything up to here was taken, or is noted as a gap.")
    began_at = models.DateTimeField(help_text="What lay in the mailbox before, and was read, is not ours.")
    holder = models.BigIntegerField(default=0, help_text="Counts the readers: an earlier one may not move it any more.")
    problem = models.CharField(max_length=200, blank=True, help_text="Why it is not read at the moment.")
    looked_at = models.DateTimeField(null=True, help_text="When somebody last looked whether anything came.")


class MailGap(models.Model):
    """A mail that could not be fetched: noted with the reason and passed, and tried again now and then."""

    account = models.ForeignKey(ChannelAccount, models.CASCADE, related_name="mail_gaps", db_index=False)
    validity = models.BigIntegerField()
    uid = models.BigIntegerField()
    reason = models.CharField(max_length=200)
    attempts = models.PositiveSmallIntegerField(default=1)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "validity", "uid"], name="mail_gap_once")]

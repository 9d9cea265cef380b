"""What a message is beside its words when it is a mail; for ours, how far it has come on its way out."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import pgettext_lazy

from fanal.channels.models import ChannelAccount
from fanal.consent.models import Clearance
from fanal.interactions.models.said import Message


class Letter(models.Model):
    """One mail. The state of one of ours is its message's: queued, sending, sent, failed or unknown."""

    message = models.OneToOneField(Message, models.CASCADE, primary_key=True, related_name="letter")
    # Begins letter_by_id and letter_by_sender, so it has no index of its own.
    account = models.ForeignKey(ChannelAccount, models.PROTECT, db_index=False)
    ours = models.BooleanField(default=False)
    at = models.DateTimeField()
    header_id = models.CharField(max_length=998, blank=True, help_text="Its Message-ID.")
    references = ArrayField(models.CharField(max_length=998), default=list, help_text="The nearest last.")
    subject = models.CharField(max_length=500, blank=True)
    sender = models.CharField(max_length=320, blank=True)
    sender_name = models.CharField(max_length=200, blank=True)
    reply_to = ArrayField(models.CharField(max_length=320), default=list)
    to = ArrayField(models.CharField(max_length=320), default=list)
    cc = ArrayField(models.CharField(max_length=320), default=list)
    bcc = ArrayField(models.CharField(max_length=320), default=list)
    whole = models.TextField(blank=True, help_text="With everything quoted, where that is more than the message.")
    html = models.TextField(blank=True, help_text="Made safe when it was parsed; shown in a sandbox only.")
    raw = models.CharField(max_length=64, blank=True, help_text="The hash under which the mail itself is kept.")
    automatic = models.BooleanField(default=False, help_text="A program wrote it; no program answers.")
    checked = models.JSONField(
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        help_text="SPF, DKIM and DMARC to what our mail server found.",
    )
    parked = models.CharField(max_length=60, blank=True, help_text="Code: why it could not be parsed.")
    aside = models.CharField(max_length=20, blank=True, help_text="Code: why it is shown but began nothing.")
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True, help_text="When it is tried next, while it is queued.")
    sending_at = models.DateTimeField(null=True, help_text="Since when it is being sent.")
    error = models.CharField(max_length=300, blank=True)
    reached = ArrayField(
        models.CharField(max_length=320),
        default=list,
        db_default=models.Value([], ArrayField(models.CharField(max_length=320))),
        help_text="Who has it of one that is not sent yet to all.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "header_id"], condition=models.Q(ours=True), name="our_letter_once"
            )
        ]
        indexes = [
            models.Index(fields=["account", "header_id"], name="letter_by_id"),
            models.Index(fields=["account", "sender", "-at"], name="letter_by_sender"),
            models.Index(fields=["next_at"], name="letter_due", condition=models.Q(next_at__isnull=False)),
            models.Index(fields=["sending_at"], name="letter_sending", condition=models.Q(sending_at__isnull=False)),
        ]

    @property
    def everybody(self) -> list[str]:
        return list(dict.fromkeys([*self.to, *self.cc, *self.bcc]))

    @property
    def held(self) -> bool:
        """It was not to go out at once: for a moment in which it could be taken back, or until a chosen time."""
        return self.ours and self.at > self.message.at

    @property
    def can_be_taken_back(self) -> bool:
        """Nobody has tried to send it yet: it waits for the time it was written for."""
        return self.ours and self.attempts == 0 and self.sending_at is None and self.next_at == self.at

    @property
    def confirmed(self) -> bool:
        """The sender's domain vouches for it: its own DMARC says so."""
        return bool(self.checked.get("dmarc") == "pass")

    @property
    def doubtful(self) -> bool:
        """The sender's domain says that it did not send it, or nothing that it asks for was found."""
        return not self.confirmed and "fail" in (self.checked.get("dmarc"), self.checked.get("spf"))

    @property
    def answers_elsewhere(self) -> str:
        """Another domain that answers are asked to go to; they go to the sender unless somebody chooses otherwise."""
        own = self.sender.rpartition("@")[2]
        return next((one for one in self.reply_to if one.rpartition("@")[2] != own), "")

    @property
    def can_be_tried_again(self) -> bool:
        return self.ours and self.next_at is None and self.sending_at is None and bool(self.error)


class Part(models.TextChoices):
    """Who sees an address: everybody sees `to` and `cc`, nobody `bcc`."""

    TO = "to", pgettext_lazy("mail", "To")
    CC = "cc", pgettext_lazy("mail", "Copy")
    BCC = "bcc", pgettext_lazy("mail", "Hidden copy")


class Recipient(models.Model):
    """One address that a mail of ours goes to, and the right to write to it."""

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="recipients", db_index=False)
    address = models.CharField(max_length=320)
    part = models.CharField(max_length=3, choices=Part)
    clearance = models.ForeignKey(Clearance, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["letter", "address"], name="recipient_once")]

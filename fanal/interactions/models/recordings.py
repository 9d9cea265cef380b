"""What is kept of a call as sound: whether it may be, each file of it, who heard it, and secrets that are keyed."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fanal.agents.models import Agent, Permission
from fanal.interactions.models.contacts import Interaction


class RecordingPolicy(models.TextChoices):
    """The same codes as in rules.recording."""

    OFF = "off", pgettext_lazy("recording", "Off")
    ANNOUNCED = "announced", _("On, and the caller is told")
    CONSENT = "consent", _("Only once the caller agreed by a key")


class RecordingKind(models.TextChoices):
    TALK = "talk", pgettext_lazy("recording", "Talk")
    MESSAGE = "message", pgettext_lazy("recording", "Message")


class RecordingState(models.TextChoices):
    WANTED = "wanted", pgettext_lazy("recording", "Begins")
    RECORDING = "recording", pgettext_lazy("recording", "Recording")
    PAUSED = "paused", pgettext_lazy("recording", "Paused")
    STOPPED = "stopped", pgettext_lazy("recording", "Recorded, not fetched yet")
    FETCHED = "fetched", pgettext_lazy("recording", "Kept")
    FAILED = "failed", pgettext_lazy("recording", "Failed")


RUNS = (RecordingState.WANTED, RecordingState.RECORDING, RecordingState.PAUSED)
"""The exchange has it, or is asked for it."""


class RecordedCall(models.Model):
    """Whether a call is recorded, and what was said about it: decided once, when the first talk of it begins."""

    interaction = models.OneToOneField(Interaction, models.CASCADE, primary_key=True, related_name="recorded_call")
    policy = models.CharField(max_length=9, choices=RecordingPolicy)
    days = models.PositiveSmallIntegerField(help_text="So long its sound is kept, and what was said in it.")
    transcribed = models.BooleanField(default=False, db_default=False, help_text="What is said is written down too.")
    told_at = models.DateTimeField(null=True, help_text="They heard that it is, or were asked.")
    agreed_at = models.DateTimeField(null=True)
    objected_at = models.DateTimeField(null=True, help_text="Nothing is recorded from then on.")
    paused_at = models.DateTimeField(null=True, help_text="By hand, until somebody goes on.")
    paused_by = models.ForeignKey(Agent, models.PROTECT, null=True, related_name="+", db_index=False)
    quiet_until = models.DateTimeField(null=True, help_text="What reason to pause there was has just ended.")


class RecordingQuery(models.QuerySet["Recording"]):
    def heard_by(self, agent: Any) -> "RecordingQuery":
        """Messages by whoever may see the contact and works; talks by those who have the right to hear them."""
        if not agent.is_authenticated or not agent.is_active:
            return self.none()
        seen = Interaction.objects.visible_to(agent).values("pk")
        rows = self.filter(Q(interaction__in=seen) | Q(left_as__in=seen))
        if agent.may(Permission.HEAR):
            return rows
        return rows.filter(kind=RecordingKind.MESSAGE) if agent.may(Permission.HANDLE) else rows.none()


class Recording(models.Model):
    """One file of sound: a part of a talk, or a message that a caller left.

    Its row comes first and has the name by which the exchange knows it. Whatever the exchange has is fetched, and only
    then deleted there. When its time is over the sound is removed; the row stays and says so.
    """

    interaction = models.ForeignKey(Interaction, models.CASCADE, related_name="recordings")
    kind = models.CharField(max_length=7, choices=RecordingKind)
    name = models.CharField(max_length=60, unique=True, help_text="What the exchange calls it; chosen by us.")
    state = models.CharField(max_length=9, choices=RecordingState, default=RecordingState.WANTED)
    pause = models.CharField(max_length=10, blank=True, help_text="Why it is paused: hand, held, secret or unknown.")
    longest = models.PositiveSmallIntegerField(help_text="Seconds, then it ends by itself.")
    silence = models.PositiveSmallIntegerField(default=0, help_text="Seconds of silence that end it; 0: none do.")
    queue = models.CharField(max_length=50, blank=True, help_text="Where a message waits to be heard.")
    left_as = models.OneToOneField(
        Interaction, models.CASCADE, null=True, related_name="message_left", help_text="The work that a message became."
    )
    wanted_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    seconds = models.FloatField(null=True, help_text="Of sound, pauses cut out.")
    spoken = models.FloatField(null=True, help_text="Seconds in which somebody spoke, as the exchange says.")
    why = models.CharField(max_length=60, blank=True, help_text="Why it failed.")
    days = models.PositiveSmallIntegerField(help_text="So long the sound is kept.")
    media_type = models.CharField(max_length=40, blank=True)
    size = models.PositiveBigIntegerField(default=0, help_text="Bytes.")
    sha256 = models.CharField(max_length=64, blank=True)
    fetched_at = models.DateTimeField(null=True)
    cleared_at = models.DateTimeField(null=True, help_text="The exchange has it no more.")
    keep_until = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True, help_text="Its sound is gone, as the days it is kept are over.")

    objects = RecordingQuery.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["interaction"],
                condition=Q(state__in=["wanted", "recording", "paused"]),
                name="one_recording_at_a_time",
            ),
            models.CheckConstraint(condition=~Q(state="paused") | ~Q(pause=""), name="paused_for_a_reason"),
            models.CheckConstraint(
                condition=~Q(state="fetched") | (~Q(sha256="") & Q(keep_until__isnull=False)), name="fetched_is_there"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("wanted_at")), name="recording_not_negative"
            ),
        ]
        indexes = [
            models.Index(fields=["id"], name="recording_not_cleared", condition=Q(cleared_at=None)),
            models.Index(fields=["keep_until"], name="recording_kept", condition=Q(removed_at=None)),
            models.Index(fields=["sha256"], name="recording_content", condition=~Q(sha256="")),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.name}"


class Hearing(models.Model):
    """Somebody played a recording."""

    recording = models.ForeignKey(Recording, models.CASCADE, related_name="hearings")
    by = models.ForeignKey(Agent, models.PROTECT, related_name="+")
    at = models.DateTimeField()


class KeyingEnd(models.TextChoices):
    TAKEN = "taken", pgettext_lazy("keyed in", "Taken")
    UNFIT = "unfit", pgettext_lazy("keyed in", "No card number")
    WITHDRAWN = "withdrawn", pgettext_lazy("keyed in", "Stopped")
    TOO_LATE = "too_late", pgettext_lazy("keyed in", "Nothing was keyed in")
    OVER = "over", pgettext_lazy("keyed in", "The call ended")


class Keying(models.Model):
    """In a talk the customer keys in a card number: while it is open nothing is recorded, and no digit is stored."""

    interaction = models.ForeignKey(Interaction, models.CASCADE, related_name="keyings")
    by = models.ForeignKey(Agent, models.PROTECT, related_name="+")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    how = models.CharField(max_length=9, choices=KeyingEnd, blank=True)
    last_four = models.CharField(max_length=4, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["interaction"], condition=Q(ended_at=None), name="one_keying_at_a_time")
        ]

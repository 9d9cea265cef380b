"""What is said in calls, written down by a speech service: where that is, each sentence, and what is missing."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fanal.agents.models import Agent, Permission
from fanal.interactions.models.contacts import Interaction, Segment


class SpeechService(models.Model):
    """Who writes down what is said: one for each language, or one for all the others."""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    address = models.CharField(max_length=500, help_text="wss://speech.example.org")
    credential = models.JSONField(default=dict, blank=True, help_text="Its key, sealed.")
    language = models.CharField(
        max_length=10, choices=settings.LANGUAGES, blank=True, help_text="Empty: of every language."
    )
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Transcription(models.TextChoices):
    """What a queue says of it, where it says something."""

    ON = "on", pgettext_lazy("written down", "On")
    OFF = "off", pgettext_lazy("written down", "Off")


class SpokenSide(models.TextChoices):
    CUSTOMER = "in", pgettext_lazy("said by", "Customer")
    US = "out", pgettext_lazy("said by", "Our side")


class SpokenQuery(models.QuerySet["Spoken"]):
    def read_by(self, agent: Any) -> "SpokenQuery":
        """Whoever may hear recordings of calls, and who talks or wraps up, of the talk that is theirs."""
        if not agent.is_authenticated or not agent.is_active:
            return self.none()
        rows = self.filter(interaction__in=Interaction.objects.visible_to(agent).values("pk"))
        if agent.may(Permission.HEAR):
            return rows
        own = Segment.objects.filter(agent=agent, wrapped_up_at=None)
        return rows.filter(interaction__in=own.values("interaction"))


class Spoken(models.Model):
    """One sentence of one side. While the service still changes its mind it has no end."""

    interaction = models.ForeignKey(Interaction, models.CASCADE, related_name="spoken")
    key = models.CharField(max_length=80, unique=True, help_text="Chosen by us: told twice, it is one.")
    side = models.CharField(max_length=3, choices=SpokenSide)
    agent = models.ForeignKey(Agent, models.PROTECT, null=True, related_name="+", db_index=False)
    text = models.TextField(blank=True, help_text="Without card numbers.")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    keep_until = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, help_text="Its words are gone, as the days they are kept are over.")

    objects = SpokenQuery.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ended_at=None) | Q(ended_at__gte=F("at")), name="spoken_not_negative"),
            models.CheckConstraint(condition=Q(removed_at=None) | Q(text=""), name="removed_words_are_gone"),
        ]
        indexes = [
            models.Index(fields=["keep_until"], name="spoken_kept", condition=Q(removed_at=None)),
            models.Index(fields=["at"], name="spoken_unfinished", condition=Q(ended_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.get_side_display()} {self.key}"


class UnheardReason(models.TextChoices):
    AWAY = "away", _("the speech service does not answer")
    SLOW = "slow", _("the speech service is too slow")
    NONSENSE = "nonsense", _("the speech service answers something else")
    REFUSED = "refused", _("the speech service refuses us")
    EXCHANGE = "exchange", _("the exchange gave no sound")
    FULL = "full", _("too many talks are written down at once")


class Unheard(models.Model):
    """From here to there nothing, or not both sides, could be written down."""

    interaction = models.ForeignKey(Interaction, models.CASCADE, related_name="unheard")
    why = models.CharField(max_length=8, choices=UnheardReason)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["interaction"], condition=Q(ended_at=None), name="one_unheard_at_a_time"),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("began_at")), name="unheard_not_negative"
            ),
        ]

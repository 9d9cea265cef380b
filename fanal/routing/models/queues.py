"""The queues: who leads them, what skills their work needs, and what happens when they close."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from fanal.agents.models import Agent, Permission, Skill, Tier
from fanal.hours.models import Calendar
from fanal.interactions.models import RecordingPolicy, Transcription


class AtClosing(models.TextChoices):
    """The same codes as in rules.closing."""

    FINISH = "finish", _("Those who wait are still answered")
    HAND_ON = "hand_on", _("Those who wait go to the overflow queue")
    TELL = "tell", _("Those who wait are told, and their matter is kept as a case")


class QueueQuery(models.QuerySet["Queue"]):
    def supervised_by(self, agent: Any) -> "QueueQuery":
        """Every queue for a supervisor, the own ones for a queue manager, none for others."""
        if agent.may(Permission.SUPERVISE):
            return self.all()
        if agent.may(Permission.SUPERVISE_OWN_QUEUES):
            return self.filter(managers=agent)
        return self.none()


class Queue(models.Model):
    code = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    tier = models.ForeignKey(Tier, models.PROTECT, null=True, blank=True)
    calendar = models.ForeignKey(Calendar, models.PROTECT, null=True, blank=True, help_text="None: always open.")
    priority = models.PositiveSmallIntegerField(default=2, help_text="1 low … 4 urgent; an entry may differ.")
    ageing_seconds = models.PositiveIntegerField(
        default=300, help_text="Waiting this long counts as one priority more; 0 never."
    )
    answer_within_seconds = models.PositiveIntegerField(default=20, help_text="T of the service level.")
    ring_seconds = models.PositiveIntegerField(default=20)
    wrap_up_seconds = models.PositiveIntegerField(default=30)
    widen_after_seconds = models.PositiveIntegerField(
        default=60, help_text="Each such wait lowers the required levels by one; 0 never."
    )
    overflow_to = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="overflow_from")
    overflow_after_seconds = models.PositiveIntegerField(default=0, help_text="0 never.")
    longest_wait_seconds = models.PositiveIntegerField(
        default=1800, help_text="Nothing waits longer because of priorities: from then on it goes first."
    )
    at_closing = models.CharField(max_length=8, choices=AtClosing, default=AtClosing.FINISH)
    return_after_seconds = models.PositiveIntegerField(
        default=60, help_text="An agent's browser silent for this long: their talks go back to the front; 0 never."
    )
    calls_back_cut = models.BooleanField(
        default=True, db_default=True, help_text="Whose call was cut by a restart of the exchange is called back."
    )
    announce_after_seconds = models.PositiveIntegerField(
        default=20, db_default=20, help_text="A caller who waits this long hears their place and the wait; 0 never."
    )
    announce_every_seconds = models.PositiveIntegerField(
        default=60, db_default=60, help_text="And again so much later; 0 once."
    )
    comfort = models.JSONField(
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        blank=True,
        help_text="What they hear with it: language code to text.",
    )
    callback_key = models.CharField(
        max_length=1, default="", db_default="", blank=True, help_text="This key wishes to be called; empty: none."
    )
    call_waits_at_most_seconds = models.PositiveIntegerField(
        default=0, db_default=0, help_text="Then a caller hears what is possible, and the line ends; 0 never."
    )
    recording = models.CharField(
        max_length=9, choices=RecordingPolicy, default="", db_default="", blank=True,
        help_text="Whether talks are recorded; empty: as the number that was called says.",
    )  # fmt: skip
    transcribed = models.CharField(
        max_length=3, choices=Transcription, default="", db_default="", blank=True,
        help_text="Whether talks are written down; empty: as the number that was called says.",
    )  # fmt: skip
    managers = models.ManyToManyField(Agent, blank=True, related_name="managed_queues")
    practice = models.BooleanField(default=False)
    active = models.BooleanField(default=True)

    objects = QueueQuery.as_manager()

    def __str__(self) -> str:
        return self.name


class QueueSkill(models.Model):
    """A skill that a queue's work needs, at least at a level."""

    queue = models.ForeignKey(Queue, models.CASCADE, related_name="skills")
    skill = models.ForeignKey(Skill, models.PROTECT)
    level = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["queue", "skill"], name="queue_skill_once")]

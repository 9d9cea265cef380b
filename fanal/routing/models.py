"""Where work waits, what waits there, and to whom it was offered."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fanal.agents.models import Agent, Permission, Skill, Tier
from fanal.cases.models import Case
from fanal.hours.models import Calendar
from fanal.interactions.models import Interaction, Segment


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


class EntryState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    OFFERED = "offered", _("Ringing")
    ANSWERED = "answered", _("Answered")
    ABANDONED = "abandoned", _("Abandoned")
    OVERFLOWED = "overflowed", _("Overflowed")
    CLOSED = "closed", _("Closed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class QueueEntry(models.Model):
    """One waiting item: exactly one of an interaction and a case (callbacks come with the voice channel)."""

    # Every offer and every answer writes a new row into each index: these two have none of their own, since
    # entry_of_queue begins with the queue, and entry_reserved finds what is kept for an agent.
    queue = models.ForeignKey(Queue, models.PROTECT, related_name="entries", db_index=False)
    interaction = models.ForeignKey(Interaction, models.CASCADE, null=True, related_name="queue_entries")
    case = models.ForeignKey(Case, models.CASCADE, null=True, related_name="queue_entries")
    segment = models.ForeignKey(Segment, models.PROTECT, null=True, help_text="The interaction's stay in this queue.")
    channel = models.CharField(max_length=20)
    state = models.CharField(max_length=10, choices=EntryState, default=EntryState.WAITING)
    priority = models.PositiveSmallIntegerField(default=2)
    skills = models.JSONField(default=dict, blank=True, help_text="Skill id to least level, beyond the queue's own.")
    preferred_agent = models.ForeignKey(Agent, models.SET_NULL, null=True, related_name="+", db_index=False)
    preferred_why = models.CharField(max_length=20, blank=True, help_text="last_agent, case_owner or named.")
    preferred_until = models.DateTimeField(null=True, help_text="Until then nobody else is asked.")
    entered_at = models.DateTimeField(
        help_text="Start of the wait, for figures and ageing; kept when it returns to the front."
    )
    position_at = models.DateTimeField(help_text="Order within a priority; the front is the past.")
    left_at = models.DateTimeField(null=True)
    practice = models.BooleanField(default=False, help_text="Only for agents who practise, and only for them.")
    declined = models.JSONField(
        default=dict, blank=True, help_text="Agent id to the moment until which it is not offered there."
    )
    overflow_at = models.DateTimeField(null=True, help_text="Still waiting then, it goes to the queue's overflow.")
    look_at = models.DateTimeField(
        null=True, help_text="When a matcher looks for an agent next; null: an agent must come free."
    )
    version = models.PositiveIntegerField(default=0, help_text="Fencing: raised by every change of state.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(interaction__isnull=False, case=None) | Q(interaction=None, case__isnull=False),
                name="entry_points_at_one_thing",
            ),
            models.UniqueConstraint(
                fields=["interaction"], condition=Q(state__in=["waiting", "offered"]), name="interaction_waits_once"
            ),
            models.UniqueConstraint(
                fields=["case"], condition=Q(state__in=["waiting", "offered"]), name="case_waits_once"
            ),
            models.CheckConstraint(
                condition=Q(left_at=None) | Q(left_at__gte=models.F("entered_at")), name="wait_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "offered"], left_at=None)
                | (~Q(state__in=["waiting", "offered"]) & Q(left_at__isnull=False)),
                name="entry_left_when_done",
            ),
        ]
        indexes = [
            models.Index(
                fields=["queue", "-priority", "position_at", "id"], name="entry_waiting", condition=Q(state="waiting")
            ),
            models.Index(fields=["queue", "entered_at"], name="entry_of_queue"),
            models.Index(fields=["look_at"], name="entry_due", condition=Q(state="waiting", look_at__isnull=False)),
            models.Index(
                fields=["preferred_agent"],
                name="entry_reserved",
                condition=Q(state="waiting", preferred_agent__isnull=False),
            ),
        ]


class OfferState(models.TextChoices):
    OPEN = "open", _("Ringing")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    EXPIRED = "expired", _("Not answered")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Offer(models.Model):
    """Ringing one entry to one agent, and why this one."""

    entry = models.ForeignKey(QueueEntry, models.CASCADE, related_name="offers")
    agent = models.ForeignKey(Agent, models.PROTECT, related_name="offers")
    state = models.CharField(max_length=10, choices=OfferState, default=OfferState.OPEN)
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=40, blank=True, help_text="Why it was declined or withdrawn.")
    decision = models.JSONField(default=dict, help_text="Counts per exclusion, the best five, why this one.")
    segment = models.OneToOneField(
        Segment, models.PROTECT, null=True, related_name="offer", help_text="The agent's segment."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry"], condition=Q(state="open"), name="one_open_offer_per_entry")
        ]
        indexes = [
            models.Index(fields=["agent"], name="offer_open_of_agent", condition=Q(state="open")),
            models.Index(fields=["expires_at"], name="offer_due", condition=Q(state="open")),
        ]


class AgentLoad(models.Model):
    """What the matcher needs to know of an agent at once; a cache of states, offers and segments."""

    agent = models.OneToOneField(Agent, models.CASCADE, primary_key=True, related_name="load")
    available = models.BooleanField(default=False)
    idle_since = models.DateTimeField(null=True, help_text="Longest-available first.")
    open_work = models.JSONField(
        default=dict, help_text="Channel kind to number of open offers and unfinished segments."
    )
    ringing = models.PositiveSmallIntegerField(default=0, help_text="Open offers; one rings at a time.")
    look_at = models.DateTimeField(null=True, help_text="Has capacity since, and no matcher has looked for work yet.")
    seen_at = models.DateTimeField(null=True, help_text="When the agent's browser was last heard of; null: never.")
    version = models.PositiveIntegerField(default=0, help_text="Fencing: raised by every change of load or presence.")

    class Meta:
        indexes = [
            models.Index(fields=["idle_since"], name="load_available", condition=Q(available=True)),
            models.Index(fields=["look_at"], name="load_due", condition=Q(look_at__isnull=False)),
        ]


class TransferTarget(models.TextChoices):
    AGENT = "agent", _("Agent")
    QUEUE = "queue", _("Queue")
    TIER = "tier", _("Tier")


class Transfer(models.Model):
    """Handing an interaction on, with the context that goes along."""

    interaction = models.ForeignKey(Interaction, models.CASCADE, related_name="transfers")
    from_segment = models.ForeignKey(Segment, models.PROTECT, related_name="+")
    target = models.CharField(max_length=5, choices=TransferTarget)
    to_queue = models.ForeignKey(Queue, models.PROTECT, null=True, related_name="+")
    to_agent = models.ForeignKey(Agent, models.PROTECT, null=True, related_name="+")
    summary = models.TextField(blank=True)
    by = models.ForeignKey(Agent, models.PROTECT, related_name="+")
    at = models.DateTimeField()

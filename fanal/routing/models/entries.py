"""What waits in a queue, to whom it was offered, and how much each agent has to do."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fanal.agents.models import Agent
from fanal.cases.models import Case
from fanal.interactions.models import Interaction, Participation, Segment
from fanal.routing.models.handing_on import Consultation, HandOver
from fanal.routing.models.queues import Queue


class EntryState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    OFFERED = "offered", _("Ringing")
    ANSWERED = "answered", _("Answered")
    ABANDONED = "abandoned", _("Abandoned")
    OVERFLOWED = "overflowed", _("Overflowed")
    CLOSED = "closed", _("Closed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


WAITS = (EntryState.WAITING, EntryState.OFFERED)


class QueueEntry(models.Model):
    """One waiting item: exactly one of an interaction, a case, and a part in somebody's call for whoever takes it.

    A case waits for an owner, with a packet if it was handed over; or a question about it waits for an answer.
    """

    # Every offer and every answer writes a new row into each index: these two have none of their own, since
    # entry_of_queue begins with the queue, and entry_reserved finds what is kept for an agent.
    queue = models.ForeignKey(Queue, models.PROTECT, related_name="entries", db_index=False)
    interaction = models.ForeignKey(Interaction, models.CASCADE, null=True, related_name="queue_entries")
    case = models.ForeignKey(Case, models.CASCADE, null=True, related_name="queue_entries")
    segment = models.ForeignKey(Segment, models.PROTECT, null=True, help_text="The interaction's stay in this queue.")
    hand_over = models.ForeignKey(HandOver, models.PROTECT, null=True, related_name="entries", db_index=False)
    consultation = models.ForeignKey(Consultation, models.PROTECT, null=True, related_name="entries", db_index=False)
    participation = models.ForeignKey(
        Participation, models.CASCADE, null=True, related_name="entries", help_text="Who is asked in a call of others."
    )
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
                condition=Q(interaction__isnull=False, case=None, participation=None)
                | Q(interaction=None, case__isnull=False, participation=None)
                | Q(interaction=None, case=None, participation__isnull=False),
                name="entry_points_at_one_thing",
            ),
            models.UniqueConstraint(
                fields=["interaction"], condition=Q(state__in=["waiting", "offered"]), name="interaction_waits_once"
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(state__in=["waiting", "offered"], consultation=None),
                name="case_waits_once",
            ),
            models.UniqueConstraint(
                fields=["consultation"],
                condition=Q(state__in=["waiting", "offered"], consultation__isnull=False),
                name="question_waits_once",
            ),
            models.CheckConstraint(
                condition=Q(consultation=None) | Q(case__isnull=False, hand_over=None), name="question_is_about_a_case"
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
    no_phone = models.BooleanField(
        default=False, db_default=False, help_text="An exchange is there and cannot ring them: no call is offered."
    )
    look_at = models.DateTimeField(null=True, help_text="Has capacity since, and no matcher has looked for work yet.")
    seen_at = models.DateTimeField(null=True, help_text="When the agent's browser was last heard of; null: never.")
    version = models.PositiveIntegerField(default=0, help_text="Fencing: raised by every change of load or presence.")

    class Meta:
        indexes = [
            models.Index(fields=["idle_since"], name="load_available", condition=Q(available=True)),
            models.Index(fields=["look_at"], name="load_due", condition=Q(look_at__isnull=False)),
        ]

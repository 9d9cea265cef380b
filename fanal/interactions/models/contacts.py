"""One row per contact on one channel, the stretches of it, and what we learnt of who it is."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fanal.agents.models import Agent, Permission
from fanal.cases.models import Case
from fanal.channels.models import ChannelAccount, ChannelKind
from fanal.customers.models import Customer
from fanal.identity.models import Assurance, Recognition


class Direction(models.TextChoices):
    INBOUND = "in", _("Inbound")
    OUTBOUND = "out", _("Outbound")


class EndReason(models.TextChoices):
    AGENT = "agent", _("Finished by the agent")
    CUSTOMER = "customer", _("Left by the customer")
    ABANDONED = "abandoned", _("Abandoned while waiting")
    CLOSED = "closed", _("Out of hours")
    BLOCKED = "blocked", pgettext_lazy("visitor", "Blocked")
    SERVED = "served", _("Served without an agent")
    TIMEOUT = "timeout", _("Nobody wrote any more")
    BUSY = "busy", _("Busy, or declined")
    NO_ANSWER = "no_answer", _("No answer")
    VOICEMAIL = "voicemail", _("Answered by a machine")
    FAILED = "failed", _("Could not be reached")
    CALLBACK = "callback", _("Wants to be called back")
    NOT_LIFTED = "not_lifted", _("Own phone not lifted")
    OUTSIDE = "outside", _("Ended by somebody outside")
    MESSAGE = "message", _("Left a message")
    TOO_LONG = "too_long", _("Talked outside for as long as is allowed")


class InteractionQuery(models.QuerySet["Interaction"]):
    def visible_to(self, agent: Any) -> "InteractionQuery":
        """Who had a part in it, whoever may see all cases or supervise; queue managers see more in routing."""
        if not agent.is_authenticated or not agent.is_active:
            return self.none()
        rows = self.filter(practice=agent.practising)
        if agent.may(Permission.SEE_ALL_CASES) or agent.may(Permission.SUPERVISE):
            return rows
        took_part = models.Exists(Segment.objects.filter(interaction=models.OuterRef("pk"), agent=agent))
        of_my_case = models.Exists(Case.objects.filter(topics__interaction=models.OuterRef("pk"), owner=agent))
        others = self.model._meta.get_field("participations").related_model
        beside = models.Exists(others._default_manager.filter(interaction=models.OuterRef("pk"), agent=agent))
        return rows.filter(took_part | beside | of_my_case | models.Q(customer__isnull=False))


class Interaction(models.Model):
    """One contact on one channel, from the first signal to the end of wrap-up."""

    account = models.ForeignKey(ChannelAccount, models.PROTECT)
    channel = models.CharField(max_length=20, choices=ChannelKind)
    direction = models.CharField(max_length=3, choices=Direction, default=Direction.INBOUND)
    source = models.CharField(
        max_length=320, help_text="The other side's handle on the channel: visitor, address, number."
    )
    thread = models.CharField(
        max_length=32, blank=True, default="", help_text="What letters that belong together share; empty elsewhere."
    )
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="interactions")
    recognition = models.CharField(max_length=10, choices=Recognition, default=Recognition.UNKNOWN)
    assurance = models.PositiveSmallIntegerField(choices=Assurance, default=Assurance.NONE)
    spoken_for_by = models.ForeignKey(
        Customer,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text="The representative who is really writing, if any.",
    )
    relationship = models.CharField(max_length=15, blank=True)
    language = models.CharField(max_length=10, blank=True)
    entry_page = models.CharField(max_length=500, blank=True)
    given = models.JSONField(
        default=dict, blank=True, help_text="What was said before the talk: name, e-mail, order number …"
    )
    about_kind = models.CharField(
        max_length=20, blank=True, help_text="What opens: customer, order, holding, case, form, search."
    )
    about_id = models.BigIntegerField(null=True)
    answer_to = models.EmailField(
        max_length=320, blank=True, default="", db_default="",
        help_text="Where somebody who chatted asked to be answered by mail: what they said, not proof.",
    )  # fmt: skip
    practice = models.BooleanField(default=False)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, help_text="The talk ended; wrap-up may go on.")
    end_reason = models.CharField(max_length=12, choices=EndReason, blank=True)
    last_message_at = models.DateTimeField(null=True)
    customer_seen_at = models.DateTimeField(null=True, help_text="When the other side's window was last heard of.")

    objects = InteractionQuery.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "source", "thread"],
                condition=models.Q(ended_at=None),
                name="one_open_interaction_per_source",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None) | models.Q(ended_at__gte=models.F("started_at")),
                name="interaction_not_negative",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-started_at"], name="interaction_of_customer"),
            models.Index(fields=["-started_at"], name="interaction_latest"),
            models.Index(fields=["id"], name="interaction_open", condition=models.Q(ended_at=None)),
            models.Index(fields=["thread"], name="interaction_thread", condition=~models.Q(thread="")),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.pk}"


class Candidate(models.Model):
    """Somebody it may be, with the reasons for and against as codes with their values."""

    interaction = models.ForeignKey(Interaction, models.CASCADE, related_name="candidates")
    customer = models.ForeignKey(Customer, models.PROTECT)
    rank = models.PositiveSmallIntegerField()
    likelihood = models.FloatField(help_text="0 to 1, over all candidates and «someone else».")
    reasons_for = models.JSONField(default=list)
    reasons_against = models.JSONField(default=list)

    class Meta:
        ordering = ["rank"]
        constraints = [models.UniqueConstraint(fields=["interaction", "customer"], name="candidate_once")]


class Identification(models.Model):
    """Someone (or the program) said who it is: a fact that a later fact may correct."""

    interaction = models.ForeignKey(Interaction, models.CASCADE, related_name="identifications")
    customer = models.ForeignKey(Customer, models.PROTECT, null=True)
    assurance = models.PositiveSmallIntegerField(choices=Assurance)
    why = models.CharField(max_length=40, help_text="Code: sole_match, signed_by_host, picked, verified, left_open …")
    by = models.ForeignKey(Agent, models.PROTECT, null=True)
    at = models.DateTimeField()


class SegmentKind(models.TextChoices):
    BOT = "bot", _("Bot")
    QUEUE = "queue", _("Queue")
    AGENT = "agent", _("Agent")
    AWAY = "away", _("With somebody outside")


class Segment(models.Model):
    """The part of an interaction with one owner; wrap-up is the tail of an agent's segment."""

    interaction = models.ForeignKey(Interaction, models.CASCADE, related_name="segments")
    kind = models.CharField(max_length=5, choices=SegmentKind)
    agent = models.ForeignKey(Agent, models.PROTECT, null=True, related_name="segments")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    first_reply_at = models.DateTimeField(null=True)
    wrap_up_due_at = models.DateTimeField(null=True)
    wrapped_up_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["started_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["interaction"], condition=models.Q(ended_at=None), name="one_owner_at_a_time"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="agent", agent__isnull=False)
                | (~models.Q(kind="agent") & models.Q(agent=None)),
                name="agent_segment_has_an_agent",
            ),
            models.CheckConstraint(
                condition=(models.Q(ended_at=None) | models.Q(ended_at__gte=models.F("started_at")))
                & (models.Q(wrapped_up_at=None) | models.Q(wrapped_up_at__gte=models.F("ended_at"))),
                name="segment_not_negative",
            ),
        ]
        indexes = [
            models.Index(
                fields=["agent"], name="segment_unfinished", condition=models.Q(kind="agent", wrapped_up_at=None)
            ),
            models.Index(fields=["wrap_up_due_at"], name="segment_wrap_up_due", condition=models.Q(wrapped_up_at=None)),
        ]


class Block(models.Model):
    """A handle that is not served until a time, with the reason; lifting it is a fact too."""

    account = models.ForeignKey(ChannelAccount, models.PROTECT)
    source = models.CharField(max_length=320)
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(Agent, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    until = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(Agent, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["account", "source"], name="block_of_source", condition=models.Q(lifted_at=None))
        ]

"""What the figures are made of: facts folded from events, one row per thing that happened.

A fact is put together from several events that may arrive in any order and more than once: what an event says is
merged column by column with LEAST (`practice` with GREATEST), which neither order nor repetition changes.
The columns below «derived» follow from the others and from what the rows of the lower packages say of channel, type
and practice. `counted_at` is the moment whose interval the fact counts in; without it the fact is in no figure.
"""

from typing import Any

from django.db import models

from fanal.agents.models import Agent, Tier
from fanal.cases.models import Case, CaseType
from fanal.customers.models import Customer
from fanal.deciding.models import AdviceRule
from fanal.escalation.models import EscalationRule
from fanal.interactions.models import Interaction
from fanal.routing.models import Queue


def loose(to: type[models.Model]) -> Any:
    """A reference that waits for nobody: its row may be committed, or blanked, at another time than the fact."""
    return models.ForeignKey(to, models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+")


class Fact(models.Model):
    """What all facts have in common; the id is that of the row (or of the event) they are about."""

    id = models.BigIntegerField(primary_key=True)
    counted_at = models.DateTimeField(null=True)
    interval_at = models.DateTimeField(null=True, help_text="Start of the quarter of an hour of counted_at.")
    queue = loose(Queue)
    channel = models.CharField(max_length=20, null=True)
    agent = loose(Agent)
    interaction = loose(Interaction)
    case = loose(Case)
    practice = models.BooleanField(default=False)

    class Meta:
        abstract = True


class QueueStay(Fact):
    """One entry into one queue until it was answered, abandoned, passed on, or closed."""

    offered_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, null=True)
    callback_offered_at = models.DateTimeField(null=True)
    callback_taken_at = models.DateTimeField(null=True)
    # derived
    within_ms = models.BigIntegerField(null=True, help_text="T of the service level, as it was then.")
    wait_ms = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["interval_at", "queue"], name="stay_counted"),
            models.Index(fields=["interaction"], name="stay_of_interaction"),
        ]


class Handling(Fact):
    """One agent's segment of an interaction; counted in the interval of the offer that led to it."""

    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    wrapped_up_at = models.DateTimeField(null=True)
    # derived
    talk_ms = models.BigIntegerField(default=0)
    hold_ms = models.BigIntegerField(default=0, help_text="What of the talk the customer heard music in.")
    wrap_up_ms = models.BigIntegerField(default=0)
    active_ms = models.BigIntegerField(default=0, help_text="Talk and wrap-up shared among what the agent did at once.")
    transferred = models.BooleanField(default=False)
    our_mos = models.BigIntegerField(null=True, help_text="How our phone's line sounded, in thousandths of a MOS.")
    their_mos = models.BigIntegerField(null=True, help_text="The same of the customer's, and of who was called in.")
    sound_mos = models.BigIntegerField(null=True, help_text="The worse of the two; empty where nothing was measured.")

    class Meta:
        indexes = [
            models.Index(fields=["interval_at", "queue"], name="handling_counted"),
            models.Index(fields=["interaction"], name="handling_of_interaction"),
            models.Index(fields=["agent", "started_at"], name="handling_of_agent"),
        ]


class OfferMade(Fact):
    """One ringing at one agent, and how it ended."""

    made_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
    expired_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["interval_at", "queue"], name="offer_counted"),
            models.Index(fields=["interaction"], name="offer_of_interaction"),
        ]


class TransferMade(Fact):
    """One handing-on of an interaction by an agent; the id is the event's."""

    at = models.DateTimeField(null=True)
    segment = models.BigIntegerField(null=True, help_text="The agent's segment that ended by it.")

    class Meta:
        indexes = [models.Index(fields=["interaction"], name="transfer_of_interaction")]


class ContactFact(Fact):
    """One interaction as a whole: when it began, when a person first answered, when it ended."""

    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    first_reply_at = models.DateTimeField(null=True)
    # derived
    reply_ms = models.BigIntegerField(null=True, help_text="Until a person answered, or lifted the call.")
    within_ms = models.BigIntegerField(null=True, help_text="T of the first queue it waited in, as it was then.")
    unreplied_ms = models.BigIntegerField(null=True, help_text="Until it ended, when no person ever answered.")

    class Meta:
        indexes = [models.Index(fields=["interval_at", "queue"], name="contact_counted")]


class CaseFact(Fact):
    """One case, counted in the interval in which it was opened; a withdrawn one is in no figure."""

    opened_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    # derived
    type = loose(CaseType)
    self_made = models.BooleanField(default=False)
    settled = models.BooleanField(default=False, help_text="Its last move was to be settled.")
    contacts = models.PositiveIntegerField(default=0, help_text="Interactions about it within a week of its opening.")
    first_line = models.BooleanField(default=False, db_default=False, help_text="No other line than the first had it.")

    class Meta:
        indexes = [
            models.Index(fields=["interval_at", "queue"], name="case_counted"),
            models.Index(fields=["interaction"], name="case_from_interaction"),
        ]


class IssueFact(Fact):
    """One matter that one person raised in one contact; the id is the topic's. Unknown persons' are in no figure."""

    at = models.DateTimeField(null=True)
    # derived
    type = loose(CaseType)
    person = loose(Customer)
    subject = models.CharField(max_length=30, null=True, help_text="Its category, or the type of its case.")
    again = models.BooleanField(default=False, help_text="The person came back about the same within a week.")

    class Meta:
        indexes = [
            models.Index(fields=["interval_at", "queue"], name="issue_counted"),
            models.Index(fields=["interaction"], name="issue_of_interaction"),
            models.Index(fields=["case"], name="issue_of_case"),
            models.Index(fields=["person", "subject", "at"], name="issue_of_person"),
        ]


class CaseMove(Fact):
    """A case was settled or reopened; the id is the event's."""

    at = models.DateTimeField(null=True)
    move = models.CharField(max_length=10, null=True)
    # derived
    type = loose(CaseType)

    class Meta:
        indexes = [
            models.Index(fields=["interval_at", "queue"], name="move_counted"),
            models.Index(fields=["case"], name="move_of_case"),
        ]


class ClockEnd(Fact):
    """A clock of a case ended, met or missed; the id is the event's. Each ending counts, also before a reopening."""

    at = models.DateTimeField(null=True)
    promise = models.CharField(max_length=14, null=True)
    outcome = models.CharField(max_length=8, null=True)
    # derived
    type = loose(CaseType)

    class Meta:
        indexes = [
            models.Index(fields=["interval_at", "queue"], name="clock_end_counted"),
            models.Index(fields=["case"], name="clock_end_of_case"),
        ]


class Passage(Fact):
    """A case was handed to another line, came back, or was escalated by a rule; the id is the event's."""

    at = models.DateTimeField(null=True)
    how = models.CharField(max_length=12, null=True)
    tier = loose(Tier)
    escalation = loose(EscalationRule)
    # derived
    type = loose(CaseType)

    class Meta:
        indexes = [
            models.Index(fields=["interval_at", "queue"], name="passage_counted"),
            models.Index(fields=["case"], name="passage_of_case"),
        ]


class AdviceFact(Fact):
    """One advice as it was shown to an agent, and what they did with it; the id is that of its row."""

    shown_at = models.DateTimeField(null=True)
    followed_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
    # derived
    rule = loose(AdviceRule)

    class Meta:
        indexes = [
            models.Index(fields=["interval_at", "queue"], name="advice_counted"),
            models.Index(fields=["interaction"], name="advice_of_interaction"),
        ]


class SelfService(Fact):
    """One contact on its way through a guided flow without anybody of ours; the id is that of the run."""

    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    how = models.CharField(max_length=10, null=True)
    # derived
    alone = models.BooleanField(default=False, help_text="It ended, led to nobody, and nobody took the contact.")
    stayed_alone = models.BooleanField(default=False, help_text="Nor did people talk to them within a day.")

    class Meta:
        indexes = [
            models.Index(fields=["interval_at", "queue"], name="self_service_counted"),
            models.Index(fields=["interaction"], name="self_service_of_interaction"),
        ]


class CallbackFact(Fact):
    """One wish to be called, until somebody was reached or it ended otherwise; the id is that of its row."""

    wished_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    how = models.CharField(max_length=9, null=True)

    class Meta:
        indexes = [models.Index(fields=["interval_at", "queue"], name="callback_counted")]


class BlockedCall(Fact):
    """One call that was refused at once; the id is the event's."""

    at = models.DateTimeField(null=True)
    why = models.CharField(max_length=12, null=True)

    class Meta:
        indexes = [models.Index(fields=["interval_at"], name="blocked_counted")]


class CaseContact(Fact):
    """An interaction was about a case; the id is the event's."""

    at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["case"], name="contact_of_case")]


class StateStretch(Fact):
    """One stretch of presence of one agent, until the next began; the id is the event's."""

    started_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=15, null=True)
    # derived
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["agent", "started_at"], name="stretch_of_agent")]

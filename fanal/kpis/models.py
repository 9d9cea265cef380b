"""What the figures are made of: facts folded from events, one row per thing that happened, and the counters over them.

A fact is put together from several events that may arrive in any order and more than once: what an event says is
merged column by column with LEAST (`practice` with GREATEST), which neither order nor repetition changes.
The columns below «derived» follow from the others and from what the rows of the lower packages say of channel, type
and practice. `counted_at` is the moment whose interval the fact counts in; without it the fact is in no figure.
"""

from typing import Any

from django.db import models

from fanal.agents.models import Agent
from fanal.cases.models import Case, CaseType
from fanal.customers.models import Customer
from fanal.events.models import TransactionId
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
    hold_ms = models.BigIntegerField(default=0, help_text="Holds come with the voice channel.")
    wrap_up_ms = models.BigIntegerField(default=0)
    active_ms = models.BigIntegerField(default=0, help_text="Talk and wrap-up shared among what the agent did at once.")
    transferred = models.BooleanField(default=False)

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
    reply_ms = models.BigIntegerField(null=True)
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


class Grain(models.TextChoices):
    """How wide a cell is. A day is kept three times, so that a report reads no more cells than it shows."""

    QUARTER = "q", "Quarter of an hour"
    DAY = "d", "Day"
    DAY_WITHOUT_AGENTS = "n", "Day, all agents together"
    DAY_OF_AGENT = "a", "Day of an agent, all queues together"


def counter() -> Any:
    return models.BigIntegerField(null=True)


class Cell(models.Model):
    """The counters of one source in one interval, by queue, channel, agent and type; days are sums of intervals."""

    source = models.CharField(max_length=10)
    grain = models.CharField(max_length=1, choices=Grain)
    at = models.DateTimeField(help_text="Start of the interval.")
    queue = loose(Queue)
    channel = models.CharField(max_length=20, null=True)
    agent = loose(Agent)
    type = loose(CaseType)

    offered = counter()
    answered = counter()
    answered_in_time = counter()
    answered_wait_ms = counter()
    abandoned = counter()
    abandoned_short = counter()
    abandoned_in_time = counter()
    overflowed = counter()
    closed = counter()
    withdrawn = counter()
    still_waiting = counter()

    handled = counter()
    talk_ms = counter()
    hold_ms = counter()
    wrap_up_ms = counter()
    active_ms = counter()
    transferred_out = counter()

    rung = counter()
    accepted = counter()
    declined = counter()
    expired = counter()

    started = counter()
    replied = counter()
    reply_ms = counter()
    replied_in_time = counter()
    replied_late = counter()
    unreplied_late = counter()

    issues = counter()
    issues_again = counter()

    cases_opened = counter()
    cases_self_made = counter()
    cases_settled_since = counter()
    cases_one_contact = counter()
    settlings = counter()
    reopenings = counter()

    signed_in_ms = counter()
    available_ms = counter()
    break_ms = counter()
    not_answering_ms = counter()
    unreachable_ms = counter()
    busy_ms = counter()
    idle_ms = counter()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["grain", "source", "at", "queue", "channel", "agent", "type"],
                nulls_distinct=False,
                name="cell_once",
            )
        ]


class Cursor(models.Model):
    """How far the events have been folded, in the order in which they were committed."""

    name = models.CharField(max_length=20, primary_key=True)
    xid = TransactionId()
    event = models.BigIntegerField()

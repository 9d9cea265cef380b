"""The counters over the facts, kept by interval and by day, and how far the events have been folded into them."""

from typing import Any

from django.db import models

from fanal.agents.models import Agent, Tier
from fanal.cases.models import CaseType
from fanal.deciding.models import AdviceRule
from fanal.escalation.models import EscalationRule
from fanal.events import models as events
from fanal.kpis.models.facts import loose
from fanal.routing.models import Queue


class Grain(models.TextChoices):
    """How wide a cell is. A day is kept three times, so that a report reads no more cells than it shows."""

    QUARTER = "q", "Quarter of an hour"
    DAY = "d", "Day"
    DAY_WITHOUT_AGENTS = "n", "Day, all agents together"
    DAY_OF_AGENT = "a", "Day of an agent, all queues together"


def counter() -> Any:
    return models.BigIntegerField(null=True)


class Cell(models.Model):
    """The counters of one source in one interval, by all that figures are told apart by; days are sums of these."""

    source = models.CharField(max_length=10)
    grain = models.CharField(max_length=1, choices=Grain)
    at = models.DateTimeField(help_text="Start of the interval.")
    queue = loose(Queue)
    channel = models.CharField(max_length=20, null=True)
    agent = loose(Agent)
    type = loose(CaseType)
    tier = loose(Tier)
    escalation = loose(EscalationRule)
    rule = loose(AdviceRule)

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
    callback_offered = counter()
    callback_taken = counter()

    handled = counter()
    talk_ms = counter()
    hold_ms = counter()
    wrap_up_ms = counter()
    active_ms = counter()
    transferred_out = counter()

    spoken = counter()
    sound_measured = counter()
    sound_not_measured = counter()
    sound_mos = counter()
    sound_poor = counter()
    sound_poor_ours = counter()
    sound_poor_theirs = counter()

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

    cases_settled_first_line = counter()
    handed_over = counter()
    handed_back = counter()
    escalated = counter()

    first_response_ended = counter()
    first_response_met = counter()
    next_response_ended = counter()
    next_response_met = counter()
    resolution_ended = counter()
    resolution_met = counter()

    advice_shown = counter()
    advice_followed = counter()
    advice_declined = counter()

    self_service_began = counter()
    self_service_served = counter()
    self_service_alone = counter()
    self_service_stayed_alone = counter()

    callbacks_wished = counter()
    callbacks_reached = counter()
    callbacks_served = counter()
    callbacks_given_up = counter()
    callbacks_open = counter()

    blocked_calls = counter()

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
                fields=["grain", "source", "at", "queue", "channel", "agent", "type", "tier", "escalation", "rule"],
                nulls_distinct=False,
                name="cell_once",
            )
        ]


class Cursor(events.Cursor):
    """How far the events have been folded, in the order in which they were committed, and in whose days."""

    zone = models.CharField(max_length=60, default="UTC", db_default="UTC", help_text="Where the days begin and end.")

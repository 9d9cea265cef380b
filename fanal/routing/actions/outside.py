"""Callers who talk with somebody outside, and with nobody of ours: it costs, nobody hears it, and it has an end."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from fanal.agents.kept import kept
from fanal.channels.models import ChannelKind
from fanal.interactions import actions as interactions
from fanal.interactions.models import EndReason, Interaction, Segment, SegmentKind
from fanal.interactions.rules.dialling import limits_of
from fanal.routing.actions.finishing import finish_talk


def end_calls_outside(*, now: datetime) -> int:
    """Those that have lasted as long as they may, or for which no minutes are left, are over. How many."""
    calls = Segment.objects.filter(kind=SegmentKind.AWAY, ended_at=None, interaction__channel=ChannelKind.VOICE)
    return sum(_end_if_due(pk, now=now) for pk in list(calls.values_list("interaction", flat=True)))


def seconds_left_outside(call: int, *, now: datetime) -> float | None:
    """Until it is ended; None where somebody of ours has them."""
    segment = _away.first(call=call)
    if segment is None:
        return None
    longest = limits_of(segment.interaction.account.settings).minutes_without_agent
    return (segment.started_at + timedelta(minutes=longest) - now).total_seconds()


@kept
def _away(call: int) -> QuerySet[Segment]:
    rows = Segment.objects.filter(interaction=call, kind=SegmentKind.AWAY, ended_at=None)
    return rows.select_related("interaction__account")


@transaction.atomic
def _end_if_due(call: int, *, now: datetime) -> bool:
    interactions.lock(call)
    left = seconds_left_outside(call, now=now)
    if left is None:
        return False
    found = Interaction.objects.select_related("account").get(pk=call)
    if left > 0 and interactions.minutes_spent(found.account, now=now) < limits_of(found.account.settings).minutes:
        return False
    finish_talk(interaction=found, by=None, reason=EndReason.TOO_LONG, now=now)
    return True

"""What is to be recorded of a call, read from its rows: a message, or the talk, unless something speaks against it."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from fanal.agents.kept import kept
from fanal.channels.asterisk.rules import Sound
from fanal.intake.voice.rows import open_keyings
from fanal.interactions import actions as interactions
from fanal.interactions.models import (
    RUNS,
    Interaction,
    RecordedCall,
    Recording,
    RecordingKind,
    RecordingState,
)
from fanal.interactions.rules import recording as rules
from fanal.routing import actions as routing

AGAIN_AFTER = timedelta(seconds=10)
MOST_FAILURES = 3
"""A full disk is said once and not tried all through the call."""


def running(call: Interaction) -> list[Recording]:
    return list(_running(call=call.pk))


def message_of(runs: list[Recording]) -> Sound | None:
    """What a caller is to leave; it is recorded on their line alone."""
    found = next((one for one in runs if one.kind == RecordingKind.MESSAGE), None)
    if found is None:
        return None
    return Sound(name=found.name, longest=found.longest, silence=found.silence, alone=True)


def talk_of(call: Interaction, runs: list[Recording], *, held: bool, now: datetime) -> Sound | None:
    """The part of a talk that runs, or begins now with its row; None: nothing of it is to be recorded."""
    head = decided(call)
    heard = heard_of(head, held=held)
    if not rules.may(heard):
        return None
    why = rules.pause(heard, now=now)
    part = next((one for one in runs if one.kind == RecordingKind.TALK), None)
    if part is None and (why or _failed(call, now=now)):
        return None
    part = part or interactions.want_talk(call=head, now=now)
    return Sound(name=part.name, longest=part.longest, paused=bool(why))


def decided(call: Interaction) -> RecordedCall:
    """Decided by the queue they waited in last, else by the number that was called, when they are first talked to."""
    found = _head.first(call=call.pk)
    if found:
        return found
    queue = routing.queue_they_were_in(call)
    policy = rules.policy_of(
        call.account.settings,
        of_queue=queue.recording if queue else "",
        written=queue.transcribed if queue else "",
    )
    return interactions.decide_recording(interaction=call, policy=policy)


def heard_of(head: RecordedCall, *, held: bool = False) -> rules.Heard:
    return rules.Heard(
        policy=head.policy,
        told=head.told_at is not None,
        agreed=head.agreed_at is not None,
        objected=head.objected_at is not None,
        by_hand=head.paused_at is not None,
        held=held,
        secret=head.policy != rules.OFF and bool(open_keyings(call=head.interaction_id)),
        quiet_until=head.quiet_until,
    )


def why_paused(call: int, *, now: datetime) -> str:
    """Why the exchange was told to pause just now; while nobody is with the customer, as if they were held."""
    head = _head.first(call=call)
    return (rules.pause(heard_of(head), now=now) if head else "") or rules.HELD


def quiet_for(call: int, *, now: datetime) -> float:
    """Seconds until it goes on by itself; 0 where nothing has to be waited for."""
    head = _head.first(call=call)
    return max(0.0, (head.quiet_until - now).total_seconds()) if head and head.quiet_until else 0.0


def _failed(call: Interaction, *, now: datetime) -> bool:
    rows = Recording.objects.filter(interaction=call, kind=RecordingKind.TALK, state=RecordingState.FAILED)
    failures = list(rows.values_list("ended_at", flat=True))
    return len(failures) >= MOST_FAILURES or any(at and now - at < AGAIN_AFTER for at in failures)


@kept
def _running(call: int) -> QuerySet[Recording]:
    return Recording.objects.filter(interaction=call, state__in=RUNS)


@kept
def _head(call: int) -> QuerySet[RecordedCall]:
    return RecordedCall.objects.filter(interaction=call)

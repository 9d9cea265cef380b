"""Calls as sound: wanted, recorded at the exchange, paused, fetched, heard, and removed when their days are over."""

from datetime import datetime, timedelta
from uuid import uuid4

from django.db import transaction

from fanal.agents.models import Agent
from fanal.channels import contents
from fanal.events.actions import publish
from fanal.interactions import audience, files
from fanal.interactions.actions.locking import lock
from fanal.interactions.models import (
    RUNS,
    Attachment,
    Hearing,
    Interaction,
    RecordedCall,
    Recording,
    RecordingKind,
    RecordingState,
    held_with,
)
from fanal.interactions.rules import recording as rules
from fanal.running.connections.inserting import insert_once

LONGEST_PART = 1800
"""Seconds; a longer talk is recorded in parts, so that each can be fetched in one piece."""
AT_ONCE = 200
HELD = held_with("interaction", "left_as")
"""The call is kept for legal reasons, or the message that was left in it."""


def decide_recording(*, interaction: Interaction, policy: rules.Policy) -> RecordedCall:
    """Whether this call is recorded: decided when its first talk begins, whatever is changed later."""
    fresh = RecordedCall(
        interaction=interaction, policy=policy.policy, days=policy.days, transcribed=policy.transcribed
    )
    return fresh if insert_once(fresh) else RecordedCall.objects.get(interaction=interaction)


def want_talk(*, call: RecordedCall, now: datetime) -> Recording:
    """The next part of a talk is to be recorded; it gets its row before the exchange is asked."""
    fresh = Recording.objects.create(
        interaction_id=call.interaction_id, kind=RecordingKind.TALK, name=_name("r", call.interaction_id),
        longest=LONGEST_PART, days=call.days, wanted_at=now,
    )  # fmt: skip
    _tell(fresh, now=now)
    return fresh


@transaction.atomic
def want_message(
    *, interaction: Interaction, queue: str, longest: int, silence: int, days: int, now: datetime
) -> Recording | None:
    """The caller is to leave a message; None where they did already."""
    interaction = lock(interaction.pk)
    if interaction.ended_at or Recording.objects.filter(interaction=interaction, kind=RecordingKind.MESSAGE).exists():
        return None
    fresh = Recording.objects.create(
        interaction=interaction, kind=RecordingKind.MESSAGE, name=_name("v", interaction.pk), queue=queue,
        longest=longest, silence=silence, days=days, wanted_at=now,
    )  # fmt: skip
    _tell(fresh, now=now)
    return fresh


@transaction.atomic
def note_recording(*, name: str, paused: bool = False, why: str = "", now: datetime) -> Recording | None:
    """The exchange records, or pauses it; None where that is known, or it is over."""
    row = _locked(name)
    if row is None or row.state not in RUNS:
        return None
    state = RecordingState.PAUSED if paused else RecordingState.RECORDING
    pause = (why or "unknown") if paused else ""
    if (row.state, row.pause) == (state, pause) and row.began_at:
        return None
    row.state, row.pause, row.began_at = state, pause, row.began_at or max(now, row.wanted_at)
    row.save(update_fields=["state", "pause", "began_at"])
    _tell(row, now=now)
    return row


@transaction.atomic
def end_recording(
    *, name: str, seconds: float | None = None, spoken: float | None = None, failed: str = "", now: datetime
) -> Recording | None:
    """It is whole and waits to be fetched, or nothing came of it; None where that is known."""
    row = _locked(name)
    if row is None or row.state not in RUNS:
        return None
    row.state = RecordingState.FAILED if failed else RecordingState.STOPPED
    row.pause, row.why, row.ended_at = "", failed[:60], max(now, row.wanted_at)
    row.seconds, row.spoken = seconds, spoken
    row.cleared_at = now if failed else None
    row.save(update_fields=["state", "pause", "why", "ended_at", "seconds", "spoken", "cleared_at"])
    _tell(row, now=now)
    return row


def keep_recording(*, name: str, content: bytes, now: datetime) -> Recording | None:
    """Its sound is ours from here on; None where it was before. Raises NotAccepted for what is no sound."""
    kind = files.sound_type(content)
    seconds, sha256 = rules.seconds_of(content), files.keep(content)
    with transaction.atomic():
        row = _locked(name)
        if row is None or row.state != RecordingState.STOPPED:
            return None
        row.state, row.fetched_at = RecordingState.FETCHED, now
        row.media_type, row.size, row.sha256, row.seconds = kind, len(content), sha256, seconds
        row.keep_until = (row.ended_at or now) + timedelta(days=row.days)
        row.save(update_fields=["state", "fetched_at", "media_type", "size", "sha256", "seconds", "keep_until"])
        _tell(row, now=now)
        return row


@transaction.atomic
def lose_recording(*, name: str, why: str, now: datetime) -> None:
    """The exchange has no such sound, or what it has is none: that is said, and nothing is asked for again."""
    row = _locked(name)
    if row and row.state == RecordingState.STOPPED:
        row.state, row.why, row.cleared_at = RecordingState.FAILED, why[:60], now
        row.save(update_fields=["state", "why", "cleared_at"])
        _tell(row, now=now)


def clear_recording(*, name: str, now: datetime) -> None:
    """The exchange has it no more."""
    Recording.objects.filter(name=name, cleared_at=None).update(cleared_at=now)


@transaction.atomic
def pause_recording(*, interaction: Interaction, by: Agent, now: datetime) -> None:
    """By hand, until somebody goes on."""
    lock(interaction.pk)
    if RecordedCall.objects.filter(interaction=interaction, paused_at=None).update(paused_at=now, paused_by=by):
        _tell_wish("recording.paused", interaction, by=by, now=now)


@transaction.atomic
def resume_recording(*, interaction: Interaction, by: Agent, now: datetime) -> None:
    lock(interaction.pk)
    rows = RecordedCall.objects.filter(interaction=interaction, paused_at__isnull=False)
    if rows.update(paused_at=None, paused_by=None, quiet_until=now + rules.QUIET):
        _tell_wish("recording.resumed", interaction, by=by, now=now)


@transaction.atomic
def object_to_recording(*, interaction: Interaction, by: Agent, now: datetime) -> None:
    """The customer does not want it: it stops, for this call and for good."""
    lock(interaction.pk)
    if RecordedCall.objects.filter(interaction=interaction, objected_at=None).update(objected_at=now):
        _tell_wish("recording.objected", interaction, by=by, now=now)


@transaction.atomic
def announced_recording(*, interaction: Interaction, now: datetime) -> None:
    """They heard that it is recorded, or were asked whether it may be."""
    lock(interaction.pk)
    if RecordedCall.objects.filter(interaction=interaction, told_at=None).update(told_at=now):
        _tell_wish("recording.told", interaction, by=None, now=now)


@transaction.atomic
def agree_to_recording(*, interaction: Interaction, now: datetime) -> None:
    lock(interaction.pk)
    if RecordedCall.objects.filter(interaction=interaction, agreed_at=None).update(agreed_at=now):
        _tell_wish("recording.agreed", interaction, by=None, now=now)


def hear(*, recording: Recording, by: Agent, now: datetime) -> Hearing:
    """Somebody plays it: that is a fact of its own."""
    with transaction.atomic():
        fact = Hearing.objects.create(recording=recording, by=by, at=now)
        publish(
            kind="recording.heard",
            data=audience.about(recording.interaction, recording=recording.pk, hearing=fact.pk),
            audience=["supervision"],
            now=now,
            by=by.pk,
        )
    return fact


def remove_old_recordings(*, now: datetime) -> int:
    """The sound whose days are over is removed, unless it is held; its row stays and says so. Returns how many."""
    due = Recording.objects.filter(removed_at=None, keep_until__lte=now, state=RecordingState.FETCHED).exclude(HELD)
    return sum(_remove(pk, now=now) for pk in list(due.order_by("keep_until").values_list("pk", flat=True)[:AT_ONCE]))


@transaction.atomic
def _remove(pk: int, *, now: datetime) -> bool:
    row = Recording.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=pk, removed_at=None).first()
    if row is None or Recording.objects.filter(HELD, pk=pk).exists():  # asked once nobody can hold it any more
        return False
    row.removed_at = now
    row.save(update_fields=["removed_at"])
    others = Recording.objects.filter(sha256=row.sha256, removed_at=None).exclude(pk=pk)
    if not others.exists() and not Attachment.objects.filter(sha256=row.sha256).exists():
        contents.remove(row.sha256)
    publish(
        kind="recording.removed",
        data=audience.about(row.interaction, recording=row.pk),
        audience=["supervision"],
        now=now,
    )
    return True


def _name(kind: str, call: int) -> str:
    """Known to no exchange yet, whatever else it recorded for an earlier life of this installation."""
    return f"{kind}-{call}-{uuid4().hex[:10]}"


def _locked(name: str) -> Recording | None:
    """After its contact: everybody locks in this order."""
    whose = Recording.objects.filter(name=name).values_list("interaction_id", flat=True).first()
    if whose is None:
        return None
    lock(whose)
    rows = Recording.objects.select_for_update(of=("self",)).select_related("interaction__account", "left_as")
    return rows.get(name=name)


def _tell(row: Recording, *, now: datetime) -> None:
    shown = row.left_as or row.interaction
    data = audience.about(shown, recording=row.pk, state=str(row.state), pause=row.pause)
    publish(kind="recording.changed", data=data, audience=audience.of(shown), now=now)


def _tell_wish(kind: str, interaction: Interaction, *, by: Agent | None, now: datetime) -> None:
    publish(
        kind=kind,
        data=audience.about(interaction),
        audience=audience.of(interaction),
        now=now,
        by=by.pk if by else None,
    )

"""What callers leave when nobody talks to them: their words are work for a queue, and wait there like any other."""

from datetime import datetime

from django.db import transaction

from fanal.channels.models import ChannelKind
from fanal.channels.port import ContactStarted
from fanal.intake.recognising import evidence_of, recognise
from fanal.intake.to_people import to_people
from fanal.interactions import actions as interactions
from fanal.interactions.models import (
    RUNS,
    EndReason,
    Interaction,
    Recording,
    RecordingKind,
    RecordingState,
    SegmentKind,
)
from fanal.interactions.rules.recording import policy_of
from fanal.routing import actions as routing
from fanal.routing.models import Queue
from fanal.scenarios.rules.flows import LeavesMessage

SAID_NOTHING = 0.5
"""Seconds of speech; less of it is no message."""
THREAD = "v-"


def begin_message(*, call: Interaction, asked: LeavesMessage, now: datetime) -> None:
    """They have heard that they may speak: from the tone on they are recorded; once that is over, so is the call."""
    wanted = interactions.want_message(
        interaction=call, queue=asked.queue, longest=asked.longest, silence=asked.silence,
        days=policy_of(call.account.settings).message_days, now=now,
    )  # fmt: skip
    if wanted is None and not Recording.objects.filter(interaction=call, state__in=RUNS).exists():
        interactions.end_talk(interaction=call, reason=EndReason.MESSAGE, now=now)


def left_a_message(call: Interaction) -> bool:
    return Recording.objects.filter(interaction=call, kind=RecordingKind.MESSAGE).exists()


@transaction.atomic
def recorded(*, recording: Recording, now: datetime) -> Interaction | None:
    """A message is whole: a contact of its own, recognised and routed as the call would be. None where it is no work.

    What could not be recorded is kept as a case, so that nobody waits for an answer in vain.
    """
    call = interactions.lock(recording.interaction_id)
    recording = Recording.objects.select_related("interaction__account").get(pk=recording.pk)
    call = recording.interaction
    if recording.kind != RecordingKind.MESSAGE or recording.left_as_id:
        return recording.left_as
    contact = None
    if recording.state == RecordingState.FAILED:
        if recording.began_at and (queue := _queue(recording)):
            routing.keep_matter(interaction=call, queue=queue, now=now)
    elif recording.spoken is None or recording.spoken >= SAID_NOTHING:
        contact = _begin(recording, call, now=now)
        recording.left_as = contact
        recording.save(update_fields=["left_as"])
    interactions.end_talk(interaction=call, reason=EndReason.MESSAGE, now=now)
    return contact


def _begin(recording: Recording, call: Interaction, *, now: datetime) -> Interaction:
    contact = interactions.start(
        account=call.account, channel=ChannelKind.VOICEMAIL, source=call.source, thread=f"{THREAD}{recording.pk}",
        given=call.given, entry_page=call.entry_page, language=call.language, practice=call.practice,
        owner=SegmentKind.QUEUE, now=now,
    )  # fmt: skip
    signal = ContactStarted(source=call.source, given=call.given, language=call.language)
    proven = recognise(interaction=contact, evidence=evidence_of(signal, account=call.account), now=now)
    to_people(interaction=contact, proven=proven, queue=_queue(recording), now=now)
    return contact


def _queue(recording: Recording) -> Queue | None:
    wanted = recording.queue or str(recording.interaction.account.settings.get("queue", ""))
    return Queue.objects.filter(code=wanted, active=True).first()

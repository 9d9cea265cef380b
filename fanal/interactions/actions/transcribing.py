"""What is said in calls is kept sentence by sentence, with what is missing of it, and goes when its days are over."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from fanal.agents.kept import kept
from fanal.events.actions import hint, publish
from fanal.interactions import audience
from fanal.interactions.actions.locking import lock
from fanal.interactions.models import (
    WITH_CUSTOMER,
    Interaction,
    Participation,
    RecordedCall,
    Segment,
    SegmentKind,
    SpeechService,
    Spoken,
    SpokenSide,
    Unheard,
    held_with,
)
from fanal.interactions.rules import spoken as rules

TOGETHER = timedelta(minutes=2)
"""Figures of one side within so long may be one number, said in pieces."""
LEFT_AFTER = timedelta(minutes=1)
AT_ONCE = 2000
HELD = held_with("interaction")
"""Its call is kept for legal reasons."""


def speech_service_for(language: str) -> SpeechService | None:
    """The one of this language, else the one of every language."""
    found = SpeechService.objects.filter(active=True, language__in=["", language.partition("-")[0]])
    return found.order_by("-language", "code").first()


def writes_down() -> bool:
    """Whether any speech service is set up."""
    return bool(_services.first(active=True))


@kept
def _services(active: bool) -> QuerySet[SpeechService, int]:
    return SpeechService.objects.filter(active=active).values_list("pk", flat=True)[:1]


@transaction.atomic
def note_spoken(
    *, interaction: Interaction, key: str, side: str, text: str, at: datetime, final: bool, now: datetime
) -> Spoken | None:
    """What one side says, or said; None where nothing of it is new. Digits of a card are hidden, also where they began
    in a sentence before."""
    interaction = lock(interaction.pk)
    row = Spoken.objects.filter(key=key).first()
    if row and row.ended_at:
        return None
    head = RecordedCall.objects.filter(interaction=interaction, transcribed=True).first()
    if head is None:
        return None
    before = list(
        Spoken.objects.filter(interaction=interaction, side=side, removed_at=None, at__gte=now - TOGETHER)
        .exclude(key=key)
        .order_by("at", "pk")
    )
    earlier, text = rules.hidden_after([one.text for one in before], text)
    for one, masked in zip(before, earlier, strict=True):
        if one.text != masked:
            one.text = masked
            one.save(update_fields=["text"])
    if row is None and not text:
        return None
    row = row or Spoken(
        interaction=interaction, key=key, side=side, at=min(at, now), keep_until=now + timedelta(days=head.days)
    )
    if row.side == SpokenSide.US and row.agent_id is None:
        row.agent_id = _who_speaks(interaction)
    row.text, row.ended_at = text, max(now, row.at) if final else None
    row.save()
    _tell(row)
    if final:
        data = audience.about(interaction, spoken=row.pk, side=row.side)
        publish(kind="transcript.said", data=data, audience=audience.of(interaction), now=now)
    return row


def end_spoken(*, key: str, now: datetime) -> None:
    """Nothing more will be told of this sentence: what was heard of it stands."""
    row = Spoken.objects.select_related("interaction__account").filter(key=key, ended_at=None).first()
    if row:
        note_spoken(interaction=row.interaction, key=key, side=row.side, text=row.text, at=row.at, final=True, now=now)


def end_spoken_left(*, now: datetime) -> int:
    """Sentences whose process is gone."""
    left = Spoken.objects.filter(ended_at=None, at__lt=now - LEFT_AFTER).values_list("key", flat=True)
    keys = list(left[:AT_ONCE])
    for key in keys:
        end_spoken(key=key, now=now)
    return len(keys)


@transaction.atomic
def note_unheard(*, interaction: Interaction, why: str, now: datetime) -> None:
    """From now on something is missing."""
    lock(interaction.pk)
    if not Unheard.objects.filter(interaction=interaction, ended_at=None).exists():
        Unheard.objects.create(interaction=interaction, why=why, began_at=now)
        _tell_missing(interaction, now=now)


@transaction.atomic
def note_heard_again(*, interaction: Interaction, now: datetime) -> None:
    """Both sides are written down, or nobody wants it any more."""
    lock(interaction.pk)
    if Unheard.objects.filter(interaction=interaction, ended_at=None).update(ended_at=now):
        _tell_missing(interaction, now=now)


def remove_old_transcripts(*, now: datetime) -> int:
    """Words whose days are over are removed, unless they are held; that something was said stays. Returns how many."""
    due = Spoken.objects.filter(removed_at=None, keep_until__lte=now).exclude(HELD).order_by("keep_until")
    keys = list(due.values_list("pk", flat=True)[:AT_ONCE])
    with transaction.atomic():
        rows = list(
            Spoken.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk__in=keys, removed_at=None)
        )
        held = set(Spoken.objects.filter(HELD, pk__in=keys).values_list("pk", flat=True))  # asked once they are locked
        rows = [row for row in rows if row.pk not in held]
        Spoken.objects.filter(pk__in=[row.pk for row in rows]).update(text="", removed_at=now)
        for call in Interaction.objects.filter(pk__in={row.interaction_id for row in rows}).order_by("pk"):
            publish(kind="transcript.removed", data=audience.about(call), audience=["supervision"], now=now)
    return len(rows)


def _who_speaks(interaction: Interaction) -> int | None:
    """Who has the talk, while nobody else is with the customer: two voices are not told apart."""
    others = Participation.objects.filter(interaction=interaction, ended_at=None, how__in=WITH_CUSTOMER)
    if others.exists():
        return None
    talk = Segment.objects.filter(interaction=interaction, kind=SegmentKind.AGENT, ended_at=None).order_by("pk")
    return talk.values_list("agent", flat=True).first()


def _tell(row: Spoken) -> None:
    """While it is said; may be lost."""
    hint(kind="transcript.heard", data={"interaction": row.interaction_id}, audience=audience.of(row.interaction))


def _tell_missing(interaction: Interaction, *, now: datetime) -> None:
    data = audience.about(interaction)
    publish(kind="transcript.missing", data=data, audience=audience.of(interaction), now=now)

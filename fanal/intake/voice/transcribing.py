"""What of a call may be written down now: both sides of its talk, by the rule that holds for recording it."""

from datetime import datetime

from django.db.models import QuerySet

from fanal.agents.kept import kept
from fanal.channels.asterisk.rules import WRITTEN, Side
from fanal.intake.voice.recording import decided, heard_of
from fanal.interactions.models import Interaction, SpeechService
from fanal.interactions.rules import recording as rules


def sides_of(call: Interaction, *, beside: str, held: bool, now: datetime) -> tuple[Side, ...]:
    """None where nobody wants it, nobody can, or something speaks against it at the moment."""
    head = decided(call)
    if not head.transcribed or not rules.may_be_heard(heard_of(head, held=held), now=now) or not _services():
        return ()
    return tuple(Side(into=f"{beside}{WRITTEN}{spies}", spies=spies) for spies in ("in", "out"))


def _services() -> bool:
    return bool(_any.first(active=True))


@kept
def _any(active: bool) -> QuerySet[SpeechService, int]:
    return SpeechService.objects.filter(active=active).values_list("pk", flat=True)[:1]

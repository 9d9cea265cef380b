"""What of a call may be written down now: both sides of its talk, by the rule that holds for recording it."""

from datetime import datetime

from fanal.channels.asterisk.rules import WRITTEN, Side
from fanal.intake.voice.recording import decided, heard_of
from fanal.interactions import actions as interactions
from fanal.interactions.models import Interaction
from fanal.interactions.rules import recording as rules


def sides_of(call: Interaction, *, beside: str, held: bool, now: datetime) -> tuple[Side, ...]:
    """None where nobody wants it, nobody can, or something speaks against it at the moment."""
    head = decided(call)
    if not head.transcribed or not interactions.writes_down():
        return ()
    if not rules.may_be_heard(heard_of(head, held=held), now=now):
        return ()
    return tuple(Side(into=f"{beside}{WRITTEN}{spies}", spies=spies) for spies in ("in", "out"))

"""Whether a call is recorded, as whoever talks sees it, and the card number that the customer keys in meanwhile."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from fanal.agents.kept import kept
from fanal.interactions.actions import writes_down
from fanal.interactions.models import (
    RUNS,
    Keying,
    KeyingEnd,
    RecordedCall,
    Recording,
    RecordingPolicy,
    RecordingState,
    Unheard,
)

WORDS = {
    "recording": _("Recording"),
    "begins": _("Recording begins"),
    "untold": _("Not recorded: not announced yet"),
    "unagreed": _("Not recorded: nobody agreed yet"),
    "objected": _("Not recorded: the customer does not want it"),
    "failed": _("Recording failed"),
    "hand": _("Recording paused"),
    "held": _("Recording paused: on hold"),
    "secret": _("Recording paused: card number"),
    "unknown": _("Recording paused"),
}


WRITTEN = _("Recorded and written down")


@dataclass(frozen=True, kw_only=True)
class OnTape:
    """One of WORDS; `by_hand`: somebody has to let it go on."""

    state: str
    by_hand: bool = False
    written: bool = False
    """What is said is written down as well."""

    @property
    def words(self) -> str:
        return str(WRITTEN if self.written and self.state == "recording" else WORDS[self.state])

    @property
    def runs(self) -> bool:
        return self.state in ("recording", "begins")

    @property
    def may_pause(self) -> bool:
        return self.state not in ("objected", "failed") and not self.by_hand

    @property
    def may_object(self) -> bool:
        return self.state != "objected"


def on_tape(interaction: int) -> OnTape | None:
    """None where nobody wants to record it. Whatever is not known to run counts as paused."""
    head = _head.first(call=interaction)
    if head is None or head.policy == RecordingPolicy.OFF:
        return None
    written = head.transcribed and writes_down() and not _missing.first(call=interaction)
    return OnTape(state=_state(head), by_hand=head.paused_at is not None, written=written)


def keying_of(interaction: int) -> Keying | None:
    """The card number that is being keyed in, or was last."""
    return _keying.first(call=interaction)


def keyed_words(keying: Keying) -> str:
    if keying.ended_at is None:
        return str(_("The customer keys in the card number, and then #"))
    if keying.how == KeyingEnd.TAKEN:
        return str(_("Card number taken: it ends in %(last)s") % {"last": keying.last_four})
    if keying.how == KeyingEnd.UNFIT:
        return str(_("That was no card number. Ask for it again."))
    return str(_("Nothing was keyed in."))


def _state(head: RecordedCall) -> str:
    if head.objected_at:
        return "objected"
    last = _last.first(call=head.interaction_id)
    if last and last.state in RUNS:
        if last.state == RecordingState.RECORDING:
            return "recording"
        return last.pause or "begins"
    if head.told_at is None:
        return "untold"
    if head.policy == RecordingPolicy.CONSENT and head.agreed_at is None:
        return "unagreed"
    return "failed" if last and last.state == RecordingState.FAILED else "hand" if head.paused_at else "begins"


@kept
def _missing(call: int) -> QuerySet[Unheard, int]:
    return Unheard.objects.filter(interaction=call, ended_at=None).values_list("pk", flat=True)


@kept
def _head(call: int) -> QuerySet[RecordedCall]:
    return RecordedCall.objects.filter(interaction=call)


@kept
def _last(call: int) -> QuerySet[Recording]:
    return Recording.objects.filter(interaction=call).order_by("-pk")[:1]


@kept
def _keying(call: int) -> QuerySet[Keying]:
    return Keying.objects.filter(interaction=call).order_by("-pk")[:1]

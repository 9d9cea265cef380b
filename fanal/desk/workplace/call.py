"""The call in the middle room: whether they talk, wait with music, or the phone still rings."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fanal.agents.kept import kept
from fanal.agents.models import Agent
from fanal.channels.port import visitor_of
from fanal.desk.workplace.parties import Other, others_of
from fanal.desk.workplace.recordings import OnTape, keyed_words, keying_of, on_tape
from fanal.desk.workplace.sounding import is_poor_now
from fanal.interactions.models import Hold, Interaction, Keying, Leg, LegKind, Segment, WebCall
from fanal.interactions.rules import disclosure

WORDS = {
    "talking": pgettext_lazy("call", "Talking"),
    "held": pgettext_lazy("call", "On hold, with music"),
    "ringing": _("Your phone rings: lift it"),
    "calling": _("It rings at theirs"),
    "lost": _("Your phone was cut off and is called again; the customer hears music"),
}


@dataclass(frozen=True, kw_only=True)
class Call:
    """One of WORDS, since when."""

    state: str
    since: datetime
    others: Sequence[Other] = ()
    tape: OnTape | None = None
    keying: Keying | None = None
    chat: int | None = None
    """The chat that became this call."""
    sounds: str = ""
    """Whose line is poor, in words; empty while all is well."""

    @property
    def words(self) -> str:
        return str(WORDS[self.state])

    @property
    def asks(self) -> bool:
        """Somebody is being asked, or heard."""
        return any(one.asked for one in self.others)

    @property
    def may_leave(self) -> bool:
        """There is somebody with whom the customer would stay."""
        return any(one.state == "together" for one in self.others)

    @property
    def keyed(self) -> str:
        """What came of the card number that the customer was asked for."""
        return keyed_words(self.keying) if self.keying else ""

    @property
    def keys(self) -> bool:
        return self.keying is not None and self.keying.ended_at is None

    @property
    def held(self) -> bool:
        return self.state == "held"


def call_of(interaction: Interaction, segment: Segment, *, agent: Agent) -> Call:
    """How the call of this segment's agent stands, and who else is in it."""
    call = _own(interaction, segment)
    hidden = disclosure(interaction.account.settings) == "nobody"
    return replace(
        call,
        others=others_of(interaction.pk, held=call.held, seen_by=agent, hidden=hidden),
        tape=on_tape(interaction.pk),
        keying=keying_of(interaction.pk),
        sounds=is_poor_now(interaction.pk, agent=agent.pk),
        chat=_chat.first(interaction=interaction.pk) if visitor_of(interaction.source) else None,
    )


def _own(interaction: Interaction, segment: Segment) -> Call:
    if hold := _hold.first(segment=segment.pk):
        return Call(state="held", since=hold.began_at)
    leg = _leg.first(interaction=interaction.pk, agent=segment.agent_id or 0)
    if leg is None:
        return Call(state="ringing", since=segment.started_at)
    if leg.ended_at:
        return Call(state="lost", since=leg.ended_at)
    if leg.answered_at is None:
        return Call(state="ringing", since=leg.began_at)
    if calling := _calling.first(interaction=interaction.pk):
        return Call(state="calling", since=calling.began_at)
    return Call(state="talking", since=max(leg.answered_at, segment.started_at))


@kept
def _chat(interaction: int) -> QuerySet[WebCall, int | None]:
    return WebCall.objects.filter(interaction=interaction).values_list("chat", flat=True)


@kept
def _hold(segment: int) -> QuerySet[Hold]:
    return Hold.objects.filter(segment=segment, ended_at=None)


@kept
def _calling(interaction: int) -> QuerySet[Leg]:
    """The line of a customer whom we call and who has not answered."""
    return Leg.objects.filter(
        interaction=interaction, kind=LegKind.CUSTOMER, dial__isnull=False, answered_at=None, ended_at=None
    )[:1]


@kept
def _leg(interaction: int, agent: int) -> QuerySet[Leg]:
    rows = Leg.objects.filter(interaction=interaction, agent=agent, kind=LegKind.AGENT)
    return rows.order_by("-began_at", "-id")[:1]

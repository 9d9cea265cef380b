"""What is asked of the database each time something happens to a call; some ten times in the life of each."""

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from fanal.agents.kept import kept
from fanal.channels.models import ChannelKind
from fanal.interactions.models import Hold, Interaction, Keying, Leg, Participation, Segment, SegmentKind
from fanal.routing.models import WAITS, Offer, OfferState, QueueEntry


@kept
def call_locked(call: int) -> QuerySet[Interaction]:
    """None where it is no call; `as_of`: what of the database is seen at least, from here on."""
    calls = Interaction.objects.select_related("account").annotate(as_of=RawSQL("pg_current_snapshot()::text", ()))
    return calls.select_for_update(of=("self",)).filter(pk=call, channel=ChannelKind.VOICE)


@kept
def running_call(call: int) -> QuerySet[Interaction]:
    return Interaction.objects.select_related("account").filter(pk=call, ended_at=None)


@kept
def open_legs(call: int) -> QuerySet[Leg]:
    return Leg.objects.filter(interaction=call, ended_at=None)


@kept
def rang_for(offer: int) -> QuerySet[Leg, int]:
    return Leg.objects.filter(for_offer=offer).values_list("pk", flat=True)


@kept
def lines_of(call: int, agent: int | None) -> QuerySet[Leg]:
    """Of one agent in one call, the last that ended last."""
    return Leg.objects.filter(interaction=call, agent=agent).order_by("ended_at")


@kept
def waiting_entry(call: int) -> QuerySet[QueueEntry]:
    return QueueEntry.objects.filter(interaction=call, state__in=WAITS).order_by("pk")[:1]


@kept
def running_talk(call: int) -> QuerySet[Segment]:
    rows = Segment.objects.filter(interaction=call, kind=SegmentKind.AGENT, ended_at=None)
    return rows.select_related("agent").order_by("pk")[:1]


@kept
def running_holds(segment: int) -> QuerySet[Hold]:
    return Hold.objects.filter(segment=segment, ended_at=None)


@kept
def open_keyings(call: int) -> QuerySet[Keying, int]:
    """Whether a card number is keyed in."""
    return Keying.objects.filter(interaction=call, ended_at=None).values_list("pk", flat=True)


@kept
def who_else(call: int) -> QuerySet[Participation]:
    return Participation.objects.filter(interaction=call, ended_at=None).select_related("agent", "dial")


@kept
def open_offers(entry: int) -> QuerySet[Offer]:
    return Offer.objects.filter(entry=entry, state=OfferState.OPEN).select_related("agent")


@kept
def offers_to_join(parts: list[int]) -> QuerySet[Offer]:
    """Of those who are asked, by way of a queue, to take part."""
    return Offer.objects.filter(entry__participation__in=parts, state=OfferState.OPEN).select_related("agent")

"""How each call should be, read from the rows that decided it: who waits, whom it rings, who talks."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db import transaction

from fanal.agents.models import Agent
from fanal.channels.asterisk.rules import Party, Wanted
from fanal.channels.models import ChannelKind
from fanal.intake.calls import no_such_phone
from fanal.interactions import actions as interactions
from fanal.interactions.models import Hold, Interaction, Leg, LegKind, Segment, SegmentKind
from fanal.routing.models import WAITS, Offer, OfferState, QueueEntry

WITHHELD = "anonymous"
HELD = "w-held"
OFFER, TALK = "a-", "s-"
OURS = (OFFER, TALK)
"""How the lines begin that we called; the rest of their names says for what."""
CALLED_AGAIN_AFTER = timedelta(seconds=3)
"""A phone whose line was lost is called again at once; where that was in vain, so long afterwards."""


PhoneOf = Callable[[Agent], str]
"""Where an agent can be rung, as the exchange calls it; empty where nobody can."""


@transaction.atomic
def wanted(interaction_id: int, *, phone_of: PhoneOf, now: datetime) -> Wanted | None:
    """The call as it should be; phones that are to ring from now on get their row here, and are asked for once.

    None: it is no call of the exchange.
    """
    call = Interaction.objects.select_for_update(of=("self",)).filter(pk=interaction_id).first()
    if call is None or call.channel != ChannelKind.VOICE:
        return None
    legs = list(Leg.objects.filter(interaction=call, ended_at=None).select_related("agent"))
    caller = next((leg for leg in legs if leg.kind == LegKind.CUSTOMER), None)
    everything = frozenset(leg.line for leg in legs)
    if caller is None or call.ended_at:
        line = caller.line if caller else call.thread
        return Wanted(caller=line, lines=everything, over=True, talks_in=f"t-{call.pk}")
    entry = QueueEntry.objects.filter(interaction=call, state__in=WAITS).first()
    talk = Segment.objects.filter(interaction=call, kind=SegmentKind.AGENT, ended_at=None).first()
    held = talk is not None and Hold.objects.filter(segment=talk, ended_at=None).exists()
    offers = list(Offer.objects.filter(entry=entry, state=OfferState.OPEN).select_related("agent")) if entry else []
    rings = [_ringing(call, legs, offer, phone_of=phone_of, now=now) for offer in offers]
    talks = [_talking(call, legs, talk, phone_of=phone_of, now=now)] if talk else []
    return Wanted(
        caller=caller.line,
        lines=everything,
        waits_in=f"w-{entry.queue_id}" if entry else HELD if talk else "",
        talks_in=f"t-{call.pk}" if talk and not held else "",
        parties=tuple(party for party in [*rings, *talks] if party),
    )


def open_calls() -> list[int]:
    """The calls that go on, and those of which a line does."""
    running = Interaction.objects.filter(channel=ChannelKind.VOICE, ended_at=None)
    lines = Leg.objects.filter(ended_at=None)
    return sorted({*running.values_list("pk", flat=True), *lines.values_list("interaction", flat=True)})


def _ringing(call: Interaction, legs: Iterable[Leg], offer: Offer, *, phone_of: PhoneOf, now: datetime) -> Party | None:
    there = next((leg for leg in legs if leg.for_offer == offer.pk), None)
    if there:
        return Party(line=there.line)
    if Leg.objects.filter(for_offer=offer.pk).exists():
        return None  # it rang there, and does not any more
    return _call(call, offer.agent, f"{OFFER}{offer.pk}", offer=offer, phone_of=phone_of, now=now)


def _talking(
    call: Interaction, legs: Iterable[Leg], talk: Segment, *, phone_of: PhoneOf, now: datetime
) -> Party | None:
    """The line of who has the talk; one that was lost is called again."""
    there = next((leg for leg in legs if leg.agent_id == talk.agent_id), None)
    if there:
        return Party(line=there.line)
    lost = list(Leg.objects.filter(interaction=call, agent=talk.agent_id).order_by("ended_at"))
    in_vain = lost and lost[-1].answered_at is None
    if talk.agent is None or (in_vain and now - (lost[-1].ended_at or now) < CALLED_AGAIN_AFTER):
        return None
    return _call(call, talk.agent, f"{TALK}{talk.pk}-{len(lost)}", offer=None, phone_of=phone_of, now=now)


def _call(
    call: Interaction, agent: Agent, line: str, *, offer: Offer | None, phone_of: PhoneOf, now: datetime
) -> Party | None:
    phone = phone_of(agent)
    interactions.open_leg(
        interaction=call, kind=LegKind.AGENT, line=line, agent=agent, for_offer=offer.pk if offer else None, now=now
    )
    if not phone:
        no_such_phone(line, now=now)
        return None
    return Party(
        line=line,
        address=phone,
        shows=call.source or WITHHELD,
        rings_for=max(1.0, (offer.expires_at - now).total_seconds() + 2) if offer else 30,
        tells={"PJSIP_HEADER(add,X-Fanal-Offer)": str(offer.pk)} if offer else {},
    )

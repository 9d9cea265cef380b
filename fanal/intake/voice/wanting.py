"""How each call should be, read from the rows that decided it: who waits, whom it rings, who talks with whom."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction

from fanal.agents.models import Agent
from fanal.channels.asterisk.rules import MUSIC, Party, Wanted
from fanal.channels.models import ChannelKind
from fanal.channels.port import visitor_of
from fanal.intake.calls import no_such_phone
from fanal.intake.voice import outgoing, recording, rows, transcribing
from fanal.interactions import actions as interactions
from fanal.interactions.models import (
    WITH_CUSTOMER,
    DialFor,
    InCall,
    Interaction,
    Leg,
    LegKind,
    Participation,
    Segment,
    WebCall,
)
from fanal.interactions.rules.dialling import limits_of
from fanal.routing.actions.calling_out import LINE
from fanal.routing.models import Offer

WITHHELD, PAGE = "anonymous", "web"
HELD = f"{MUSIC}held"
OFFER, TALK, OTHERS, EARS = "a-", "s-", "p-", "n-"
OURS = (OFFER, TALK, OTHERS, EARS, LINE)
"""How the lines begin that we called; the rest of their names says for what."""
RINGS_OUTSIDE = 45  # seconds
CALLED_AGAIN_AFTER = timedelta(seconds=3)
"""A phone whose line was lost is called again at once; where that was in vain, so long afterwards."""


PhoneOf = Callable[[Agent, bool], str]
"""Where an agent can be rung, with pictures or without, as the exchange calls it; empty where nobody can."""


@transaction.atomic
def wanted(interaction_id: int, *, phone_of: PhoneOf, now: datetime) -> Wanted | None:
    """The call as it should be; phones that are to ring from now on get their row here, and are asked for once.

    None: it is no call of the exchange.
    """
    call = rows.call_locked.first(call=interaction_id)
    if call is None:
        return None
    legs = rows.open_legs(call=call.pk)
    caller = next((leg for leg in legs if leg.kind == LegKind.CUSTOMER), None)
    bare = Wanted(
        caller=caller.line if caller else call.thread,
        lines=frozenset(leg.line for leg in legs),
        rooms=frozenset({_talk(call), _consult(call)}),
        beside=f"{EARS}{call.pk}-",
        as_of=call.as_of,  # type: ignore[attr-defined]
    )
    comes = outgoing.is_to_be_called(call)
    sounds = recording.running(call)
    bare = replace(bare, sounds=frozenset(one.name for one in sounds))
    if call.ended_at or (caller is None and not comes):
        return replace(bare, over=True)
    entry = rows.waiting_entry.first(call=call.pk)
    talk = rows.running_talk.first(call=call.pk)
    held = talk is not None and bool(rows.running_holds(segment=talk.pk))
    others = rows.who_else(call=call.pk)
    offers = [
        *(rows.open_offers(entry=entry.pk) if entry else []),
        *(rows.offers_to_join(parts=[one.pk for one in others]) if others else []),
    ]
    rings = [_ringing(call, legs, offer, phone_of=phone_of, now=now) for offer in offers]
    asks = held and any(part.how == InCall.ASKED for part in others)
    talks = _talking(call, legs, talk, held=held, phone_of=phone_of, now=now) if talk else None
    if comes or (caller and caller.dial_id and caller.answered_at is None):
        there = talk is not None and any(leg.agent_id == talk.agent_id and leg.answered_at for leg in legs)
        return replace(
            bare,
            outgoing=outgoing.customer(call, caller, there=there, now=now),
            parties=tuple(party for party in [*rings, talks] if party),
        )
    talks = talks and replace(talks, into=_consult(call) if asks else _talk(call))
    hears = talks.line if talks else ""
    them = [_other(call, legs, one, phone_of=phone_of, now=now) for one in others]
    theirs = [
        _placed(party, one, call=call, held=held, asks=asks, hears=hears)
        for one, party in zip(others, them, strict=True)
        if party
    ]
    with_customer = talk or any(part.how in WITH_CUSTOMER for part in others)
    sound = recording.message_of(sounds)
    if talk and not sound:
        sound = recording.talk_of(call, sounds, held=held, now=now)
    written = transcribing.sides_of(call, beside=bare.beside, held=held, now=now) if talk else ()
    return replace(
        bare,
        waits_in=f"{MUSIC}{entry.queue_id}" if entry else HELD if with_customer else "",
        talks_in=_talk(call) if with_customer and not held else "",
        written=written,
        sound=sound and replace(sound, paused=sound.paused or bool(held)),
        parties=tuple(party for party in [*rings, talks, *theirs] if party),
    )


def call_listened_to(line: str) -> int | None:
    """The call whose listener this line serves, by its name; None if it serves none."""
    number = line.removeprefix(EARS).partition("-")[0]
    return int(number) if line.startswith(EARS) and number.isdigit() else None


def open_calls() -> list[int]:
    """The calls that go on, and those of which a line does."""
    running = Interaction.objects.filter(channel=ChannelKind.VOICE, ended_at=None)
    lines = Leg.objects.filter(ended_at=None)
    return sorted({*running.values_list("pk", flat=True), *lines.values_list("interaction", flat=True)})


def _talk(call: Interaction) -> str:
    return f"t-{call.pk}"


def _consult(call: Interaction) -> str:
    return f"c-{call.pk}"


def _placed(party: Party, one: Participation, *, call: Interaction, held: bool, asks: bool, hears: str) -> Party:
    """Who is with the customer, who speaks aside with the owner, who listens; whoever has nobody hears music."""
    match one.how:
        case InCall.ASKED:
            return replace(party, into=_consult(call) if held else HELD)
        case InCall.LISTENS | InCall.WHISPERS if hears:
            room = f"{EARS}{call.pk}-{one.pk}"
            return replace(party, into=room, hears=hears, whispers=one.how == InCall.WHISPERS)
        case InCall.LISTENS | InCall.WHISPERS:
            return replace(party, into=HELD)
        case _:
            return replace(party, into=HELD if asks else _talk(call))


def _ringing(call: Interaction, legs: Iterable[Leg], offer: Offer, *, phone_of: PhoneOf, now: datetime) -> Party | None:
    there = next((leg for leg in legs if leg.for_offer == offer.pk), None)
    if there:
        return Party(line=there.line)
    if rows.rang_for(offer=offer.pk):
        return None  # it rang there, and does not any more
    return _call(call, offer.agent, f"{OFFER}{offer.pk}", offer=offer, phone_of=phone_of, now=now)


def _talking(
    call: Interaction, legs: Iterable[Leg], talk: Segment, *, held: bool, phone_of: PhoneOf, now: datetime
) -> Party | None:
    """The line of who has the talk; one that was lost is called again."""
    there = next((leg for leg in legs if leg.agent_id == talk.agent_id), None)
    if there:
        return Party(line=there.line)
    if outgoing.too_late(call, talk, now=now) or outgoing.not_yet(call, talk, now=now):
        return None
    lost = rows.lines_of(call=call.pk, agent=talk.agent_id)
    in_vain = lost and lost[-1].answered_at is None
    if talk.agent is None or (in_vain and now - (lost[-1].ended_at or now) < CALLED_AGAIN_AFTER):
        return None
    line = f"{TALK}{talk.pk}-{len(lost)}"
    return _call(call, talk.agent, line, offer=None, held=held, phone_of=phone_of, now=now)


def _other(
    call: Interaction,
    legs: Iterable[Leg],
    one: Participation,
    *,
    phone_of: PhoneOf,
    now: datetime,
) -> Party | None:
    """The line of somebody else in the call; an agent's that was lost is called again, a number outside only once."""
    there = next((leg for leg in legs if leg.participation_id == one.pk), None)
    if there:
        return Party(line=there.line)
    lost = list(Leg.objects.filter(participation=one).order_by("ended_at"))
    in_vain = lost and lost[-1].answered_at is None
    nobody = one.agent is None and (not one.number or lost)
    if nobody or (in_vain and now - (lost[-1].ended_at or now) < CALLED_AGAIN_AFTER):
        return None
    line = f"{OTHERS}{one.pk}-{len(lost)}"
    if one.agent:
        return _call(call, one.agent, line, offer=None, part=one, phone_of=phone_of, now=now)
    return _call_outside(call, one, line, now=now)


def _call_outside(call: Interaction, one: Participation, line: str, *, now: datetime) -> Party | None:
    """Only what a `Dial` has allowed is called, and once: its leg is what the limits count."""
    limits = limits_of(call.account.settings)
    trunk, longest = limits.trunk, float(outgoing.LONGEST)
    if one.dial and one.dial.what_for == DialFor.TRANSFER:
        longest = min(longest, 60 * limits.minutes_without_agent + 2 * RINGS_OUTSIDE)
    interactions.open_leg(interaction=call, kind=LegKind.OUTSIDE, line=line, dial=one.dial, participation=one, now=now)
    if one.dial is None or one.dial.refused or not trunk:
        no_such_phone(line, now=now)
        return None
    address = f"PJSIP/{one.dial.number}@{trunk}"
    return Party(
        line=line,
        address=address,
        shows=call.account.address or WITHHELD,
        rings_for=RINGS_OUTSIDE,
        tells=outgoing.ends_after(longest),
    )


def _call(
    call: Interaction,
    agent: Agent,
    line: str,
    *,
    offer: Offer | None,
    part: Participation | None = None,
    held: bool = False,
    phone_of: PhoneOf,
    now: datetime,
) -> Party | None:
    pictures = _shows_pictures(call)
    phone = phone_of(agent, pictures)
    interactions.open_leg(
        interaction=call,
        kind=LegKind.AGENT,
        line=line,
        agent=agent,
        for_offer=offer.pk if offer else None,
        participation=part,
        now=now,
    )
    if not phone:
        no_such_phone(line, now=now)
        return None
    return Party(
        line=line,
        address=phone,
        shows=PAGE if visitor_of(call.source) else call.source or WITHHELD,
        rings_for=max(1.0, (offer.expires_at - now).total_seconds() + 2) if offer else 30,
        tells=_tells(call, offer, part, held=held) | (_PICTURES if pictures else {}),
    )


def _shows_pictures(call: Interaction) -> bool:
    if not visitor_of(call.source):
        return False
    web = WebCall.objects.filter(interaction=call).select_related("account").first()
    return web is not None and interactions.may_show_pictures(web.account)


_PICTURES = {"PJSIP_HEADER(add,X-Fanal-Pictures)": "1"}


def _tells(call: Interaction, offer: Offer | None, part: Participation | None, *, held: bool) -> dict[str, str]:
    """What the phone is told of the call that rings there."""
    if offer:
        return {"PJSIP_HEADER(add,X-Fanal-Offer)": str(offer.pk)}
    return {} if part else dict(outgoing.tells(call, held=held))

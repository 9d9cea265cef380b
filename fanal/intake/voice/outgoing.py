"""A customer whom we call: the agent's phone comes first, then their line gets its row and is called, once."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from fanal.channels.asterisk.rules import Party
from fanal.intake.outgoing import OWN_PHONE_WITHIN
from fanal.interactions import actions as interactions
from fanal.interactions.models import Dial, DialFor, Direction, Interaction, Leg, LegKind, Segment
from fanal.interactions.rules.dialling import limits_of
from fanal.routing.actions.calling_out import LINE

RINGS_FOR = 45.0  # seconds
LONGEST = 4 * 3600  # seconds
"""Of any line that we call outside. The exchange itself ends it then, should nobody of us be there to do so."""
PAGE_TURNS_WITHIN = timedelta(seconds=1.2)
LOOKED_AT_AGAIN = 0.4  # seconds: until the agent's phone is called, and once it could not be


def is_ours(call: Interaction) -> bool:
    """We call them, or will when it is their turn."""
    return call.direction == Direction.OUTBOUND and call.thread.startswith(LINE)


def is_to_be_called(call: Interaction) -> bool:
    """No line to them was asked for yet."""
    return is_ours(call) and not Leg.objects.filter(interaction=call, kind=LegKind.CUSTOMER).exists()


def customer(call: Interaction, leg: Leg | None, *, there: bool, now: datetime) -> Party:
    """Their line; it is called as soon as an agent is `there` and it is allowed, with our number shown."""
    for_them = (DialFor.CALL, DialFor.CALLBACK)
    allowed = Dial.objects.filter(interaction=call, refused="", leg=None, what_for__in=for_them)
    dial = allowed.first() if there and leg is None else None
    if dial is None:
        return Party(line=call.thread)
    interactions.open_leg(interaction=call, kind=LegKind.CUSTOMER, line=call.thread, dial=dial, now=now)
    trunk = limits_of(call.account.settings).trunk
    return Party(
        line=call.thread,
        address=f"PJSIP/{dial.number}@{trunk}",
        shows=call.account.address,
        rings_for=RINGS_FOR,
        tells=ends_after(LONGEST),
    )


def ends_after(seconds: float) -> Mapping[str, str]:
    """What an exchange is told of a line that it is to end by itself."""
    return {"TIMEOUT(absolute)": str(round(seconds))}


def tells(call: Interaction, *, held: bool) -> Mapping[str, str]:
    """What the agent's phone is told: which contact it is, whether the customer is held, and, where the agent asked
    for the call, to lift by itself.
    """
    told = {"Interaction": str(call.pk)}
    told |= ({"Held": "1"} if held else {}) | ({"Lifts": "1"} if is_to_be_called(call) else {})
    return {f"PJSIP_HEADER(add,X-Fanal-{name})": value for name, value in told.items()}


def not_yet(call: Interaction, talk: Segment, *, now: datetime) -> bool:
    """Whoever asked for a call is taken to the contact's page, and the browser's phone comes back with it."""
    return now - talk.started_at < PAGE_TURNS_WITHIN and is_ours(call)


def too_late(call: Interaction, talk: Segment, *, now: datetime) -> bool:
    """Nobody is called yet, and the agent did not come to their own phone."""
    return now - talk.started_at > OWN_PHONE_WITHIN and is_to_be_called(call)

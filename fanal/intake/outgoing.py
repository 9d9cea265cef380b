"""A call of ours that comes to nothing: the agent's own phone is not lifted, or the customer is not reached."""

from datetime import datetime, timedelta

from fanal.interactions.models import Direction, EndReason, Interaction, Leg, LegKind, Segment, SegmentKind
from fanal.routing import actions as routing

OWN_PHONE_WITHIN = timedelta(seconds=30)
"""So long the agent's own phone is called; a browser that has just changed its page comes back in this time."""
SAID_NO = (17, 21)
"""Q.850: busy, and call rejected."""
NOBODY_ANSWERED = (0, 16, 18, 19, 127)
"""Q.850: nothing told, cleared by us after its time, no user responding, no answer, no cause given."""


def not_reached(leg: Leg, *, now: datetime) -> None:
    """The customer whom we called was not there: the talk is over with that as its outcome, and is wrapped up."""
    routing.finish_talk(interaction=leg.interaction, by=None, reason=outcome_of(leg), now=now)


def outcome_of(leg: Leg) -> EndReason:
    """What came of a line that was called and not answered."""
    if leg.estimated:
        return EndReason.FAILED
    if leg.cause in SAID_NO:
        return EndReason.BUSY
    return EndReason.NO_ANSWER if leg.cause in NOBODY_ANSWERED else EndReason.FAILED


def own_phone_not_lifted(leg: Leg, *, now: datetime) -> None:
    """Who says no on their own phone has changed their mind; one that cannot be rung at the moment is rung again."""
    if leg.cause in SAID_NO and _nobody_called_yet(leg.interaction):
        routing.finish_talk(interaction=leg.interaction, by=leg.agent, reason=EndReason.NOT_LIFTED, now=now)


def give_up_not_lifted(*, now: datetime) -> int:
    """Calls of ours whose agent did not come to the phone in time. How many."""
    rows = Segment.objects.filter(
        interaction__direction=Direction.OUTBOUND, interaction__channel="voice", kind=SegmentKind.AGENT, ended_at=None,
        started_at__lte=now - OWN_PHONE_WITHIN,
    ).select_related("interaction")  # fmt: skip
    left = [one.interaction for one in rows if _nobody_called_yet(one.interaction)]
    for interaction in left:
        routing.finish_talk(interaction=interaction, by=None, reason=EndReason.NOT_LIFTED, now=now)
    return len(left)


def _nobody_called_yet(interaction: Interaction) -> bool:
    """No line to the customer was asked for: they know nothing of this."""
    return (
        interaction.direction == Direction.OUTBOUND
        and not Leg.objects.filter(interaction=interaction, kind=LegKind.CUSTOMER).exists()
    )

"""Calling a customer: the agent's own phone first, then theirs; the contact is the agent's from the beginning."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from fanal.agents.models import Agent
from fanal.cases.models import Case
from fanal.channels.models import ChannelAccount, ChannelKind
from fanal.customers.models import Customer
from fanal.events.actions import publish
from fanal.identity.models import Assurance
from fanal.interactions import actions as interactions
from fanal.interactions import audience
from fanal.interactions.models import (
    Dial,
    DialFor,
    Direction,
    EndReason,
    Interaction,
    Leg,
    LegKind,
    Segment,
    SegmentKind,
    TopicOrigin,
)
from fanal.routing.actions import loads
from fanal.routing.actions.finishing import finish_talk
from fanal.routing.actions.refusals import NotPossible, Refusal
from fanal.routing.models import AgentLoad, Offer, OfferState

LINE = "d-"
"""How the lines to customers begin that we call."""


@dataclass(frozen=True, kw_only=True)
class CalledOut:
    """`dial` says what was decided; without a `contact` nobody is called."""

    dial: Dial
    contact: Interaction | None = None


@transaction.atomic
def call_out(
    *,
    number: str,
    customer: Customer | None = None,
    case: Case | None = None,
    account: ChannelAccount | None = None,
    by: Agent,
    now: datetime,
) -> CalledOut:
    """Call this number for this agent, who has the contact at once; `dial.refused` says why not.

    Raises NotPossible where the agent cannot be called themselves, or no number of ours calls out.
    """
    account = account or interactions.calling_account()
    if account is None:
        raise NotPossible(Refusal.CALLS_DO_NOT_GO_OUT)
    _must_be_free(by)
    dial = interactions.dial(account=account, number=number, what_for=DialFor.CALL, by=by, customer=customer, now=now)
    if dial.refused:
        return CalledOut(dial=dial)
    if Interaction.objects.filter(channel=ChannelKind.VOICE, source=dial.number, ended_at=None).exists():
        raise NotPossible(Refusal.ALREADY_TALKING)
    contact = interactions.start(
        account=account,
        source=dial.number,
        thread=f"{LINE}{dial.pk}",
        direction=Direction.OUTBOUND,
        language=customer.language if customer else "",
        practice=False,
        now=now,
    )
    dial.interaction = contact
    dial.save(update_fields=["interaction"])
    if customer:
        interactions.identify(
            interaction=contact, customer=customer, assurance=Assurance.CLAIMED, why="called", by=by, now=now
        )
    if case:
        interactions.add_topic(interaction=contact, case=case, origin=TopicOrigin.RULE, now=now, by=by)
    _take(contact, by=by, now=now)
    return CalledOut(dial=dial, contact=contact)


@transaction.atomic
def a_machine_answered(*, interaction: Interaction, by: Agent, now: datetime) -> Segment | None:
    """The agent hears a voicemail: that is the outcome, and the call ends. Raises NotPossible."""
    talk = interactions.running_segment(interaction)
    if talk is None or talk.agent_id != by.pk or interaction.direction != Direction.OUTBOUND:
        raise NotPossible(Refusal.NO_TALK)
    if not Leg.objects.filter(interaction=interaction, kind=LegKind.CUSTOMER, answered_at__isnull=False).exists():
        raise NotPossible(Refusal.NO_TALK)
    return finish_talk(interaction=interaction, by=by, reason=EndReason.VOICEMAIL, now=now)


def _must_be_free(agent: Agent) -> None:
    """One call at a time, decided under the lock of their load."""
    load = AgentLoad.objects.select_for_update(of=("self",)).filter(agent=agent).first()
    if agent.practising:
        raise NotPossible(Refusal.PRACTISES)
    if load is None or load.no_phone:
        raise NotPossible(Refusal.NO_PHONE)
    talks = Segment.objects.filter(
        agent=agent, kind=SegmentKind.AGENT, ended_at=None, interaction__channel=ChannelKind.VOICE
    )
    rings = Offer.objects.filter(agent=agent, state=OfferState.OPEN, entry__channel=ChannelKind.VOICE)
    if talks.exists() or rings.exists():
        raise NotPossible(Refusal.IN_A_CALL)


def _take(contact: Interaction, *, by: Agent, now: datetime) -> None:
    segment = interactions.give_to_agent(interaction=contact, agent=by, now=now)
    loads.change(by.pk, channel=contact.channel, by=1, now=now)
    publish(
        kind="segment.started",
        data=audience.about(contact, segment=segment.pk, agent=by.pk, queue=None, channel=contact.channel),
        audience=audience.of(contact, customer=True),
        now=now,
        by=by.pk,
    )

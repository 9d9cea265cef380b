"""What an agent, or the clock, makes of an offer."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from fanal.agents.kept import kept
from fanal.agents.models import Agent, Presence
from fanal.events.actions import publish
from fanal.interactions import actions as interactions
from fanal.interactions.models import Segment
from fanal.routing.actions import calling_back, consulting, in_calls, loads, packets
from fanal.routing.actions.entering import NOT_AGAIN_FOR, end_offer, leave, lock_entry, to_front
from fanal.routing.actions.presence import set_presence
from fanal.routing.actions.refusals import NotPossible, Refusal
from fanal.routing.actions.telling import about, tell
from fanal.routing.models import EntryState, Offer, OfferState, QueueEntry
from fanal.running.connections.updating import update


@transaction.atomic
def accept(*, offer_id: int, agent: Agent, now: datetime) -> Segment | None:
    """The agent takes it: the contact is theirs. For a case there is no segment: they become its owner,
    or are the one to answer the question about it.

    Raises NotPossible when the offer is over or somebody else's. Accepting twice is accepting once.
    """
    offer, entry = _lock(offer_id, agent)
    if offer.state == OfferState.ACCEPTED:
        return offer.segment
    if offer.state != OfferState.OPEN:
        raise NotPossible(Refusal.GONE)
    if entry.interaction:
        offer.segment = interactions.give_to_agent(interaction=entry.interaction, agent=agent, now=now)
    offer.state, offer.answered_at = OfferState.ACCEPTED, max(now, offer.offered_at)
    update(offer, "state", "answered_at", "segment")
    stays = entry.interaction or entry.participation
    loads.change(agent.pk, channel=entry.channel, by=0 if stays else -1, ringing=-1, idle=True, now=now)
    tell("offer.accepted", entry, now=now, by=agent, agents=[agent.pk], offer=offer.pk, agent=agent.pk)
    leave(entry, state=EntryState.ANSWERED, now=now, by=agent, customer=True, agent=agent.pk)
    if offer.segment:
        tell(
            "segment.started",
            entry,
            now=now,
            by=agent,
            agents=[agent.pk],
            customer=True,
            segment=offer.segment.pk,
            agent=agent.pk,
        )
    elif entry.participation:
        in_calls.accepted(entry.participation, agent=agent, offer=offer.pk, now=now)
    elif entry.consultation:
        consulting.take(entry.consultation, agent=agent, now=now)
    else:
        _own_case(entry, agent, now)
    if entry.interaction:
        calling_back.taken(entry.interaction, agent=agent, now=now)
    if entry.hand_over:
        packets.take(entry, agent=agent, now=now)
    return offer.segment


@transaction.atomic
def decline(*, offer_id: int, agent: Agent, reason: str = "", now: datetime) -> None:
    """Back to the front of its queue, and not to this agent again for a while. Raises NotPossible."""
    offer, entry = _lock(offer_id, agent)
    if offer.state == OfferState.DECLINED:
        return
    if offer.state != OfferState.OPEN:
        raise NotPossible(Refusal.GONE)
    end_offer(offer, entry, state=OfferState.DECLINED, reason=reason or "declined", now=now, by=agent)
    entry.declined = {**entry.declined, str(agent.pk): (now + NOT_AGAIN_FOR).isoformat()}
    to_front(entry, now=now)


def expire_offers(*, now: datetime) -> int:
    """Ring no longer what was not answered: to the front of its queue, the agent is not answering. Returns how many."""
    due = Offer.objects.filter(state=OfferState.OPEN, expires_at__lte=now).order_by("expires_at")
    return sum(_expire(offer_id, now) for offer_id in list(due.values_list("pk", flat=True)[:200]))


@transaction.atomic
def _expire(offer_id: int, now: datetime) -> bool:
    offer, entry = _lock(offer_id)
    if offer.state != OfferState.OPEN or offer.expires_at > now:
        return False
    set_presence(agent=offer.agent, state=Presence.NOT_ANSWERING, by=None, now=now)
    end_offer(offer, entry, state=OfferState.EXPIRED, reason="not_answered", now=now)
    to_front(entry, now=now)
    return True


def _lock(offer_id: int, agent: Agent | None = None) -> tuple[Offer, QueueEntry]:
    found = _found.first(offer=offer_id)
    if found is None:
        raise NotPossible(Refusal.GONE)
    if agent and found.agent_id != agent.pk:
        raise NotPossible(Refusal.NOT_YOURS)
    entry = lock_entry(found.entry_id)
    (offer,) = _locked(offer=offer_id)
    return offer, entry


@kept
def _found(offer: int) -> QuerySet[Offer]:
    return Offer.objects.filter(pk=offer)


@kept
def _locked(offer: int) -> QuerySet[Offer]:
    rows = Offer.objects.select_for_update(of=("self",)).select_related("agent", "segment")
    return rows.filter(pk=offer)


def _own_case(entry: QueueEntry, agent: Agent, now: datetime) -> None:
    case = entry.case
    if case is None:
        return
    case.owner, case.updated_at = agent, now
    case.save(update_fields=["owner", "updated_at"])
    audience = ["cases", f"agent:{agent.pk}"]
    publish(kind="case.changed", data=about(entry) | {"what": "owner"}, audience=audience, now=now, by=agent.pk)

"""A case that waits goes to whoever takes it, or is given it: one owner, and one way out of its queue."""

from datetime import datetime

from django.db import transaction

from fanal.agents.models import Agent, Team, Tier
from fanal.cases import actions as cases
from fanal.cases.actions.changing import UNCHANGED
from fanal.cases.actions.telling import locked
from fanal.cases.models import Case
from fanal.routing.actions import packets
from fanal.routing.actions.cases import dequeue_case, waiting_entry
from fanal.routing.actions.entering import leave, lock_entry, withdraw_offer
from fanal.routing.actions.offering import accept
from fanal.routing.actions.refusals import NotPossible, Refusal
from fanal.routing.models import WAITS, EntryState, Offer, OfferState, QueueEntry


@transaction.atomic
def take_case(*, case: Case, seen_with: int | None, by: Agent, now: datetime) -> Case:
    """Make a case one's own: it waits in no queue any more, and rings at nobody. Raises NotPossible.

    `seen_with`: whose it was when they decided; is it somebody else's by now, they have it. The owner who takes what
    still waits has it back. What rings at oneself is accepted by that.
    """
    entry, now_with = _held(case)
    if now_with == by.pk:
        dequeue_case(case=case, by=by, now=now)
        return locked(case)
    if now_with != seen_with:
        raise NotPossible(Refusal.TAKEN)
    mine = Offer.objects.filter(entry=entry, agent=by, state=OfferState.OPEN).first() if entry else None
    if mine:
        accept(offer_id=mine.pk, agent=by, now=now)
    elif entry:
        _go_to(entry, agent=by, reason="taken", by=by, now=now)
    return cases.assign(case=case, owner=by, by=by, now=now)


@transaction.atomic
def give_case(
    *,
    case: Case,
    owner: Agent | None,
    team: Team | None = UNCHANGED,
    tier: Tier | None = UNCHANGED,
    by: Agent,
    now: datetime,
) -> Case:
    """Say whose case it is; whoever gets it has it, so it waits no longer. Raises cases.rules.NotPossible."""
    entry, now_with = _held(case)
    if entry and owner and owner.pk != now_with:
        _go_to(entry, agent=owner, reason="given", by=by, now=now)
    return cases.assign(case=case, owner=owner, team=team, tier=tier, by=by, now=now)


def _held(case: Case) -> tuple[QueueEntry | None, int | None]:
    """Where it waits and whose it is, both locked; what was moved meanwhile is looked for where it waits now."""
    while found := waiting_entry(case):
        entry = lock_entry(found.pk)
        if entry.state in WAITS:
            return entry, locked(case).owner_id
    return None, locked(case).owner_id


def _go_to(entry: QueueEntry, *, agent: Agent, reason: str, by: Agent, now: datetime) -> None:
    """What waited has found its person without an offer; where it rings, it stops."""
    withdraw_offer(entry, reason=reason, now=now, by=by)
    leave(entry, state=EntryState.ANSWERED, now=now, by=by, agent=agent.pk)
    packets.take(entry, agent=agent, now=now)

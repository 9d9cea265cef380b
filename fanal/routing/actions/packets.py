"""A hand-over from its packet to its end: written, taken by somebody, ended with how."""

from datetime import datetime

from fanal.agents.models import Agent, Tier
from fanal.cases import actions as cases
from fanal.cases.actions import notices
from fanal.cases.actions.telling import tell
from fanal.cases.models import Case
from fanal.interactions.models import Interaction
from fanal.routing.actions.refusals import NotPossible, Refusal
from fanal.routing.models import HandOver, HandOverEnd, Queue, QueueEntry
from fanal.routing.rules.packets import Packet, is_too_long, is_whole


def checked(packet: Packet, *, by: Agent | None) -> Packet:
    """A person has to say all three; a rule says why it acted. Raises NotPossible."""
    packet = packet.tidy()
    if by and not is_whole(packet):
        raise NotPossible(Refusal.PACKET)
    if is_too_long(packet):
        raise NotPossible(Refusal.TOO_LONG)
    return packet


def standing(case: Case) -> HandOver | None:
    """The hand-over that stands, locked."""
    return HandOver.objects.select_for_update(of=("self",)).filter(case=case, ended_at=None).first()


def write(
    packet: Packet,
    *,
    case: Case | None,
    interaction: Interaction | None = None,
    queue: Queue,
    to_tier: Tier | None,
    from_queue: Queue | None,
    back_of: HandOver | None = None,
    by: Agent | None,
    now: datetime,
) -> HandOver:
    """Keep the packet; the case is the other line's from now on, its owner stays until somebody takes it."""
    if case and (before := standing(case)):
        end(before, how=HandOverEnd.HANDED_BACK if before == back_of else HandOverEnd.HANDED_ON, now=now)
    fact = HandOver.objects.create(
        case=case,
        interaction=interaction,
        from_tier=case.tier if case else from_queue.tier if from_queue else None,
        from_queue=from_queue,
        from_agent=(case.owner if case else None) or by,
        to_tier=to_tier,
        to_queue=queue,
        back_of=back_of,
        summary=packet.summary,
        tried=packet.tried,
        expected=packet.expected,
        by=by,
        at=now,
    )
    if case:
        data = {"hand_over": fact.pk, "queue": queue.pk, "from_tier": fact.from_tier_id, "to_tier": fact.to_tier_id}
        data |= {"rule": True} if by is None else {}
        kind = "case.handed_back" if back_of else "case.handed_over"
        tell(case, kind, by=by, now=now, data=data, interaction=interaction.pk if interaction else None)
        cases.assign(case=case, tier=to_tier, now=now, by=by)
        if back_of and back_of.from_agent_id:
            notices.tell(agents=[back_of.from_agent_id], kind="handed_back", case=case, by=by, now=now)
    return fact


def take(entry: QueueEntry, *, agent: Agent, now: datetime) -> None:
    """Somebody accepted what was handed over: the case is theirs now."""
    if entry.hand_over:
        take_over(entry.hand_over, agent=agent, owns=entry.interaction_id is not None, now=now)


def take_over(fact: HandOver, *, agent: Agent, owns: bool = True, now: datetime) -> None:
    """`owns`: with the talk comes its case; a case that waited by itself is owned already."""
    if fact.ended_at or fact.taken_at:
        return
    fact.taken_at, fact.taken_by = now, agent
    fact.save(update_fields=["taken_at", "taken_by"])
    if fact.back_of_id or fact.case_id is None:
        end(fact, how=HandOverEnd.TAKEN, now=now)
    if fact.case and owns:
        cases.assign(case=fact.case, owner=agent, now=now, by=agent)
    if fact.case and fact.from_agent_id:
        notices.tell(agents=[fact.from_agent_id], kind="taken", case=fact.case, by=agent, now=now)


def give_up(fact: HandOver, *, by: Agent | None, now: datetime) -> None:
    """It is handed over no longer, and nobody had taken it: the case is its old line's again."""
    if fact.ended_at or fact.taken_at:
        return
    end(fact, how=HandOverEnd.GIVEN_UP, now=now)
    if fact.case and not fact.case.withdrawn_at:
        cases.assign(case=fact.case, tier=fact.from_tier, now=now, by=by)


def end(fact: HandOver, *, how: HandOverEnd, now: datetime) -> None:
    fact.ended_at, fact.how = now, how
    fact.save(update_fields=["ended_at", "how"])

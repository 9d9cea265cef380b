"""A clock that is set back an hour in the midst of everything: work goes on, order stays, and no time is negative."""

from datetime import timedelta

import pytest

from fanal.agents.models import AgentState, Presence
from fanal.interactions import actions as interactions
from fanal.interactions.models import Author, Message, Segment
from fanal.routing import actions
from fanal.routing.models import OfferState
from fanal.running.verify import verify
from tests.routing_world import after, agent, match, queue, waiting

pytestmark = pytest.mark.django_db(transaction=True)
BACK = timedelta(hours=-1)


def broken() -> list[tuple[str, object]]:
    return [(verdict.invariant.name, verdict.first) for verdict in verify() if not verdict.holds]


def test_a_talk_that_the_clock_jumps_in_ends_and_is_wrapped_up_all_the_same() -> None:
    who, line = agent(), queue(wrap_up_seconds=30)
    entry = waiting(line)
    [offer] = match(after(1))
    segment = actions.accept(offer_id=offer.pk, agent=who, now=after(2) + BACK)
    for number, moment in enumerate((after(3), after(4) + BACK, after(5) + BACK)):
        interactions.add_message(
            interaction=entry.interaction, author=Author.CUSTOMER, text=str(number), external_id=str(number), now=moment
        )
    actions.finish_talk(interaction=entry.interaction, by=who, now=after(6) + BACK)
    actions.complete_wrap_up(segment_id=segment.pk, by=who, now=after(7) + BACK)
    assert [one.text for one in Message.objects.order_by("pk")] == ["0", "1", "2"]
    for one in Segment.objects.all():
        assert one.ended_at is not None
        assert one.ended_at >= one.started_at
    assert broken() == []


def test_an_offer_that_rings_while_the_clock_jumps_is_declined_or_runs_out_all_the_same() -> None:
    one, other = agent(), agent()
    waiting(queue())
    [offer] = match(after(1))
    actions.decline(offer_id=offer.pk, agent=offer.agent, now=after(2) + BACK)
    [again] = match(after(3))
    assert again.agent in (one, other)
    actions.expire_offers(now=after(3) + timedelta(hours=1))
    again.refresh_from_db()
    assert again.state == OfferState.EXPIRED
    assert broken() == []


def test_who_leaves_while_waiting_is_gone_and_who_changes_state_has_changed() -> None:
    who = agent(available_at=after(10))
    entry = waiting(queue(), now=after(20))
    actions.abandon(interaction=entry.interaction, now=after(21) + BACK)
    actions.set_presence(agent=who, state=Presence.BREAK, by=who, now=after(22) + BACK)
    entry.interaction.refresh_from_db()
    assert entry.interaction.ended_at is not None
    assert AgentState.objects.get(agent=who, ended_at=None).state == Presence.BREAK
    assert broken() == []


def test_a_contact_is_handed_on_while_the_clock_jumps() -> None:
    who = agent()
    entry = waiting(queue())
    [offer] = match(after(1))
    actions.accept(offer_id=offer.pk, agent=who, now=after(2))
    actions.transfer(interaction=entry.interaction, by=who, to_queue=queue(), now=after(3) + BACK)
    assert broken() == []

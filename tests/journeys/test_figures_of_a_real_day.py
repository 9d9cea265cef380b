"""What routing really publishes gives the figures: no event by hand."""

import pytest
from routing_world import after, agent, match, queue, ringing, waiting

from fanal.agents.models import Presence
from fanal.interactions import actions as interactions
from fanal.interactions.models import Author
from fanal.kpis import actions as figures
from fanal.kpis.actions.figures import Figure
from fanal.kpis.catalogue import KPIS
from fanal.kpis.models import Handling, QueueStay
from fanal.kpis.periods import named
from fanal.routing import actions
from fanal.routing.models import QueueEntry
from tests.day import fold_all
from tests.people import an_agent

pytestmark = pytest.mark.django_db(transaction=True)
EVENING = after(8 * 3600)


def today() -> dict[str, Figure]:
    fold_all()
    viewer = an_agent("supervisor")
    found = figures.figures(kpi_ids=list(KPIS), period=named("today", EVENING), viewer=viewer, now=EVENING)
    return {figure.kpi.id: figure for figure in found}


def test_a_declined_a_finished_an_abandoned_and_a_transferred_contact() -> None:
    line, other = queue("orders", ring_seconds=20, wrap_up_seconds=30), queue("cards")
    amal = agent("Amal", available_at=after(0))
    boris = agent("Boris", available_at=after(1))
    waiting(line, now=after(10))
    match(after(10))
    actions.decline(offer_id=ringing(amal).pk, agent=amal, now=after(14))
    match(after(14))
    segment = actions.accept(offer_id=ringing(boris).pk, agent=boris, now=after(20))
    assert segment is not None
    actions.finish_talk(interaction=segment.interaction, by=boris, now=after(80))
    actions.complete_wrap_up(segment_id=segment.pk, by=boris, now=after(95))
    actions.set_presence(agent=amal, state=Presence.AVAILABLE, by=amal, now=after(95))
    actions.set_presence(agent=boris, state=Presence.BREAK, by=boris, now=after(100))
    second = waiting(line, now=after(100))
    match(after(100))
    talk = actions.accept(offer_id=ringing(amal).pk, agent=amal, now=after(105))
    assert talk is not None
    actions.transfer(interaction=talk.interaction, by=amal, to_queue=other, now=after(205))
    actions.set_presence(agent=amal, state=Presence.OFFLINE, by=amal, now=after(300))
    actions.abandon(interaction=second.interaction, now=after(305))
    found = today()
    assert found["offered"].value == 3
    assert found["answered"].value == 2
    assert found["abandoned"].value == 1
    assert found["average_wait_of_answered"].value == (10 + 5) / 2
    assert (found["decline_rate_of_rung"].numerator, found["decline_rate_of_rung"].denominator) == (1, 3)
    assert found["handled"].value == 2
    assert found["transfer_rate_of_handled"].numerator == 1
    assert found["contacts"].value == 2
    assert set(QueueStay.objects.values_list("id", "outcome")) == set(QueueEntry.objects.values_list("id", "state"))
    assert figures.recompute(day=EVENING, now=EVENING) == []


def test_a_talk_that_ends_because_the_agent_was_signed_out_is_handled_too() -> None:
    line, amal = queue("orders"), agent("Amal", available_at=after(0))
    waiting(line, now=after(10))
    match(after(10))
    segment = actions.accept(offer_id=ringing(amal).pk, agent=amal, now=after(15))
    assert segment is not None
    actions.sign_out(agent=amal, by=amal, now=after(115))
    found = today()
    assert found["handled"].value == 1
    assert Handling.objects.get().talk_ms == 100_000
    assert found["still_waiting"].value == 1
    assert found["signed_in_time"].value == 115


def test_a_first_answer_by_a_person_is_timed_from_the_first_signal() -> None:
    line, amal = queue("orders"), agent("Amal", available_at=after(0))
    entry = waiting(line, now=after(10))
    match(after(10))
    actions.accept(offer_id=ringing(amal).pk, agent=amal, now=after(15))
    assert entry.interaction is not None
    interactions.add_message(
        interaction=entry.interaction,
        author=Author.AGENT,
        text="Good morning",
        external_id="one",
        agent=amal,
        now=after(25),
    )
    assert today()["average_first_reply_of_replied"].value == 15

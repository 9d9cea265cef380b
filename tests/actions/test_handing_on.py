"""Stories of work that goes to somebody else: kept for one, handed on, given back, overflowed; and nothing is lost."""

import pytest
from routing_world import after, agent, load, match, queue, state_of, talk, waiting

from fanal.agents.models import Presence
from fanal.routing import actions
from fanal.routing.models import EntryState

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_preferred_agent_is_waited_for_but_not_for_ever():
    line = queue()
    usual = agent("Usual", capacity={"webchat": 1})
    talk(usual, line)
    other = agent("Other")
    waiting(line, now=after(10), preferred_agent=usual, preferred_why="last_agent")
    assert match(after(11)) == []
    assert [offer.agent for offer in match(after(70))] == [other]


def test_a_preferred_agent_who_goes_away_is_waited_for_no_longer():
    line = queue()
    usual = agent("Usual", capacity={"webchat": 1})
    talk(usual, line)
    other = agent("Other")
    waiting(line, now=after(10), preferred_agent=usual, preferred_why="last_agent")
    match(after(11))
    actions.set_presence(agent=usual, state=Presence.OFFLINE, by=usual, now=after(12))
    assert [offer.agent for offer in match(after(12))] == [other]


def test_a_transfer_to_an_agent_rings_there_with_the_summary_even_without_the_skill():
    line = queue(skills={"loans": 1})
    first = agent("First", skills={"loans": 3})
    running = talk(first, line)
    specialist = agent("Specialist")
    match(after(1))
    fact = actions.transfer(
        interaction=running, by=first, to_agent=specialist, summary="Wants the contract.", now=after(50)
    )
    assert (fact.summary, fact.to_agent) == ("Wants the contract.", specialist)
    (offer,) = match(after(50))
    assert (offer.agent, offer.decision["why"]) == (specialist, "preferred")
    actions.accept(offer_id=offer.pk, agent=specialist, now=after(55))
    assert running.segments.get(ended_at=None).agent == specialist
    assert load(first).open_work == {"webchat": 1}  # in wrap-up
    actions.expire_wrap_ups(now=after(200))
    assert load(first).open_work == {"webchat": 0}


def test_a_transferred_customer_goes_before_those_who_came_later():
    first, line, second_line = agent("First"), queue(), queue()
    running = talk(first, line, now=after(0))
    actions.set_presence(agent=first, state=Presence.BREAK, by=first, now=after(5))
    waiting(second_line, now=after(10))
    actions.transfer(interaction=running, by=first, to_queue=second_line, now=after(20))
    agent("Second", available_at=after(30))
    (offer,) = match(after(30))
    assert offer.entry.interaction == running


def test_whoever_hands_on_comes_last_and_only_after_a_minute():
    line = queue()
    giver = agent("Giver")
    running = talk(giver, line, now=after(0))
    actions.transfer(interaction=running, by=giver, to_queue=line, now=after(20))
    actions.expire_wrap_ups(now=after(60))
    assert match(after(60)) == []  # nobody else is there, and still it does not ring at the giver at once
    other = agent("Other", available_at=after(70))
    (offer,) = match(after(70))
    assert offer.agent == other
    actions.decline(offer_id=offer.pk, agent=other, now=after(75))
    assert [offer.agent for offer in match(after(81))] == [giver]


def test_what_a_supervisor_takes_from_an_agent_does_not_come_back_to_them_at_once():
    line, supervisor = queue(), agent("Supervisor")
    actions.set_presence(agent=supervisor, state=Presence.BREAK, by=supervisor, now=after(0))
    from_whom = agent("From whom")
    running = talk(from_whom, line, now=after(0))
    actions.reassign(interaction=running, to_queue=line, by=supervisor, now=after(20))
    actions.expire_wrap_ups(now=after(60))
    assert match(after(60)) == []
    assert [offer.agent for offer in match(after(81))] == [from_whom]


def test_an_agent_who_signs_out_gives_everything_back_and_nothing_is_lost():
    line = queue()
    going = agent("Going")
    running = talk(going, line, now=after(0))
    rung = waiting(line, now=after(5))
    match(after(5))
    actions.sign_out(agent=going, by=going, now=after(10))
    assert state_of(going) == Presence.OFFLINE
    assert load(going).open_work == {"webchat": 0}
    other = agent("Other", available_at=after(11))
    offered = []
    for second in (11, 12):
        (offer,) = match(after(second))
        offered.append(offer.entry.interaction)
        actions.accept(offer_id=offer.pk, agent=other, now=after(second))
    assert set(offered) == {running, rung.interaction}


def test_a_silent_browser_makes_the_agent_unreachable_and_its_return_available_again():
    line, someone = queue(), agent(available_at=after(0))
    actions.heartbeat(agent=someone, now=after(0))
    assert actions.lose_unreachable(now=after(30)) == 0
    assert actions.lose_unreachable(now=after(46)) == 1
    assert state_of(someone) == Presence.UNREACHABLE
    waiting(line, now=after(47))
    assert match(after(47)) == []
    actions.heartbeat(agent=someone, now=after(50))
    assert state_of(someone) == Presence.AVAILABLE
    assert len(match(after(50))) == 1


def test_nobody_took_it_in_time_so_it_goes_to_the_overflow_with_its_wait():
    rescue = queue("rescue")
    line = queue("narrow", skills={"loans": 1}, overflow_to=rescue, overflow_after_seconds=90)
    entry = waiting(line, now=after(0))
    agent("Anybody")
    assert match(after(89)) == []
    (offer,) = match(after(90))
    assert (offer.entry.queue, offer.entry.entered_at) == (rescue, after(0))
    entry.refresh_from_db()
    assert entry.state == EntryState.OVERFLOWED
    assert entry.interaction.segments.filter(ended_at=None).count() == 1


def test_a_supervisor_reassigns_waiting_work_and_changes_its_priority():
    line, other_line, boss = queue(), queue(), agent("Boss", available_at=None)
    entry = waiting(line)
    assert actions.change_priority(entry_id=entry.pk, priority=4, by=boss, now=after(1)).priority == 4
    moved = actions.reassign(entry_id=entry.pk, to_queue=other_line, by=boss, now=after(2))
    assert (moved.queue, moved.entered_at, moved.priority) == (other_line, entry.entered_at, 4)
    someone = agent("Someone", available_at=after(3))
    named = actions.reassign(entry_id=moved.pk, to_agent=someone, by=boss, now=after(4))
    (offer,) = match(after(4))
    assert (offer.entry, offer.agent) == (named, someone)
